// Measures the list of 5,000 assets in Chromium against the real server: node tests/web/grid_figures.mjs
import { Api } from "./support/api.mjs";
import { launch, openPage } from "./support/browser.mjs";
import { createToken, startServer } from "./support/server.mjs";

const ASSETS = 5_000;
const PASSWORD = "correct horse battery";
const STEPS = 120;

async function seed(api) {
  await api.post("/projects", { code: "big", name: "Big" });
  for (let start = 0; start < ASSETS; start += 1000) {
    const operations = Array.from({ length: 1000 }, (_, index) => {
      const number = start + index;
      const body = { code: `asset_${number}`, name: `Asset ${number}`, type: number % 3 === 0 ? "prop" : "character", tags: number % 7 === 0 ? ["hero"] : [] };
      return { op: "create", path: "/projects/big/assets", body };
    });
    await api.post("/batch", { operations });
  }
}

const say = (line) => process.stdout.write(`${line}\n`);
const quantile = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];

/** Milliseconds that the main thread worked since the last question. */
async function worked(client) {
  const { metrics } = await client.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
}

async function scroll(page, client, pixels) {
  const costs = [];
  await page.evaluate("document.querySelector('[role=grid]').scrollTop = 0");
  for (let step = 0; step < STEPS; step += 1) {
    const before = await worked(client);
    await page.evaluate(
      (by) => new Promise((resolve) => {
        document.querySelector("[role=grid]").scrollBy(0, by);
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
      }),
      pixels,
    );
    costs.push((await worked(client)) - before);
  }
  return costs;
}

const server = await startServer();
const browser = await launch();
try {
  await seed(new Api(server.address, await createToken(server.data)));
  const { page, context } = await openPage(browser, server.address);
  await page.goto(`/setup?token=${server.setupToken}`);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByLabel("The same again").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/projects$/);
  const client = await context.newCDPSession(page);
  await client.send("Performance.enable");

  const opens = [];
  for (let round = 0; round < 5; round += 1) {
    await page.goto("about:blank");
    const start = performance.now();
    await page.goto("/p/big/assets");
    await page.getByText("5,000 assets", { exact: true }).waitFor();
    opens.push(performance.now() - start);
  }
  say(`open, all 5,000 assets there (median of 5): ${Math.round(quantile(opens, 0.5))} ms`);

  for (const view of ["table", "tiles"]) {
    await page.goto(`/p/big/assets${view === "tiles" ? "?view=tiles" : ""}`);
    await page.getByText("5,000 assets", { exact: true }).waitFor();
    for (const pixels of [96, 640, 6400]) {
      const costs = await scroll(page, client, pixels);
      const [middle, high] = [0.5, 0.95].map((part) => quantile(costs, part).toFixed(1));
      say(`scroll ${view}, ${pixels} px a frame: ${middle} ms of main thread a frame, 95th percentile ${high} ms`);
    }
  }

  await page.goto("/p/big/assets");
  await page.getByText("5,000 assets", { exact: true }).waitFor();
  const filters = [];
  for (const text of ["asset 49", "asset 123", "hero", "asset 7", "4999"]) {
    const took = await page.evaluate(
      ({ value }) => new Promise((resolve) => {
        const input = document.querySelector("input[type=search][aria-label='Filter by text']");
        const counter = document.querySelector("p[aria-live=polite]");
        const before = counter.textContent;
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, value);
        input.dispatchEvent(new Event("input", { bubbles: true }));
        const start = performance.now();
        // Enter applies the filter at once, as a pause in typing does a moment later.
        input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
        const look = () => (counter.textContent !== before ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start))) : requestAnimationFrame(look));
        look();
      }),
      { value: text },
    );
    filters.push(took);
  }
  say(`filter to paint (worst of ${filters.length}): ${Math.round(Math.max(...filters))} ms`);
} finally {
  await browser.close();
  await server.stop();
}
