// What there is to see, as the worker makes it and people look at it, and what may go wrong on the way there.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Api } from "./support/api.mjs";
import { accessibilityFaults, launch, openPage, screenshot, setTheme, until } from "./support/browser.mjs";
import { coloursOf, glbCube, gltfCube, numberedMovie, objCube, picture, readBars, sound } from "./support/media.mjs";
import { createToken, startServer } from "./support/server.mjs";

const PASSWORD = "correct horse battery";
const RATES = { "23.976": "24000/1001", 24: "24/1", 25: "25/1", 29.97: "30000/1001", 59.94: "60000/1001" };
const FRAMES = 121;

describe("pictures and movies", { timeout: 900_000 }, () => {
  let server;
  let browser;
  let page;
  let faults;
  let api;
  let folder;
  let project;
  const assets = {};

  const player = () => page.getByRole("group", { name: /^Player of/ });
  const shownFrame = async () => Number.parseInt(await player().locator("output").innerText(), 10);
  const stage = () => page.locator("[data-failed]");

  async function publish(code, name, type, files) {
    const asset = await api.post("/projects/kart/assets", { code, name, type });
    const product = await api.post(`/assets/${asset.id}/products`, { code: "main" });
    const version = await api.publish(project.id, product.id, "First", files);
    assets[code] = { asset: asset.id, version: version.id };
  }
  const looked = (version) => api.waitFor(() => api.get(`/versions/${version}`), ({ preview_state }) => preview_state !== "pending", "the preview");
  const signIn = async (target, token) => {
    await target.goto(`/setup?token=${token}`);
    await target.getByLabel("New password").fill(PASSWORD);
    await target.getByLabel("The same again").fill(PASSWORD);
    await target.keyboard.press("Enter");
    await target.waitForURL(/\/projects$/);
  };
  const open = async (code) => {
    await page.goto(`/p/kart/assets/${assets[code].asset}`);
    await page.getByRole("tab", { name: "Overview" }).waitFor();
  };
  /** The picture that stands still is the frame of this number, and the page says so. */
  const isFrame = async (frame) => {
    await until(page, `(${readBars})() === ${frame}`);
    await until(page, (wanted) => Number.parseInt(document.querySelector("[role='group'] output").innerText, 10) === wanted, frame);
  };

  before(async () => {
    server = await startServer();
    folder = await mkdtemp(path.join(tmpdir(), "bifrost-media-"));
    api = new Api(server.address, await createToken(server.data));
    project = await api.post("/projects", { code: "kart", name: "Super Kart" });
    for (const [name, rate] of Object.entries(RATES)) {
      await publish(`movie_${name.replace(".", "_")}`, `Movie at ${name}`, "prop", { "turn.mp4": await numberedMovie(folder, "turn.mp4", rate, FRAMES) });
    }
    const png = await picture(folder, "flat.png", "color=0xe08040:s=640x360");
    await publish("flat", "Flat", "prop", { "flat.png": png });
    const wide = await picture(folder, "wide.png", "mandelbrot=s=1280x536");
    await publish("broken", "Broken", "prop", { "broken.png": wide.subarray(0, wide.length / 2) });
    await publish("voice", "Voice", "prop", { "voice.wav": await sound(folder, "voice.wav") });
    await publish("obj", "OBJ cube", "prop", { "cube.obj": objCube() });
    await publish("glb", "GLB cube", "prop", { "cube.glb": glbCube([0.9, 0.05, 0.05]) });
    await publish("gltf", "glTF cube", "prop", gltfCube([0.05, 0.2, 0.9]));
    for (const { version } of Object.values(assets)) await looked(version);
    browser = await launch();
    ({ page, faults } = await openPage(browser, server.address));
    await signIn(page, server.setupToken);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const name of Object.keys(RATES)) {
    it(`shows at ${name} frames a second the frame whose number it says`, async () => {
      await open(`movie_${name.replace(".", "_")}`);
      await player().focus();
      await isFrame(0);
      for (const [key, frame] of [["ArrowRight", 1], ["Shift+ArrowRight", 11], ["ArrowRight", 12], ["ArrowLeft", 11], ["End", FRAMES - 1], ["ArrowLeft", FRAMES - 2], ["Shift+ArrowLeft", FRAMES - 12], ["Home", 0], ["ArrowLeft", 0]]) {
        await page.keyboard.press(key);
        await isFrame(frame);
      }
      const middle = Math.floor(FRAMES / 2);
      await page.getByRole("slider", { name: "Frame" }).fill(String(middle));
      await isFrame(middle);
    });
  }

  it("goes on from the frame that was asked for, however fast the keys come", async () => {
    await open("movie_24");
    await player().focus();
    await isFrame(0);
    for (let press = 0; press < 9; press += 1) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    await isFrame(19);
  });

  it("plays, faster and backwards, and stops at the frame that is seen", async () => {
    await open("movie_25");
    await player().focus();
    await isFrame(0);
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await until(page, "Number.parseInt(document.querySelector(\"[role='group'] output\").innerText, 10) > 5");
    await page.keyboard.press("l");
    assert.equal(await page.evaluate("document.querySelector('video').playbackRate"), 2);
    await page.keyboard.press("k");
    await page.getByRole("button", { name: "Play" }).waitFor();
    await until(page, `(${readBars})() >= 0`);
    await isFrame(await page.evaluate(`(${readBars})()`));
    const stopped = await shownFrame();
    await page.keyboard.press("j");
    await until(page, (from) => Number.parseInt(document.querySelector("[role='group'] output").innerText, 10) < from, Math.max(1, stopped));
    await page.keyboard.press("k");
    assert.deepEqual(await accessibilityFaults(page, "player"), []);
  });

  it("runs through a movie as the pointer moves over its picture in the list", async () => {
    await page.goto("/p/kart/assets?view=tiles&q=movie");
    const cell = page.getByRole("gridcell").filter({ hasText: "Movie at 24" }).first();
    await cell.waitFor();
    const box = await cell.boundingBox();
    const tile = () => cell.locator("[data-tile]");
    const at = async (place) => {
      await page.mouse.move(box.x + box.width * place, box.y + 40);
      await tile().waitFor();
      return Number(await tile().getAttribute("data-tile"));
    };
    await page.mouse.move(box.x + 4, box.y + 40);
    const places = [await at(0.1), await at(0.5), await at(0.9)];
    assert.ok(places[0] < 15 && places[1] > 20 && places[1] < 40 && places[2] > 45, places.join(" "));
    const drawn = await tile().locator("span").first().evaluate((element) => {
      const { width, height } = element.getBoundingClientRect();
      return { width, height, image: getComputedStyle(element).backgroundImage };
    });
    assert.ok(drawn.width > 100 && drawn.height > 50 && /\/sprites/.test(drawn.image), JSON.stringify(drawn));
    await screenshot(page, "hover-scrub");
    await page.mouse.move(0, 0);
    await tile().waitFor({ state: "detached" });
    // No picture wider than what is shown is asked for.
    const widths = await page.evaluate("[...document.querySelectorAll('[role=gridcell] img')].map(({ currentSrc }) => currentSrc)");
    assert.ok(widths.length > 0 && widths.every((url) => url.endsWith("?width=320")), widths.join(" "));
  });

  it("shows a picture in its colours", async () => {
    await open("flat");
    const image = page.getByRole("img", { name: "Preview of flat.png" });
    await image.waitFor();
    await until(page, "document.querySelector('img[alt^=Preview]').complete");
    const { middle } = await coloursOf(folder, await image.screenshot());
    for (const [index, wanted] of [0xe0, 0x80, 0x40].entries()) assert.ok(Math.abs(middle[index] - wanted) < 6, middle.join(" "));
  });

  it("shows a sound as a waveform that can be played and run through", async () => {
    await open("voice");
    await page.getByRole("img", { name: "Waveform of voice.wav" }).waitFor();
    await player().focus();
    await page.keyboard.press("ArrowRight");
    await player().getByText("0:01.0").waitFor();
    await page.keyboard.press("Home");
    await player().getByText("0:00.0").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "sound"), []);
  });

  it("says what failed and why, and has it made again", async () => {
    await open("broken");
    await stage().getByText("No preview could be made of broken.png.").waitFor();
    await stage().getByText(/the file breaks off/).waitFor();
    assert.deepEqual(await accessibilityFaults(page, "preview-failed"), []);
    const made = async () => (await api.get("/jobs?kind=preview&limit=1000&state=done")).data.length;
    const before = await made();
    await stage().getByRole("button", { name: "Make it again" }).click();
    await api.waitFor(made, (count) => count > before, "another try");
    await stage().getByText(/the file breaks off/).waitFor();
    await page.goto("/p/kart/assets?view=tiles&q=broken");
    await page.getByRole("gridcell").filter({ hasText: "Broken" }).first().waitFor();
    assert.equal(await page.locator("[role='gridcell'] img").count(), 0);
  });

  for (const [code, isColour] of [
    ["obj", ([red, green, blue]) => red > 90 && Math.abs(red - green) < 12 && Math.abs(green - blue) < 12],
    ["glb", ([red, green, blue]) => red > 90 && red > 2 * green && red > 2 * blue],
    ["gltf", ([red, green, blue]) => blue > 90 && blue > 2 * red && blue > 1.3 * green],
  ]) {
    it(`draws a model of the kind ${code}`, async () => {
      await open(code);
      const canvas = page.locator("[data-state='ready'] canvas");
      await canvas.waitFor();
      // Its first frame comes a moment after the canvas.
      let colours;
      for (let look = 0; look < 40; look += 1) {
        colours = await coloursOf(folder, await canvas.screenshot());
        if (isColour(colours.middle)) break;
        await page.waitForTimeout(250);
      }
      assert.ok(isColour(colours.middle), colours.middle.join(" "));
      assert.ok(colours.corner.every((value) => value < 60), colours.corner.join(" "));
      await screenshot(page, `model-${code}`);
      await setTheme(page, "light");
      await screenshot(page, `model-${code}-light`);
      await setTheme(page, "dark");
    });
  }

  it("shows the picture of what someone else publishes as soon as it is made, without a reload", async () => {
    await page.goto("/p/kart/assets?view=tiles");
    await page.getByRole("gridcell").filter({ hasText: "Flat" }).first().waitFor();
    await publish("late", "Late", "prop", { "late.png": await picture(folder, "late.png", "color=green:s=320x180") });
    const cell = page.getByRole("gridcell").filter({ hasText: "Late" }).first();
    await cell.waitFor();
    await cell.locator("img").waitFor();
  });

  it("hears of what happens while the page reads for the first time", async () => {
    let answered;
    const held = new Promise((resolve) => {
      answered = resolve;
    });
    await page.route(/\/projects\/kart\/assets\?/, async (route) => {
      const response = await route.fetch();
      // The answer is on its way when someone makes an asset.
      answered(response);
      await created;
      await route.fulfill({ response });
    });
    const created = held.then(() => api.post("/projects/kart/assets", { code: "meanwhile", name: "Made meanwhile", type: "prop" }));
    await page.goto("/p/kart/assets?q=meanwhile");
    await page.getByText("Made meanwhile").waitFor();
    await page.unroute(/\/projects\/kart\/assets\?/);
  });

  it("ran without an error of a script and without anything that the content security policy refused", () => {
    assert.deepEqual(faults, []);
  });
});
