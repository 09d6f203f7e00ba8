import { describe, expect, it } from "vitest";
import { barAt, type Plan, planCounts, planLines, timelineOf } from "./plan_model";

const entry = (shot: string, changes: object) => ({ episode: null, sequence: "sq010", shot, shot_id: null, changes });
const clip = (name: string, track: string, from: number, to: number, changes: string[] = [], shot: string | null = name) => ({
  clip: name, track, record_in: from, record_out: to, sequence: shot === null ? null : "sq010", shot, changes,
});
const plan = {
  new: [entry("sh3", { cut_in: { from: null, to: 1001 } })],
  omitted: [entry("sh9", {})],
  restored: [],
  trimmed: [entry("sh1", { cut_in: { from: 1001, to: 1005 }, cut_out: { from: 1050, to: 1048 } })],
  moved: [],
  renamed: [],
  retimed: [],
  unchanged: 1,
  unmatched: [],
  clips: [clip("sh1", "V1", 100, 150, ["trimmed", "moved"]), clip("sh2", "V1", 150, 175), clip("sh3", "V1", 190, 200, ["new"]), clip("title", "V2", 100, 120, [], null)],
} as unknown as Plan;

describe("a plan", () => {
  it("tells every change in words", () => {
    expect(planLines(plan)).toEqual([
      { change: "new", shot: "sq010/sh3", detail: "in 1001" },
      { change: "trimmed", shot: "sq010/sh1", detail: "in 1001 → 1005, out 1050 → 1048" },
      { change: "omitted", shot: "sq010/sh9", detail: "" },
    ]);
    expect(planCounts(plan)).toEqual([
      { change: "new", count: 1 },
      { change: "trimmed", count: 1 },
      { change: "omitted", count: 1 },
    ]);
  });

  it("stands on a timeline to scale, gaps included", () => {
    const { tracks, bars, first, last } = timelineOf(plan);
    expect(tracks).toEqual(["V2", "V1"]);
    expect([first, last]).toEqual([100, 200]);
    expect(bars.map(({ track, from, width, look }) => [track, from, width, look])).toEqual([
      [1, 0, 0.5, "trimmed"],
      [1, 0.5, 0.25, "unchanged"],
      [1, 0.9, 0.1, "new"],
      [0, 0, 0.2, "unmatched"],
    ]);
    expect(barAt(bars, 0.6, 1)?.clip.clip).toBe("sh2");
    expect(barAt(bars, 0.8, 1)).toBeUndefined();
    expect(barAt(bars, 0.1, 0)?.clip.clip).toBe("title");
  });

  it("is empty without clips", () => {
    expect(timelineOf({ ...plan, clips: [] })).toEqual({ tracks: [], bars: [], first: 0, last: 0 });
  });
});
