// Folders in the browser, against the real program on each database: drift is seen, planned, fixed and undone; templates change with examples.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Api } from "./support/api.mjs";
import { accessibilityFaults, launch, openPage, leadBy } from "./support/browser.mjs";
import { createToken, newPostgresDatabase, startServer } from "./support/server.mjs";

const PASSWORD = "correct horse battery";
const DATABASES = process.env.BIFROST_TEST_POSTGRES_URL === undefined ? ["sqlite"] : ["sqlite", "postgres"];

for (const kind of DATABASES) {
  const looks = kind === "sqlite";
  describe(`folders on ${kind}`, { timeout: 300_000 }, () => {
    let server;
    let browser;
    let page;
    let faults;
    let api;
    let version;
    let notes;

    const noFaults = async (name) => {
      if (looks) assert.deepEqual(await accessibilityFaults(page, name), []);
    };
    const board = () => page.getByRole("region", { name: "Disk and database" });
    const scan = async () => {
      await board().getByRole("button", { name: "Scan" }).click();
    };

    before(async () => {
      server = await startServer({ database: kind === "postgres" ? await newPostgresDatabase() : undefined, shared: true });
      api = new Api(server.address, await createToken(server.data, server.database));
      const project = await api.post("/projects", { code: "kart", name: "Super Kart" });
      const barrel = await api.post("/projects/kart/assets", { code: "barrel", name: "Barrel", type: "prop" });
      const sequence = await api.post("/projects/kart/sequences", { code: "sq010" });
      await api.post("/projects/kart/shots", { code: "sh0010", sequence_id: sequence.id, cut_in: 1001, cut_out: 1100 });
      const model = await api.post(`/assets/${barrel.id}/products`, { code: "model" });
      await api.publish(project.id, model.id, "Block-out", { "barrel.obj": Buffer.from("o barrel\n") });
      const resolved = await api.post("/projects/kart/folders/resolve", { items: [{ entity_id: model.id }] });
      version = path.join(resolved.data[0].path, "v001");
      notes = path.join(version, "notes.txt");
      // The server puts what is published there; somebody loses it, and leaves something else.
      await api.waitFor(() => existsSync(path.join(version, "barrel.obj")), (there) => there, "the version on the disk");
      assert.ok(version.startsWith(server.projects));
      await rm(path.join(version, "barrel.obj"));
      await writeFile(notes, "somebody's");
      browser = await launch();
      ({ page, faults } = await openPage(browser, server.address));
      await page.goto(`/setup?token=${server.setupToken}`);
      await page.getByLabel("New password").fill(PASSWORD);
      await page.getByLabel("The same again").fill(PASSWORD);
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/projects$/);
    });

    after(async () => {
      await browser?.close();
      await server?.stop();
    });

    it("shows the tree before anything was compared, and leads there by keys", async () => {
      await page.goto("/p/kart/assets");
      await page.getByRole("grid").waitFor();
      await leadBy(page, ["g", "f"], board().getByText("Not compared yet"));
      await page.waitForURL(/\/p\/kart\/folders$/);
      const tree = page.getByRole("list", { name: "Folders of the project" });
      await tree.getByRole("button", { name: /^sq010/ }).click();
      await page.getByRole("list", { name: "Below sq010" }).getByText("sh0010").first().waitFor();
      await noFaults("folders");
    });

    it("finds the drift and marks it in the tree", async () => {
      await scan();
      await board().getByRole("button", { name: "Missing 1" }).waitFor();
      await board().getByRole("button", { name: "Unknown 1" }).waitFor();
      const tree = page.getByRole("list", { name: "Folders of the project" });
      await tree.getByText("1 missing, 1 unknown").first().waitFor();
      await tree.getByRole("button", { name: /^barrel/ }).click();
      await page.getByRole("list", { name: "Below barrel" }).getByText("model").first().waitFor();
      await noFaults("folders-drift");
    });

    it("plans what shall be done, does it, and undoes it", async () => {
      await board().getByLabel("Unknown").selectOption("quarantine");
      await board().getByRole("button", { name: "Show the plan" }).click();
      const plan = page.getByRole("region", { name: "Plan" });
      await plan.getByText(/1 file would be restored, 1 put aside|1 file would be put aside, 1 restored/).waitFor();
      await noFaults("folders-plan");
      assert.ok(existsSync(notes), "nothing is done before it is asked for");
      await plan.getByRole("button", { name: "Do it" }).click();
      await board().getByText("2 fixes of this scan").waitFor();
      await api.waitFor(() => existsSync(path.join(version, "barrel.obj")) && !existsSync(notes), (done) => done, "the fixes");
      await scan();
      await board().getByText("No drift").waitFor();
      await page.getByRole("tab", { name: "Put aside" }).click();
      await page.getByRole("list", { name: "Put aside" }).getByText("notes.txt").first().waitFor();
      await noFaults("folders-aside");
      await page.getByRole("button", { name: /^Put back .*notes\.txt/ }).click();
      await page.getByText("Nothing was put aside").waitFor();
      assert.equal(await readFile(notes, "utf8"), "somebody's");
    });

    it("changes a template with examples, says why it can't be saved, and lets the shipped one hold again", async () => {
      await page.getByRole("tab", { name: "Templates" }).click();
      await page.getByRole("list", { name: "Templates of shot" }).getByRole("button", { name: /^work/ }).click();
      const editor = page.getByRole("form", { name: "Template for work of shot" });
      await editor.getByRole("list", { name: "Examples" }).getByText("kart/shots/sq010/sh0010/work", { exact: true }).waitFor();
      await noFaults("templates");
      await editor.getByLabel("Pattern").fill("{project}/film/{shot}");
      await editor.getByText(/two entities would get one path/).first().waitFor();
      await noFaults("templates-refused");
      await editor.getByLabel("Pattern").fill("{project}/film/[{episode}/]{sequence}/{shot}/work[/{task}[/{code}_{task}_w{workfile:03}.{extension}]]");
      await editor.getByRole("list", { name: "Changes" }).getByText("kart/film/sq010/sh0010/work").waitFor();
      await editor.getByRole("button", { name: "Save the template" }).click();
      await page.getByText("The template is saved.").waitFor();
      const own = page.getByRole("list", { name: "Templates of shot" }).getByRole("button", { name: /^work/ });
      await own.getByText("the project's own").waitFor();
      await own.click();
      await editor.getByRole("button", { name: "Use the one that ships" }).click();
      await own.getByText("as shipped").waitFor();
    });

    it("ran without an error of a script and without anything that the content security policy refused", () => {
      assert.deepEqual(faults, []);
    });
  });
}
