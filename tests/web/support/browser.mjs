// Chromium, its pages, and what is checked on each of them.
import { mkdir } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(new URL("../../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const screenshots = fileURLToPath(new URL("../../../build/screenshots/", import.meta.url));

export const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];
export const THEMES = ["dark", "light"];

export function launch(more = []) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      // Models are drawn by the processor where there is no graphics card.
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      ...more,
    ],
  });
}

/** A page that remembers every error of its scripts and everything that the content security policy refused. */
export async function openPage(browser, baseURL) {
  const context = await browser.newContext({ baseURL, viewport: WIDTHS[0], reducedMotion: "reduce", acceptDownloads: true });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  // Generous, because a machine may be busy with other work; what is waited for comes at once on an idle one.
  page.setDefaultTimeout(30_000);
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    // A refused sign-in is no fault of the page, but the browser logs every answer of 400 and more.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) faults.push(message.text());
  });
  return { page, context, faults };
}

/**
 * Waits until something is true in the page. Asked from outside: the page's own policy forbids the evaluation that
 * Playwright's own waiting would do in it.
 */
export async function until(page, question, argument) {
  const end = Date.now() + 60_000;
  for (;;) {
    if (await page.evaluate(question, argument)) return;
    if (Date.now() > end) throw new Error(`in vain: ${String(question)} ${JSON.stringify(argument)}`);
    await page.waitForTimeout(40);
  }
}

/** Presses keys one after another until they did what they lead to: what closed just now may still hold the first ones. */
export async function leadBy(page, keys, place) {
  for (let round = 0; ; round += 1) {
    for (const key of keys) await page.keyboard.press(key);
    try {
      await place.waitFor({ timeout: 3000 });
      return;
    } catch (error) {
      if (round === 9) throw error;
    }
  }
}

export async function setTheme(page, theme) {
  await page.evaluate((value) => {
    document.documentElement.dataset.theme = value;
  }, theme);
}

export async function screenshot(page, name) {
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}${name}.png` });
}

/** The accessibility violations of the page as it stands, in both themes and three widths; each is a readable line. */
export async function accessibilityFaults(page, name) {
  const faults = [];
  await page.evaluate(`${axe}; undefined`);
  for (const size of WIDTHS) {
    await page.setViewportSize(size);
    for (const theme of THEMES) {
      await setTheme(page, theme);
      await page.waitForTimeout(50);
      const { violations } = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
      await screenshot(page, `${name}-${theme}-${size.width}`);
      for (const { id, nodes } of violations) {
        for (const node of nodes) {
          faults.push(`${name} ${theme} ${size.width}: ${id}: ${node.target.join(" ")}: ${node.failureSummary ?? ""}`);
        }
      }
      const sideways = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
      if (sideways > 0) faults.push(`${name} ${theme} ${size.width}: the page is ${sideways} px wider than the window`);
    }
  }
  await page.setViewportSize(WIDTHS[0]);
  await setTheme(page, "dark");
  return faults;
}
