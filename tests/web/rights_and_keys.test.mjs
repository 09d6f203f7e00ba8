// Who may not do something is not offered it and is told why; keys and picks as people choose them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "./support/api.mjs";
import { accessibilityFaults, launch, openPage, leadBy } from "./support/browser.mjs";
import { createToken, newPostgresDatabase, startServer } from "./support/server.mjs";

const PASSWORD = "correct horse battery";

describe("rights, keys and picks", { timeout: 600_000 }, () => {
  let server;
  let browser;
  let api;
  let crate;
  let viewer;
  let owner;

  const signIn = async (token) => {
    const opened = await openPage(browser, server.address);
    await opened.page.goto(`/setup?token=${token}`);
    await opened.page.getByLabel("New password").fill(PASSWORD);
    await opened.page.getByLabel("The same again").fill(PASSWORD);
    await opened.page.keyboard.press("Enter");
    await opened.page.waitForURL(/\/projects$/);
    return opened;
  };
  const person = async (code, name, role) => {
    const user = await api.post("/users", { code, name });
    await api.call("PUT", `/projects/kart/members/${user.id}`, { role });
    const { url } = await api.post(`/users/${user.id}/sign-in-link`, {});
    return new URL(url, server.address).searchParams.get("token");
  };

  before(async () => {
    server = await startServer({ database: await newPostgresDatabase() });
    api = new Api(server.address, await createToken(server.data, server.database));
    const project = await api.post("/projects", { code: "kart", name: "Super Kart" });
    await api.post("/projects", { code: "secret", name: "Nobody’s" });
    crate = await api.post("/projects/kart/assets", { code: "crate", name: "Crate", type: "prop", tags: ["wood"] });
    for (let number = 1; number <= 8; number += 1) await api.post("/projects/kart/assets", { code: `box_${number}`, name: `Box ${number}`, type: "prop" });
    const product = await api.post(`/assets/${crate.id}/products`, { code: "model" });
    const version = await api.publish(project.id, product.id, "First", { "broken.png": Buffer.from("\x89PNG\r\n\x1a\nnothing", "latin1") });
    await api.waitFor(() => api.get(`/versions/${version.id}`), ({ preview_state }) => preview_state === "failed", "the preview to fail");
    browser = await launch();
    await person("pia", "Pia Producer", "producer");
    viewer = await signIn(await person("vera", "Vera", "viewer"));
    owner = await signIn(server.setupToken);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("offers a viewer nothing that the server would refuse", async () => {
    const { page } = viewer;
    await page.goto("/p/kart/assets");
    await page.getByText("Crate", { exact: true }).click({ modifiers: ["Control"] });
    await page.getByText("1 asset picked").waitFor();
    assert.deepEqual(await page.getByRole("region", { name: "Picked assets" }).getByRole("button").allInnerTexts(), ["Clear"]);
    assert.equal(await page.getByRole("button", { name: /^Upload/ }).count(), 0);
    await page.keyboard.press("u");
    assert.equal(await page.getByRole("dialog").count(), 0);
    await page.goto(`/p/kart/assets/${crate.id}`);
    await page.getByText("No preview could be made of").waitFor();
    for (const name of [/^Make it again/, /^Upload/]) assert.equal(await page.getByRole("button", { name }).count(), 0, String(name));
    await page.getByRole("tab", { name: "Versions" }).click();
    await page.getByRole("article", { name: "Version v001" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /^Status/ }).count(), 0);
    await page.goto("/projects");
    await page.getByRole("link", { name: /Super Kart/ }).waitFor();
    assert.equal(await page.getByRole("button", { name: /^New project/ }).count(), 0);
    assert.equal(await page.getByText("Nobody’s").count(), 0);
  });

  it("says to a viewer at a link to what one may not do which permission it takes, and who gives it", async () => {
    const { page } = viewer;
    for (const address of ["/p/kart/assets?upload=1", `/p/kart/assets/${crate.id}?upload=1`]) {
      await page.goto(address);
      const dialog = page.getByRole("dialog", { name: "You may not upload here" });
      await dialog.getByText("version:create").waitFor();
      await dialog.getByText(/Pia Producer/).waitFor();
      await dialog.getByText(/Artist/).waitFor();
      if (address.includes(crate.id)) assert.deepEqual(await accessibilityFaults(page, "not-allowed"), []);
      await dialog.getByRole("button", { name: "Go on without it" }).click();
      await page.waitForURL((url) => !url.searchParams.has("upload"));
    }
    await page.goto("/projects?create=1");
    await page.getByRole("dialog", { name: "You may not make projects" }).getByText("project:create").waitFor();
    await page.goto("/p/secret/assets");
    await page.getByRole("alert").getByText("Not found").waitFor();
  });

  it("keeps what is picked in the address", async () => {
    const { page } = owner;
    await page.goto("/p/kart/assets");
    await page.getByText("Box 2", { exact: true }).click({ modifiers: ["Control"] });
    await page.getByText("Box 5", { exact: true }).click({ modifiers: ["Control"] });
    await page.getByText("2 assets picked").waitFor();
    await page.waitForURL((url) => (url.searchParams.get("pick") ?? "").split(",").length === 2);
    await page.reload();
    await page.getByText("2 assets picked").waitFor();
    await page.keyboard.press("Control+a");
    await page.waitForURL(/pick=all/);
    await page.reload();
    await page.getByText("9 assets picked").waitFor();
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => !url.searchParams.has("pick"));
  });

  it("lets people choose their keys, refuses those that are taken, and shows the real ones", async () => {
    const { page } = owner;
    await page.goto("/me");
    const change = (label) => page.getByRole("button", { name: `Change the key: ${label}` });
    await change("Go to the jobs").click();
    await page.getByText(/Press the keys/).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await page.getByRole("alert").getByText(/G A is already “Go to the assets”/).waitFor();
    await change("Go to the jobs").click();
    await page.getByText(/Press the keys/).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("x");
    await page.getByText("Saved.").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "account-keys"), []);
    await page.reload();
    await page.getByRole("heading", { name: "Keys" }).waitFor();
    await page.keyboard.press("?");
    const row = page.getByRole("dialog", { name: "Keyboard" }).locator("div", { has: page.getByText("Go to the jobs", { exact: true }) }).last();
    assert.equal((await row.locator("kbd").allInnerTexts()).join(" "), "G X");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await leadBy(page, ["g", "x"], page.getByRole("heading", { name: "Jobs" }));
    await page.goto("/me");
    await page.getByRole("button", { name: "Reset the key: Go to the jobs" }).click();
    await leadBy(page, ["g", "j"], page.getByRole("heading", { name: "Jobs" }));
  });

  it("ran without an error of a script and without anything that the content security policy refused", () => {
    assert.deepEqual([...viewer.faults, ...owner.faults], []);
  });
});
