// A site whose bytes lie on S3: pages send to it and show what lies there, and reach nothing else.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Api } from "./support/api.mjs";
import { launch, openPage, until } from "./support/browser.mjs";
import { picture } from "./support/media.mjs";
import { freePort, startS3 } from "./support/s3.mjs";
import { createToken, startServer } from "./support/server.mjs";

const PASSWORD = "correct horse battery";
const S3_SERVER = process.env.BIFROST_S3_SERVER;

if (S3_SERVER !== undefined) {
  describe("a site on S3", { timeout: 300_000 }, () => {
    let s3;
    let server;
    let browser;
    let page;
    let faults;
    let api;
    let folder;

    before(async () => {
      const port = await freePort();
      s3 = await startS3(S3_SERVER, `http://127.0.0.1:${port}`);
      folder = await mkdtemp(path.join(tmpdir(), "bifrost-s3-files-"));
      server = await startServer({ port, settings: s3.settings });
      api = new Api(server.address, await createToken(server.data, undefined, s3.settings));
      await api.post("/projects", { code: "kart", name: "Super Kart" });
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
      await s3?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    it("lets its pages reach the store, and no other place", async () => {
      const response = await fetch(`${server.address}/`);
      const policy = response.headers.get("content-security-policy");
      for (const directive of ["img-src 'self' data: blob:", "media-src 'self' blob:", "connect-src 'self' blob:"]) assert.ok(policy.includes(`${directive} ${s3.endpoint};`), policy);
      const refused = await page.evaluate(async (url) => {
        const told = new Promise((resolve) => document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => resolve(effectiveDirective), { once: true }));
        await fetch(url).catch(() => undefined);
        return told;
      }, "http://127.0.0.1:9/elsewhere");
      assert.equal(refused, "connect-src");
      faults.length = 0;
    });

    it("sends a small file straight to the store, publishes it and shows its picture from there", async () => {
      const file = path.join(folder, "flat.png");
      await writeFile(file, await picture(folder, "made.png", "color=0xe08040:s=640x360"));
      const asset = await api.post("/projects/kart/assets", { code: "flat", name: "Flat", type: "prop" });
      await page.goto(`/p/kart/assets/${asset.id}?upload=1`);
      const dialog = page.getByRole("dialog", { name: "Upload to Flat" });
      await dialog.getByLabel("Files", { exact: true }).setInputFiles(file);
      await dialog.getByLabel("Product").fill("art");
      const [part] = await Promise.all([
        page.waitForRequest((request) => request.method() === "PUT" && request.url().startsWith(s3.endpoint)),
        dialog.getByRole("button", { name: /^Upload and publish/ }).click(),
      ]);
      assert.equal(part.headers()["if-none-match"], "*");
      await page.getByRole("region", { name: "Uploads" }).getByText("Published as v001").waitFor();
      await page.goto(`/p/kart/assets/${asset.id}`);
      await page.getByRole("img", { name: "Preview of flat.png" }).waitFor();
      await until(page, "document.querySelector('img[alt^=Preview]').naturalWidth > 0");
    });

    it("ran without an error of a script and without anything that the content security policy refused", () => {
      assert.deepEqual(faults, []);
    });
  });
}
