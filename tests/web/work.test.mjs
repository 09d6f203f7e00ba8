// What people do all day, against the real program on each database: look, change many, compare, upload, publish.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Api } from "./support/api.mjs";
import { accessibilityFaults, launch, openPage, screenshot } from "./support/browser.mjs";
import { createToken, newPostgresDatabase, startServer } from "./support/server.mjs";

const PASSWORD = "correct horse battery";
const ODD_NAME = "<b>Barrel</b> & “friends” \u202Egnp.exe\u202C 木の樽";
const LONG_NAME = "An asset with a name that goes on and on ".repeat(5).slice(0, 200);
const CUBE = `o cube\n${[0, 1].flatMap((x) => [0, 1].flatMap((y) => [0, 1].map((z) => `v ${x} ${y} ${z}`))).join("\n")}
f 1 2 4 3\nf 5 7 8 6\nf 1 5 6 2\nf 3 4 8 7\nf 1 3 7 5\nf 2 6 8 4\n`;

const DATABASES = process.env.BIFROST_TEST_POSTGRES_URL === undefined ? ["sqlite"] : ["sqlite", "postgres"];

for (const kind of DATABASES) {
  // Looks are judged once: they don't depend on the database.
  const looks = kind === "sqlite";
  describe(`a day's work on ${kind}`, { timeout: 600_000 }, () => {
    let server;
    let browser;
    let context;
    let page;
    let faults;
    let api;
    let barrel;
    let folder;
    let versions;

    const tile = (name) => page.getByRole("gridcell").filter({ hasText: name });
    const tray = () => page.getByRole("region", { name: "Uploads" });
    const noFaults = async (name) => {
      if (looks) assert.deepEqual(await accessibilityFaults(page, name), []);
    };

    async function seed() {
      api = new Api(server.address, await createToken(server.data, server.database));
      const project = await api.post("/projects", { code: "kart", name: "Super Kart" });
      const make = (code, name, type, tags = []) => api.post("/projects/kart/assets", { code, name, type, tags });
      barrel = await make("barrel", "Barrel", "prop", ["wood"]);
      const wood = await make("wood", "Oak wood", "material", ["wood"]);
      await make("odd", ODD_NAME, "prop");
      await make("long", LONG_NAME, "prop");
      const harbour = await make("harbour", "Harbour", "environment");
      for (let number = 1; number <= 12; number += 1) await make(`crate_${number}`, `Crate ${number}`, "prop", ["wood"]);
      const look = await api.post(`/assets/${wood.id}/products`, { code: "look" });
      const oak = await api.publish(project.id, look.id, "Oak", { "oak.txt": Buffer.from("oak") });
      const model = await api.post(`/assets/${barrel.id}/products`, { code: "model" });
      const first = await api.publish(project.id, model.id, "Block-out", { "barrel.obj": Buffer.from(CUBE) });
      const bytes = Buffer.from(`${CUBE}# rounder\n`);
      const files = [{ path: "barrel.obj", upload_id: await api.upload(project.id, "barrel.obj", bytes), size: bytes.length }];
      files.push({ path: "notes.txt", upload_id: await api.upload(project.id, "notes.txt", Buffer.from("round")), size: 5 });
      const dependencies = [{ version_id: oak.id, kind: "texture" }];
      const draft = await api.post(`/products/${model.id}/versions`, { comment: "Rounder", files, dependencies });
      await api.waitFor(() => api.post(`/versions/${draft.id}/publish`, {}), ({ state }) => state === "published", "publishing");
      versions = { first: first.id, second: draft.id };
      const { revision } = await api.get(`/assets/${harbour.id}/components`);
      const components = { data: [{ asset_id: barrel.id, count: 3 }] };
      await api.call("PUT", `/assets/${harbour.id}/components`, components, { "if-match": `"${revision}"` });
    }

    before(async () => {
      const database = kind === "postgres" ? await newPostgresDatabase() : undefined;
      server = await startServer({ database });
      folder = await mkdtemp(path.join(tmpdir(), "bifrost-files-"));
      await seed();
      browser = await launch();
      ({ page, context, faults } = await openPage(browser, server.address));
      page.on("dialog", (dialog) => dialog.accept().catch(() => undefined));
      await page.goto(`/setup?token=${server.setupToken}`);
      await page.getByLabel("New password").fill(PASSWORD);
      await page.getByLabel("The same again").fill(PASSWORD);
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/projects$/);
    });

    after(async () => {
      await browser?.close();
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    it("makes a project with the keyboard, and names what is wrong with it", async () => {
      await page.getByRole("link", { name: /Super Kart/ }).waitFor();
      await page.keyboard.press("c");
      const dialog = page.getByRole("dialog", { name: "New project" });
      await dialog.getByLabel("Name", { exact: true }).fill("Super Kart");
      await dialog.getByLabel("Code").fill("kart");
      await noFaults("new-project");
      await page.keyboard.press("Enter");
      await dialog.getByRole("alert").waitFor();
      await dialog.getByLabel("Code").fill("kart_two");
      await dialog.getByRole("button", { name: "Create the project" }).click();
      await page.waitForURL(/\/p\/kart_two\/assets$/);
      await page.getByText("No assets yet").waitFor();
      await noFaults("empty");
    });

    it("shows tiles, and names with markup, both directions and 200 characters as they are", async () => {
      await page.goto("/p/kart/assets?view=tiles");
      await tile("Crate 12").first().waitFor();
      await page.getByText(ODD_NAME, { exact: true }).waitFor();
      await page.getByText(LONG_NAME, { exact: true }).waitFor();
      assert.equal(await page.locator("b").count(), 0);
      await noFaults("tiles");
      await page.keyboard.press("1");
      await page.waitForURL((url) => !url.searchParams.has("view"));
      await page.getByText(ODD_NAME, { exact: true }).click();
      await page.getByRole("complementary", { name: "Asset" }).getByRole("heading", { name: /<b>Barrel/ }).waitFor();
      if (looks) await screenshot(page, "odd-name");
      await page.keyboard.press("Escape");
    });

    it("changes tags and states of many at once, and takes it back", async () => {
      await page.goto("/p/kart/assets?q=crate&view=tiles");
      await tile("Crate 1").first().click({ modifiers: ["Control"] });
      await page.keyboard.press("Control+a");
      await page.getByText("12 assets picked").waitFor();
      await noFaults("picked");
      await page.keyboard.press("l");
      const dialog = page.getByRole("dialog", { name: /^Tags of/ });
      await dialog.getByLabel("Add", { exact: true }).fill("stacked,");
      await dialog.getByRole("checkbox", { name: /wood/ }).check();
      await noFaults("tags");
      await dialog.getByRole("button", { name: "Change the tags" }).click();
      await page.getByText("“stacked” added, “wood” removed").waitFor();
      const tagsOf = async () => (await api.get("/projects/kart/assets?tag=stacked&count=true&limit=1")).total;
      assert.equal(await tagsOf(), 12);
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByText(/^Undone/).waitFor();
      assert.equal(await tagsOf(), 0);

      await page.getByRole("button", { name: /^Status of all/ }).click();
      await page.getByRole("menuitem", { name: "Final" }).click();
      await page.getByRole("dialog", { name: "Nothing was changed" }).waitFor();
      await noFaults("refused");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: /^Status of all/ }).click();
      await page.getByRole("menuitem", { name: "In progress" }).click();
      await page.getByText("Moved to “In progress”").waitFor();
      await page.keyboard.press("Escape");
    });

    it("shows a change that someone else made, without a reload", async () => {
      await page.goto("/p/kart/assets?q=crate");
      await page.getByText("Crate 7").waitFor();
      let lists = 0;
      page.on("request", (request) => (lists += /\/projects\/kart\/assets\?/.test(request.url()) ? 1 : 0));
      const crate = (await api.get("/projects/kart/assets")).data.find(({ code }) => code === "crate_7");
      await api.call("PATCH", `/assets/${crate.id}`, { name: "Crate of apples" });
      await page.getByText("Crate of apples").waitFor();
      assert.equal(lists, 0);
    });

    it("shows an asset: its versions, their difference, its graph, what it is part of, its history", async () => {
      await page.goto(`/p/kart/assets/${barrel.id}`);
      await page.getByRole("heading", { name: "Barrel", level: 1 }).waitFor();
      await page.locator("[data-state='ready'] canvas, [role='img'][aria-label^='Model']").first().waitFor();
      await noFaults("asset");
      await page.getByRole("tab", { name: "Versions" }).click();
      await page.getByRole("article", { name: "Version v002" }).getByText("Rounder").waitFor();
      await page.getByRole("link", { name: /look@1/ }).waitFor();
      await noFaults("versions");
      await page.getByRole("button", { name: /^Compare with/ }).click();
      await page.getByRole("menuitem", { name: /v001/ }).click();
      const comparison = page.getByRole("article", { name: "Comparison" });
      await comparison.getByRole("cell", { name: "notes.txt" }).waitFor();
      assert.deepEqual(Object.fromEntries(new URL(page.url()).searchParams), { tab: "versions", version: versions.second, with: versions.first });
      await noFaults("compare");
      await page.getByRole("tab", { name: "Dependencies" }).click();
      await page.getByLabel("kart:wood/look@1").first().waitFor();
      await noFaults("graph");
      await page.getByRole("tab", { name: "Assembly" }).click();
      await page.getByRole("link", { name: "Harbour" }).waitFor();
      await noFaults("assembly");
      await page.getByRole("tab", { name: "History" }).click();
      await page.getByText("by Owner").first().waitFor();
      await noFaults("history");
    });

    it("uploads an image sequence and publishes it as one version", async () => {
      const frames = [];
      for (let frame = 1001; frame <= 1006; frame += 1) {
        frames.push(path.join(folder, `beauty.${frame}.png`));
        await writeFile(frames.at(-1), randomBytes(2000 + frame));
      }
      await page.goto(`/p/kart/assets/${barrel.id}`);
      await page.getByRole("heading", { name: "Barrel", level: 1 }).waitFor();
      await page.keyboard.press("u");
      const dialog = page.getByRole("dialog", { name: "Upload to Barrel" });
      await dialog.getByLabel("Files", { exact: true }).setInputFiles(frames);
      await dialog.getByText("beauty.%04d.png").waitFor();
      await dialog.getByText(/1001–1006, 6 frames/).waitFor();
      await noFaults("upload");
      await dialog.getByLabel("Product").fill("turntable");
      await dialog.getByLabel("Comment").fill("First turn");
      await dialog.getByRole("button", { name: /^Upload and publish 6 files/ }).click();
      await tray().getByText("Published as v001").waitFor();
      await tray().getByRole("link", { name: "Open" }).click();
      await page.getByRole("article", { name: "Version v001" }).getByText("First turn").waitFor();
      await noFaults("published");
      await tray().getByRole("button", { name: "Clear published" }).click();
      await tray().waitFor({ state: "detached" });
    });

    it("makes a new asset of what is uploaded, and refuses a code that is taken with the reason", async () => {
      const file = path.join(folder, "lamp.obj");
      await writeFile(file, CUBE.replace("cube", "lamp"));
      await page.goto("/p/kart/assets?upload=1");
      const dialog = page.getByRole("dialog", { name: "Upload and publish" });
      await dialog.getByLabel("Files", { exact: true }).setInputFiles(file);
      await dialog.getByLabel("Name").fill("Lamp");
      await dialog.getByLabel("Code").fill("barrel");
      await dialog.getByRole("button", { name: /^Upload and publish/ }).click();
      await tray().getByText(/Conflict|taken|already/i).first().waitFor();
      await noFaults("upload-refused");
      await tray().getByRole("button", { name: /^Cancel/ }).click();
      await page.goto("/p/kart/assets?upload=1");
      await dialog.getByLabel("Files", { exact: true }).setInputFiles(file);
      await dialog.getByLabel("Name").fill("Lamp");
      await dialog.getByRole("button", { name: /^Upload and publish/ }).click();
      await tray().getByText("Published as v001").waitFor();
      await page.getByRole("gridcell", { name: "Lamp" }).first().waitFor();
      await tray().getByRole("button", { name: "Clear published" }).click();
    });

    it("goes on after the server was gone, and after a reload sends only what is missing", async () => {
      const file = path.join(folder, "cache.abc");
      // Three parts, of which only the first arrives.
      await writeFile(file, randomBytes(140_000_000));
      await page.goto(`/p/kart/assets/${barrel.id}`);
      await page.getByRole("heading", { name: "Barrel", level: 1 }).waitFor();
      const later = /\/storage\/uploads\/[^/]+\/[23](\?|$)/;
      await context.route(later, (route) => route.abort("connectionrefused"));
      await page.keyboard.press("u");
      const dialog = page.getByRole("dialog", { name: "Upload to Barrel" });
      await dialog.getByLabel("Files", { exact: true }).setInputFiles(file);
      await dialog.getByLabel("Product").fill("cache");
      const first = page.waitForResponse((response) => /\/storage\/uploads\/[^/]+\/1(\?|$)/.test(response.url()) && response.request().method() === "PUT");
      await dialog.getByRole("button", { name: /^Upload and publish/ }).click();
      await tray().getByText(/can’t be reached. Trying again/).waitFor();
      await first; // or the reload would cut it off, too
      await noFaults("upload-waits");
      await page.reload();
      await tray().getByText(/Choose 1 file again/).waitFor();
      await noFaults("upload-resume");
      await context.unroute(later);
      let sent = 0;
      const count = (request) => (sent += /\/storage\/uploads\//.test(request.url()) && request.method() === "PUT" ? 1 : 0);
      page.on("request", count);
      await tray().getByLabel(/^Files of/).setInputFiles(file);
      await tray().getByText("Published as v001").waitFor();
      page.off("request", count);
      assert.ok(sent >= 1 && sent < 3, `${sent} parts were sent again`);
      await tray().getByRole("button", { name: "Clear published" }).click();
    });

    it("notices that a file was changed while it was uploaded", async () => {
      const file = path.join(folder, "moving.abc");
      await writeFile(file, randomBytes(20_000_000));
      await page.goto(`/p/kart/assets/${barrel.id}`);
      await page.getByRole("heading", { name: "Barrel", level: 1 }).waitFor();
      let changed = false;
      await context.route(/\/storage\/uploads\//, async (route) => {
        if (!changed) {
          changed = true;
          await writeFile(file, randomBytes(1_000));
          await utimes(file, 1, 1);
        }
        await route.abort("connectionrefused");
      });
      await page.keyboard.press("u");
      const dialog = page.getByRole("dialog", { name: "Upload to Barrel" });
      await dialog.getByLabel("Files", { exact: true }).setInputFiles(file);
      await dialog.getByLabel("Product").fill("cache");
      await dialog.getByRole("button", { name: /^Upload and publish/ }).click();
      await tray().getByText("1 file could not be uploaded").waitFor();
      await tray().getByRole("button", { name: /Barrel · cache/, expanded: false }).click();
      await tray().getByText(/was changed or removed while it was uploaded/).first().waitFor();
      await noFaults("upload-changed");
      await context.unroute(/\/storage\/uploads\//);
      await tray().getByRole("button", { name: /^Cancel/ }).click();
    });

    it("shows the jobs with what they left, filters them, and keeps that in the address", async () => {
      await page.goto("/jobs");
      await page.getByRole("heading", { name: "Jobs" }).waitFor();
      await page.getByRole("listitem").first().waitFor();
      await page.getByRole("button", { name: "Done", exact: true }).click();
      await page.waitForURL(/state=done/);
      await noFaults("jobs");
    });

    it("finds commands, projects and things in the palette", async () => {
      await page.goto("/p/kart/assets");
      await page.getByRole("grid").waitFor();
      await page.keyboard.press("Control+k");
      const palette = page.getByRole("dialog", { name: "Commands" });
      await palette.getByRole("option").first().waitFor();
      await noFaults("palette");
      await page.keyboard.type("go to your acc");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Your account" }).waitFor();
      await noFaults("account");
      await page.keyboard.press("Control+k");
      await page.keyboard.type("harbour");
      await palette.getByRole("option", { name: /Harbour/ }).click();
      await page.getByRole("complementary", { name: "Asset" }).getByRole("heading", { name: "Harbour" }).waitFor();
    });

    it("names what may not be seen or is not there", async () => {
      await page.goto("/p/kart/assets/0197a0d2-3c4e-7b1a-9f00-1a2b3c4d5e6f");
      await page.getByRole("alert").waitFor();
      await noFaults("no-asset");
    });

    it("ran without an error of a script and without anything that the content security policy refused", () => {
      assert.deepEqual(faults, []);
    });
  });
}
