// Uploads in bad weather: files dropped by the mouse, two tabs with the same file, a server that is killed in the middle.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Api } from "./support/api.mjs";
import { launch, openPage, screenshot } from "./support/browser.mjs";
import { createToken, newPostgresDatabase, startServer } from "./support/server.mjs";

const PASSWORD = "correct horse battery";

describe("uploads in bad weather", { timeout: 600_000 }, () => {
  let server;
  let browser;
  let context;
  let page;
  let faults;
  let api;
  let folder;
  let barrel;

  const tray = (on = page) => on.getByRole("region", { name: "Uploads" });
  const openBarrel = async (on = page) => {
    await on.goto(`/p/kart/assets/${barrel.id}`);
    await on.getByRole("heading", { name: "Barrel", level: 1 }).waitFor();
  };
  const choose = async (on, file, product) => {
    await on.keyboard.press("u");
    const dialog = on.getByRole("dialog", { name: "Upload to Barrel" });
    await dialog.getByLabel("Files", { exact: true }).setInputFiles(file);
    await dialog.getByLabel("Product").fill(product);
    await dialog.getByRole("button", { name: /^Upload and publish/ }).click();
  };
  const isPart = (request) => request.method() === "PUT" && /\/storage\/uploads\//.test(request.url());
  const partSent = () => page.waitForRequest(isPart);
  /** What the server has published last of a product, by path. */
  const filesOf = async (product) => {
    const { data: products } = await api.get(`/assets/${barrel.id}/products`);
    const { data: versions } = await api.get(`/products/${products.find(({ code }) => code === product).id}/versions?sort=-number&limit=1`);
    const { data } = await api.get(`/versions/${versions[0].id}/files`);
    return Object.fromEntries(data.map(({ path: name, sha256 }) => [name, sha256]));
  };
  const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

  before(async () => {
    server = await startServer({ database: await newPostgresDatabase() });
    folder = await mkdtemp(path.join(tmpdir(), "bifrost-drop-"));
    api = new Api(server.address, await createToken(server.data, server.database));
    await api.post("/projects", { code: "kart", name: "Super Kart" });
    barrel = await api.post("/projects/kart/assets", { code: "barrel", name: "Barrel", type: "prop" });
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

  it("takes files and folders that the mouse drops, and publishes them under their paths", async () => {
    await mkdir(path.join(folder, "set/textures"), { recursive: true });
    const files = { "set/set.ma": randomBytes(5000), "set/textures/wood.png": randomBytes(7000) };
    for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(folder, name), bytes);
    const note = randomBytes(300);
    await writeFile(path.join(folder, "note.txt"), note);
    await openBarrel();
    // As the system tells the browser of a drag that comes from outside of it.
    const devtools = await context.newCDPSession(page);
    const data = { items: [], files: [path.join(folder, "set"), path.join(folder, "note.txt")], dragOperationsMask: 1 };
    const drag = (type, x, y) => devtools.send("Input.dispatchDragEvent", { type, x, y, data });
    await drag("dragEnter", 700, 500);
    await drag("dragOver", 705, 505);
    await page.getByText("Drop to upload a version of Barrel").waitFor();
    await screenshot(page, "drop");
    await drag("drop", 705, 505);
    const dialog = page.getByRole("dialog", { name: "Upload to Barrel" });
    await dialog.getByText("textures/wood.png").waitFor();
    await dialog.getByLabel("Product").fill("dropped");
    await dialog.getByRole("button", { name: /^Upload and publish 3 files/ }).click();
    await tray().getByText("Published as v001").waitFor();
    assert.deepEqual(await filesOf("dropped"), { "note.txt": sha256(note), "set/set.ma": sha256(files["set/set.ma"]), "set/textures/wood.png": sha256(files["set/textures/wood.png"]) });
    await tray().getByRole("button", { name: "Clear published" }).click();
  });

  it("keeps the page when a file is dropped beside the place for it", async () => {
    await page.goto("/jobs");
    await page.getByRole("heading", { name: "Jobs" }).waitFor();
    const devtools = await context.newCDPSession(page);
    const data = { items: [], files: [path.join(folder, "note.txt")], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) await devtools.send("Input.dispatchDragEvent", { type, x: 600, y: 400, data });
    await page.getByRole("heading", { name: "Jobs" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/jobs");
  });

  it("sends a file once when two tabs upload it at the same time", async () => {
    const file = path.join(folder, "shared.abc");
    await writeFile(file, randomBytes(30_000_000));
    const other = await context.newPage();
    other.setDefaultTimeout(30_000);
    await openBarrel();
    await openBarrel(other);
    let sent = 0;
    const count = (request) => {
      if (isPart(request)) sent += 1;
    };
    page.on("request", count);
    other.on("request", count);
    let release;
    const released = new Promise((resolve) => {
      release = resolve;
    });
    await page.route(/\/storage\/uploads\//, async (route) => {
      await released;
      await route.continue();
    });
    const begun = partSent();
    await choose(page, file, "first");
    await begun;
    await choose(other, file, "second");
    await tray(other).getByText("Another tab uploads the same file").waitFor();
    release();
    await tray().getByText("Published as v001").waitFor();
    await tray(other).getByText("Published as v001").waitFor();
    assert.equal(sent, 1, "the bytes went out once");
    const hash = sha256(await readFile(file));
    assert.deepEqual(await filesOf("first"), { "shared.abc": hash });
    assert.deepEqual(await filesOf("second"), { "shared.abc": hash });
    // What another tab has published stands in every tray until it is cleared.
    await tray(other).getByRole("button", { name: "Clear published" }).click();
    await tray(other).waitFor({ state: "detached" });
    await other.close();
    await page.unroute(/\/storage\/uploads\//);
    page.off("request", count);
    await tray().getByRole("button", { name: "Clear published" }).click();
  });

  it("goes on by itself after the server was killed in the middle of a part and came back", async () => {
    const file = path.join(folder, "killed.abc");
    const bytes = randomBytes(90_000_000);
    await writeFile(file, bytes);
    await openBarrel();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Network.enable");
    // Slow enough that the part is on its way when the server dies.
    const slowly = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 4_000_000 };
    await devtools.send("Network.emulateNetworkConditions", slowly);
    const begun = partSent();
    await choose(page, file, "killed");
    await begun;
    const port = Number(new URL(server.address).port);
    await server.halt("SIGKILL");
    await tray().getByText(/can’t be reached. Trying again/).waitFor();
    await screenshot(page, "server-gone");
    await devtools.send("Network.emulateNetworkConditions", { ...slowly, uploadThroughput: -1 });
    server = await startServer({ data: server.data, database: server.database, port });
    await tray().getByText("Published as v001").waitFor({ timeout: 120_000 });
    assert.deepEqual(await filesOf("killed"), { "killed.abc": sha256(bytes) });
    // The log of events is followed again, too.
    await api.call("PATCH", `/assets/${barrel.id}`, { name: "Barrel that lives" });
    await page.getByRole("heading", { name: "Barrel that lives", level: 1 }).waitFor({ timeout: 90_000 });
  });

  it("ran without an error of a script and without anything that the content security policy refused", () => {
    assert.deepEqual(faults.filter((fault) => !/ERR_CONNECTION|ERR_NETWORK|ERR_EMPTY|ERR_INCOMPLETE/.test(fault)), []);
  });
});
