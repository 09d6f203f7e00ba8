import { describe, expect, it } from "vitest";
import type { Shot } from "@/api/schema";
import { addressOf, countBy, filterShots, framesOf, searchOf, sequenceOf, sortShots, viewOf, withSelection } from "./shot_view";

const shot = (code: string, rest: Partial<Shot> = {}): Shot =>
  ({
    id: code,
    code,
    name: code.toUpperCase(),
    description: "",
    sequence_code: "sq010",
    episode_code: null,
    status: "waiting",
    cut_in: 1001,
    cut_out: 1048,
    updated_at: "2026-01-01T00:00:00Z",
    ...rest,
  }) as unknown as Shot;
const codes = (shots: readonly Shot[]) => shots.map(({ code }) => code);

describe("the view of the shots", () => {
  it("comes from the address and goes back to it", () => {
    const search = { q: "door", sequence: "ep01/sq020,sq010", status: "final", sort: "-frames,code", sel: "shot:1" };
    expect(searchOf(viewOf(search), search)).toEqual(search);
    expect(searchOf(viewOf({ sort: "password" }), {})).toEqual({});
    expect(withSelection({ q: "a", sel: "shot:1" }, undefined)).toEqual({ q: "a" });
  });

  it("counts frames with the last one, and none without a cut", () => {
    expect(framesOf(shot("a"))).toBe(48);
    expect(framesOf(shot("a", { cut_in: 5, cut_out: 5 }))).toBe(1);
    expect(framesOf(shot("a", { cut_in: null, cut_out: null }))).toBeUndefined();
  });

  it("names sequences below their episode", () => {
    expect(sequenceOf(shot("a", { episode_code: "ep01" }))).toBe("ep01/sq010");
    expect(addressOf("bar", shot("sh0010"))).toBe("bar:sq010/sh0010");
  });
});

describe("filtering and sorting", () => {
  const shots = [shot("sh10"), shot("sh2", { status: "final", name: "The door" }), shot("sh30", { sequence_code: "sq020", cut_out: 1002 })];

  it("joins words, sequences and states", () => {
    expect(codes(filterShots(shots, viewOf({ q: "DOOR" })))).toEqual(["sh2"]);
    expect(codes(filterShots(shots, viewOf({ q: "sq020/sh" })))).toEqual(["sh30"]);
    expect(codes(filterShots(shots, viewOf({ sequence: "sq010", status: "final" })))).toEqual(["sh2"]);
    expect(filterShots(shots, viewOf({}))).toBe(shots);
  });

  it("keeps the film's order until someone asks for another", () => {
    expect(sortShots(shots, [], [])).toBe(shots);
    expect(codes(sortShots(shots, [{ field: "code", descending: false }], []))).toEqual(["sh2", "sh10", "sh30"]);
    expect(codes(sortShots(shots, [{ field: "frames", descending: false }], []))).toEqual(["sh30", "sh10", "sh2"]);
    const states = [{ code: "final" }, { code: "waiting" }];
    expect(codes(sortShots(shots, [{ field: "status", descending: false }], states))).toEqual(["sh2", "sh10", "sh30"]);
  });

  it("counts", () => {
    expect([...countBy(shots, sequenceOf)]).toEqual([
      ["sq010", 2],
      ["sq020", 1],
    ]);
  });
});
