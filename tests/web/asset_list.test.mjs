// The whole chain once: the built pages, served by the program that embeds them, in a browser.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { Api } from "./support/api.mjs";
import { accessibilityFaults, launch, openPage, screenshot, setTheme } from "./support/browser.mjs";
import { createToken, startServer } from "./support/server.mjs";

const PASSWORD = "correct horse battery";
const TYPES = ["character", "prop", "vehicle", "environment", "set_piece", "fx", "material", "texture"];
const NAMES = ["Tux", "Barrel", "Kart", "Lighthouse", "Bridge", "Splash", "Rust", "Cobble"];
const PER_TYPE = 56;
const TOTAL = TYPES.length * PER_TYPE;
const MODEL = Buffer.from("o kart\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n");

describe("sign-in and asset list", { timeout: 900_000 }, () => {
  let server;
  let browser;
  let page;
  let faults;
  let hero;
  let firstVersion;

  const rows = () => page.locator("[role='row'][aria-selected]");
  const panel = () => page.getByRole("complementary", { name: "Asset" });
  const countIs = (text) => page.getByText(text, { exact: true }).waitFor();

  async function seed() {
    const api = new Api(server.address, await createToken(server.data));
    const project = await api.post("/projects", { code: "kart", name: "Super Kart" });
    await api.post("/projects", { code: "short", name: "A Short" });
    const wanted = TYPES.flatMap((type, index) =>
      Array.from({ length: PER_TYPE }, (_, number) => ({
        code: `${NAMES[index].toLowerCase()}_${String(number).padStart(3, "0")}`,
        name: `${NAMES[index]} ${String(number).padStart(3, "0")}`,
        type,
        tags: number % 5 === 0 ? ["hero", "track-one"] : [],
      })),
    );
    const created = [];
    while (wanted.length > 0) {
      const group = wanted.splice(0, 8);
      created.push(...(await Promise.all(group.map((asset) => api.post("/projects/kart/assets", asset)))));
    }
    hero = await api.post("/projects/kart/assets", {
      code: "nolok",
      name: "Nolok’s kart",
      type: "vehicle",
      description: "The villain’s kart. Flames are a texture set of their own.",
      tags: ["hero", "villain"],
      metadata: { polygons: 18432 },
    });
    const model = await api.post(`/assets/${hero.id}/products`, { code: "model" });
    await api.post(`/assets/${hero.id}/products`, { code: "look" });
    firstVersion = await api.publish(project.id, model.id, "First block-out", { "nolok.obj": Buffer.from("o nolok\n") });
    await api.publish(project.id, model.id, "Wheels are round now", {
      "nolok.obj": MODEL,
      "textures/flames.png": Buffer.from("not a picture, but bytes"),
    });
  }

  before(async () => {
    server = await startServer();
    await seed();
    browser = await launch();
    ({ page, faults } = await openPage(browser, server.address));
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("asks for a sign-in, and comes back to the address that was wanted", async () => {
    await page.goto("/p/kart/assets?type=fx");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/login");
    assert.deepEqual(await accessibilityFaults(page, "sign-in"), []);
    await page.getByLabel("Login or email").fill("owner");
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await screenshot(page, "sign-in-refused");
  });

  it("sets the owner's password through the one-time link, once", async () => {
    await page.goto(`/setup?token=${server.setupToken}`);
    await page.getByLabel("New password").fill(PASSWORD);
    await page.getByLabel("The same again").fill("something else");
    await page.keyboard.press("Enter");
    await page.getByText("The two passwords differ.").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "setup"), []);
    await page.getByLabel("The same again").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/projects$/);
    await page.getByRole("link", { name: /Super Kart/ }).waitFor();
    await page.getByText(`${TOTAL + 1} assets`).waitFor();
    assert.deepEqual(await accessibilityFaults(page, "projects"), []);

    const other = await openPage(browser, server.address);
    await other.page.goto(`/setup?token=${server.setupToken}`);
    await other.page.getByLabel("New password").fill("another password");
    await other.page.getByLabel("The same again").fill("another password");
    await other.page.keyboard.press("Enter");
    await other.page.getByRole("alert").waitFor();
    await other.context.close();
  });

  it("signs out and in again with the password", async () => {
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(/\/login/);
    await page.goto("/p/kart/assets?type=fx");
    await page.getByLabel("Login or email").fill("owner");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/p\/kart\/assets\?type=fx$/);
    await countIs(`${PER_TYPE} of ${TOTAL + 1} assets`);
  });

  it("lists every asset of a project, beyond the first page", async () => {
    await page.goto("/p/kart/assets");
    await countIs(`${TOTAL + 1} assets`);
    assert.ok((await rows().count()) < 80, "only what is seen is drawn");
    await page.getByRole("grid", { name: "Assets" }).focus();
    for (let press = 0; press < 20; press += 1) {
      await page.keyboard.press("End");
      if ((await page.locator(`[aria-rowindex="${TOTAL + 2}"]`).count()) > 0) break;
      await page.waitForTimeout(250);
    }
    await page.locator(`[aria-rowindex="${TOTAL + 2}"]`).waitFor();
    await page.keyboard.press("Home");
    await page.locator("[aria-rowindex='2']").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "assets"), []);
  });

  it("filters by type and text, keeps the filter in the address, and sorts", async () => {
    await page.goto("/p/kart/assets");
    await page.getByRole("button", { name: /^Type filter/ }).click();
    await page.getByRole("menuitemcheckbox", { name: /^Vehicle/ }).click();
    await countIs(`${PER_TYPE + 1} of ${TOTAL + 1} assets`);
    await screenshot(page, "filter-menu");
    await page.keyboard.press("Escape");
    await page.keyboard.press("f");
    await page.keyboard.type("nolok");
    await countIs(`1 of ${TOTAL + 1} assets`);
    assert.deepEqual(Object.fromEntries(new URL(page.url()).searchParams), { q: "nolok", type: "vehicle" });
    await page.reload();
    await countIs(`1 of ${TOTAL + 1} assets`);
    assert.equal(await page.getByRole("searchbox", { name: "Filter by text" }).inputValue(), "nolok");

    await page.getByRole("searchbox", { name: "Filter by text" }).fill("no such thing");
    await page.getByText("No asset matches").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "no-match"), []);
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await countIs(`${TOTAL + 1} assets`);

    await page.getByRole("button", { name: "Name", exact: true }).click();
    await page.waitForURL(/sort=-name/);
    await page.locator("[aria-rowindex='2']", { hasText: "Tux 055" }).waitFor();
  });

  it("shows an asset, its versions and files in the panel, and gives the bytes back", async () => {
    await page.goto("/p/kart/assets?q=nolok");
    await rows().first().click();
    await panel().getByRole("heading", { name: hero.name }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("sel"), `asset:${hero.id}`);
    await panel().getByText("Wheels are round now").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      panel().getByRole("link", { name: /^Download nolok\.obj/ }).click(),
    ]);
    const bytes = await readFile(await download.path());
    assert.equal(createHash("sha256").update(bytes).digest("hex"), createHash("sha256").update(MODEL).digest("hex"));

    await page.goto(`/p/kart/assets?sel=asset:${hero.id}`);
    await panel().getByText("Wheels are round now").waitFor();
    await page.reload();
    await panel().getByRole("link", { name: /^Download textures\/flames\.png/ }).waitFor();
    assert.deepEqual(await accessibilityFaults(page, "panel"), []);
    await page.keyboard.press("Escape");
    await panel().waitFor({ state: "detached" });
    await page.goBack();
    await panel().waitFor();
  });

  it("opens a link to a version in its asset's panel", async () => {
    await page.goto(`/p/kart/assets?sel=version:${firstVersion.id}`);
    await panel().getByText("First block-out").waitFor();
    await panel().getByRole("heading", { name: hero.name }).waitFor();
    assert.equal(await panel().getByText("Wheels are round now").count(), 0);
    await page.goto("/p/kart/assets?sel=asset:0197a0d2-3c4e-7b1a-9f00-1a2b3c4d5e6f");
    await panel().getByRole("alert").waitFor();
  });

  it("works with the keyboard alone, and shows its keys", async () => {
    await page.goto("/p/kart/assets");
    await rows().first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await panel().getByRole("heading", { level: 2 }).waitFor();
    const first = page.url();
    await page.keyboard.press("ArrowDown");
    await page.waitForURL((url) => url.href !== first && url.searchParams.has("sel"));
    await page.keyboard.press("Escape");
    await panel().waitFor({ state: "detached" });

    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    assert.deepEqual(await accessibilityFaults(page, "keys"), []);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });

    await page.keyboard.press("/");
    await page.keyboard.type("nolok");
    const option = page.getByRole("option").first();
    await option.waitFor();
    await screenshot(page, "search-hits");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await panel().getByRole("heading", { name: hero.name }).waitFor();
  });

  it("shows all hits of a search, and names a problem with a way on", async () => {
    await page.goto("/search?q=nolok");
    await page.getByRole("main").getByRole("link", { name: /Nolok/ }).first().waitFor();
    assert.deepEqual(await accessibilityFaults(page, "search"), []);

    await page.goto("/p/nowhere/assets");
    await page.getByRole("alert").getByRole("button", { name: "Copy trace id" }).click();
    assert.notEqual(await page.evaluate("navigator.clipboard.readText()"), "");
    assert.deepEqual(await accessibilityFaults(page, "problem"), []);
  });

  it("says that an address leads nowhere", async () => {
    await page.goto("/no/such/page");
    await page.getByText("There is no such page").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "no-page"), []);
  });

  it("keeps the theme that was chosen, and an empty project says so", async () => {
    await page.goto("/p/short/assets");
    await page.getByText("No assets yet").waitFor();
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitemcheckbox", { name: "Light" }).click();
    await page.reload();
    await page.getByText("No assets yet").waitFor();
    assert.equal(await page.evaluate("document.documentElement.dataset.theme"), "light");
    await screenshot(page, "empty-light");
    await setTheme(page, "dark");
  });

  it("asks for the password in place when the session is gone, and goes on where it was", async () => {
    await page.goto("/p/kart/assets?q=nolok");
    await rows().first().waitFor();
    await page.context().clearCookies();
    await rows().first().click();
    const dialog = page.getByRole("dialog", { name: "Sign in again" });
    await dialog.waitFor();
    assert.deepEqual(await accessibilityFaults(page, "session-ended"), []);
    await dialog.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await panel().getByRole("heading", { name: hero.name }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("q"), "nolok");
  });

  it("ran without an error of a script and without anything that the content security policy refused", () => {
    assert.deepEqual(faults, []);
  });
});
