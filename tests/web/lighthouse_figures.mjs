// Lighthouse of the sign-in, the projects, a list of assets and the page of one, against the real server:
//   npm ci --ignore-scripts --prefix tools/lighthouse && node tests/web/lighthouse_figures.mjs
import { Api } from "./support/api.mjs";
import { launch, openPage } from "./support/browser.mjs";
import { freePort } from "./support/s3.mjs";
import { createToken, startServer } from "./support/server.mjs";

const lighthouse = (await import(new URL("../../tools/lighthouse/node_modules/lighthouse/core/index.js", import.meta.url))).default;
const desktop = (await import(new URL("../../tools/lighthouse/node_modules/lighthouse/core/config/desktop-config.js", import.meta.url))).default;
const PASSWORD = "correct horse battery";
const CATEGORIES = ["performance", "accessibility", "best-practices"];
const say = (line) => process.stdout.write(`${line}\n`);

const port = await freePort();
const server = await startServer();
const browser = await launch([`--remote-debugging-port=${port}`]);
try {
  const api = new Api(server.address, await createToken(server.data));
  const project = await api.post("/projects", { code: "kart", name: "Super Kart" });
  const operations = Array.from({ length: 300 }, (_, number) => ({ op: "create", path: "/projects/kart/assets", body: { code: `crate_${number}`, name: `Crate ${number}`, type: "prop" } }));
  await api.post("/batch", { operations });
  const asset = await api.post("/projects/kart/assets", { code: "barrel", name: "Barrel", type: "prop" });
  const product = await api.post(`/assets/${asset.id}/products`, { code: "look" });
  const svg = "<svg xmlns='http://www.w3.org/2000/svg' width='1280' height='720'><rect width='1280' height='720' fill='teal'/></svg>";
  const version = await api.publish(project.id, product.id, "First", { "look.svg": Buffer.from(svg) });
  await api.waitFor(() => api.get(`/versions/${version.id}`), ({ preview_state }) => preview_state === "ready", "the preview");

  const judge = async (name, path) => {
    const flags = { port, output: "json", logLevel: "error", disableStorageReset: true, onlyCategories: CATEGORIES };
    const { lhr } = await lighthouse(`${server.address}${path}`, flags, desktop);
    say(`${name}: ${CATEGORIES.map((category) => `${category} ${String(Math.round(lhr.categories[category].score * 100))}`).join(", ")}`);
    for (const category of CATEGORIES) {
      for (const { id, weight } of lhr.categories[category].auditRefs) {
        const { score, title } = lhr.audits[id];
        if (weight > 0 && score !== null && score < 0.9) say(`  ${category}: ${id} ${String(score)}: ${title}`);
      }
    }
  };
  await judge("sign-in", "/login");
  // The browser's own cookies, not those of a context of its own: Lighthouse opens its pages there.
  const { page, context } = await openPage(browser, server.address);
  await page.goto(`/setup?token=${server.setupToken}`);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByLabel("The same again").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/projects$/);
  const devtools = await browser.newBrowserCDPSession();
  const cookies = (await context.cookies()).map(({ name, value, path, httpOnly, sameSite }) => ({ name, value, path, httpOnly, sameSite, url: server.address }));
  await devtools.send("Storage.setCookies", { cookies });
  await judge("projects", "/projects");
  await judge("list of assets", "/p/kart/assets");
  await judge("an asset", `/p/kart/assets/${asset.id}`);
} finally {
  await browser.close();
  await server.stop();
}
