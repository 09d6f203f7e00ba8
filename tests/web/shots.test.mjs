// Shots in a browser: an edit comes in with its plan shown, the table, a shot's page, and the breakdown that is typed into.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { join } from "node:path";
import { Api } from "./support/api.mjs";
import { accessibilityFaults, launch, openPage, screenshot } from "./support/browser.mjs";
import { createToken, startServer } from "./support/server.mjs";

const PASSWORD = "correct horse battery";
const SHOTS = 24;

const time = (value) => ({ OTIO_SCHEMA: "RationalTime.1", rate: 24, value });
const range = (start, length) => ({ OTIO_SCHEMA: "TimeRange.1", start_time: time(start), duration: time(length) });

/** An edit of so many shots; `change` may alter each clip. */
function otio(count, change = (clip) => clip) {
  const clips = Array.from({ length: count }, (_, index) => ({
    OTIO_SCHEMA: "Clip.2",
    name: `sq${String(10 + 10 * (index % 2)).padStart(3, "0")}_sh${String(10 * (index + 1)).padStart(4, "0")}`,
    source_range: range(1000 + 100 * index, 20 + (index % 7) * 9),
    media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA: "ExternalReference.1", target_url: `file:///plates/${index}.mov` } },
    active_media_reference_key: "DEFAULT_MEDIA",
  }));
  clips.splice(3, 0, { OTIO_SCHEMA: "Clip.2", name: "title card", source_range: range(0, 48) });
  return JSON.stringify({
    OTIO_SCHEMA: "Timeline.1",
    name: "Reel 1",
    tracks: { OTIO_SCHEMA: "Stack.1", children: [{ OTIO_SCHEMA: "Track.1", kind: "Video", name: "V1", children: clips.map(change).filter(Boolean) }] },
  });
}

describe("shots, breakdown and edits", { timeout: 900_000 }, () => {
  let server;
  let browser;
  let page;
  let faults;
  let api;

  async function chooseEdit(name, text) {
    const path = join(server.data, name);
    await writeFile(path, text);
    await page.getByLabel(/Choose an edit|\.otio$|\.edl$/).setInputFiles(path);
  }

  before(async () => {
    server = await startServer();
    api = new Api(server.address, await createToken(server.data));
    await api.post("/projects", { code: "bar", name: "At the Bar" });
    for (const [code, name, type] of [["hero", "Hero", "character"], ["rock", "Rock", "prop"], ["lamp", "Lamp", "prop"]]) {
      await api.post("/projects/bar/assets", { code, name, type });
    }
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

  it("says that there are no shots yet, and leads to the edits", async () => {
    await page.goto("/p/bar/shots");
    await page.getByText("No shots yet").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "shots-empty"), []);
    await page.getByRole("button", { name: "Bring in an edit" }).first().click();
    await page.waitForURL(/\/p\/bar\/edits$/);
    await page.getByText("None has come in yet.").waitFor();
  });

  it("names what is wrong with a broken edit, and changes nothing", async () => {
    await chooseEdit("broken.edl", "TITLE: x\n001 A V C 00:00:00:00\nnonsense\n");
    await page.getByRole("alert").getByText("line 2").waitFor();
    await page.getByRole("alert").getByText("line 3").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "edit-refused"), []);
    assert.deepEqual((await api.get("/projects/bar/shots")).data, []);
  });

  it("shows the plan of an edit as a timeline and shot by shot, and brings it in", async () => {
    await chooseEdit("reel1_v01.otio", otio(SHOTS));
    await page.getByRole("figure", { name: "Timeline of the edit" }).waitFor();
    await page.getByText(`${SHOTS} new`).waitFor();
    await page.getByText(/title card/).first().waitFor();
    assert.deepEqual((await api.get("/projects/bar/shots")).data, []);
    assert.deepEqual(await accessibilityFaults(page, "edit-plan"), []);
    await page.getByRole("button", { name: "Bring it in" }).click();
    await page.getByText("Current").waitFor();
    assert.equal((await api.get("/projects/bar/shots")).data.length, SHOTS);
  });

  it("plans what has changed since, and goes back to an earlier edit", async () => {
    const next = otio(SHOTS, (clip) => {
      if (clip.name?.endsWith("sh0040")) return null;
      if (clip.name?.endsWith("sh0020")) return { ...clip, source_range: range(1108, 21) };
      return clip;
    });
    await chooseEdit("reel1_v02.otio", next);
    await page.getByText("1 trimmed").waitFor();
    await page.getByText("1 omitted").waitFor();
    await screenshot(page, "edit-changes");
    await page.getByRole("button", { name: "Bring it in" }).click();
    await page.getByRole("button", { name: "Go back to it" }).waitFor();
    await page.getByRole("button", { name: "Go back to it" }).click();
    await page.getByText("1 restored").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "edit-back"), []);
    await page.getByRole("button", { name: "Leave it" }).click();
  });

  it("lists the shots as they stand in the film, filters them, and opens one", async () => {
    await page.getByRole("link", { name: "Shots", exact: true }).click();
    await page.getByText(`${SHOTS} shots`).waitFor();
    assert.deepEqual(await accessibilityFaults(page, "shots"), []);
    await page.getByRole("button", { name: /^Sequence filter/ }).click();
    await page.getByRole("menuitemcheckbox", { name: /^sq020/ }).click();
    await page.keyboard.press("Escape");
    await page.getByText(`${SHOTS / 2} of ${SHOTS} shots`).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("sequence"), "sq020");
    await page.locator("[role='row'][data-index='0']").click();
    const panel = page.getByRole("complementary", { name: "Shot" });
    await panel.getByText("bar:sq020/sh0020").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "shot-panel"), []);
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    await page.keyboard.press("f");
    await page.keyboard.type("nothing like it");
    await page.getByText("No shot matches").waitFor();
    await page.getByRole("button", { name: "Clear the filter" }).click();
  });

  it("casts by typing into the breakdown, and takes it back", async () => {
    await page.goto("/p/bar/breakdown");
    await page.getByText("Nothing is cast yet").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "breakdown-empty"), []);
    for (const name of ["Hero", "Rock"]) {
      await page.getByRole("button", { name: "Cast an asset" }).click();
      await page.getByLabel("Find an asset").fill(name.toLowerCase());
      await page.getByRole("dialog").getByRole("button", { name }).click();
    }
    const grid = page.getByRole("grid", { name: "Breakdown" });
    await grid.focus();
    await page.keyboard.type("12");
    await page.keyboard.press("Tab");
    await page.keyboard.type("3");
    await page.keyboard.press("Enter");
    const first = (await api.get("/projects/bar/shots?limit=1")).data[0];
    const cast = await api.waitFor(() => api.get(`/shots/${first.id}/casting`), ({ data }) => data.length === 2, "casting");
    assert.deepEqual(cast.data.map(({ occurrences }) => occurrences).sort((a, b) => a - b), [3, 12]);
    await page.getByRole("gridcell", { name: "sh0010, Hero: 12" }).waitFor();
    assert.deepEqual(await accessibilityFaults(page, "breakdown"), []);
    await page.getByRole("gridcell", { name: "sh0010, Rock: 3" }).click();
    await page.keyboard.press("Delete");
    await api.waitFor(() => api.get(`/shots/${first.id}/casting`), ({ data }) => data.length === 1, "removing");
    await page.keyboard.press("Control+z");
    await api.waitFor(() => api.get(`/shots/${first.id}/casting`), ({ data }) => data.length === 2, "undoing");
    await page.reload();
    await page.getByRole("gridcell", { name: "sh0010, Rock: 3" }).waitFor();
  });

  it("shows a shot with its casting, its lock and its history", async () => {
    const [shot] = (await api.get("/projects/bar/shots?limit=1")).data;
    await page.goto(`/p/bar/shots/${shot.id}`);
    await page.getByRole("heading", { name: "sq010/sh0010" }).waitFor();
    await page.getByRole("link", { name: "Hero" }).first().waitFor();
    assert.deepEqual(await accessibilityFaults(page, "shot"), []);
    await page.getByRole("tab", { name: "Lock" }).click();
    await page.getByRole("button", { name: "Lock to these versions" }).click();
    await page.getByText("Nothing to move on to").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "shot-lock"), []);
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByText("Casting changed").first().waitFor();
    await page.getByRole("tab", { name: "Versions" }).click();
    await page.getByText("Nothing was published yet.").waitFor();
    assert.deepEqual(await accessibilityFaults(page, "shot-versions"), []);
  });

  it("hears of a shot that somebody else changes", async () => {
    await page.goto("/p/bar/shots");
    await page.getByText(`${SHOTS} shots`).waitFor();
    const [shot] = (await api.get("/projects/bar/shots?limit=1")).data;
    await api.call("PATCH", `/shots/${shot.id}`, { name: "The door opens" });
    await page.getByText("The door opens").waitFor();
  });

  it("ran without an error of a script and without anything that the content security policy refused", () => {
    assert.deepEqual(faults, []);
  });
});
