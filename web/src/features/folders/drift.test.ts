import { describe, expect, it } from "vitest";
import { choicesOf, countsOf, driftText, planText, usualActions, wantedActions } from "./drift";

describe("drift", () => {
  it("counts what there is, in the order of how much it matters", () => {
    expect(countsOf({ unknown: 2, missing: 1, changed: 0 })).toEqual([
      { state: "missing", count: 1 },
      { state: "unknown", count: 2 },
    ]);
    expect(driftText({ unknown: 2, wrong_place: 1 })).toBe("1 wrong place, 2 unknown");
    expect(driftText({})).toBe("");
  });

  it("leaves alone what is unknown or unreadable unless somebody chooses otherwise", () => {
    expect(wantedActions(usualActions())).toEqual({ missing: "restore", changed: "restore", wrong_place: "move" });
    expect(wantedActions({ ...usualActions(), unknown: "adopt", missing: "leave" })).toEqual({
      changed: "restore",
      wrong_place: "move",
      unknown: "adopt",
    });
    expect(choicesOf("unreadable").map(({ value }) => value)).toEqual(["leave"]);
  });

  it("says a plan in one sentence", () => {
    expect(planText({ total: 0, by_action: {} })).toBe("Nothing would be done.");
    expect(planText({ total: 3, by_action: { restore: 2, move: 1 } })).toBe("2 files would be restored, 1 moved.");
    expect(planText({ total: 1, by_action: { quarantine: 1 } })).toBe("1 file would be put aside.");
  });
});
