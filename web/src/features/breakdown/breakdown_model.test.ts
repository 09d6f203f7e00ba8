import { describe, expect, it } from "vitest";
import { castingChange, filterMatrix, Matrix, nextPlace, readCount } from "./breakdown_model";

const shot = (code: string, sequence = "sq010") => ({ id: code, code, sequence_id: sequence, sequence_code: sequence, episode_code: null, name: code, status: "waiting" });
const asset = (code: string, type = "prop") => ({ id: code, project_id: "p", code, name: code.toUpperCase(), type, status: "concept" });
const matrix = Matrix.of([shot("sh10"), shot("sh20", "sq020")], [asset("hero", "character"), asset("rock")], [
  [0, 0, 1, 0],
  [0, 1, 12, 1],
  [1, 0, 2, 2],
  [9, 9, 9, 9],
]);

describe("the matrix", () => {
  it("reads cells with their flags, and leaves out what points nowhere", () => {
    expect(matrix.cell("sh10", "rock")).toEqual({ occurrences: 12, pinned: true, inherited: false });
    expect(matrix.cell("sh20", "hero")).toEqual({ occurrences: 2, pinned: false, inherited: true });
    expect(matrix.cell("sh20", "rock")).toBeUndefined();
    expect(matrix.totals(matrix.shots).get("hero")).toBe(3);
  });

  it("changes one cell and no other, and is itself not changed", () => {
    const changed = matrix.with("sh20", "hero", 5).with("sh10", "hero", 0);
    expect(changed.cell("sh20", "hero")).toEqual({ occurrences: 5, pinned: false, inherited: false });
    expect(changed.cell("sh10", "hero")).toBeUndefined();
    expect(changed.cell("sh10", "rock")?.occurrences).toBe(12);
    expect(matrix.cell("sh10", "hero")?.occurrences).toBe(1);
    expect(matrix.withAsset(asset("new")).assets).toHaveLength(3);
    expect(matrix.withAsset(asset("rock"))).toBe(matrix);
  });

  it("filters shots by sequence and assets by type and words", () => {
    const found = filterMatrix(matrix, { text: "ro", sequences: ["sq020"], types: ["prop"] });
    expect(found.shots.map(({ code }) => code)).toEqual(["sh20"]);
    expect(found.assets.map(({ code }) => code)).toEqual(["rock"]);
  });
});

describe("moving and typing", () => {
  it("stays within the matrix", () => {
    expect(nextPlace("ArrowUp", { row: 0, column: 3 }, 5, 9)).toEqual({ row: 0, column: 3 });
    expect(nextPlace("PageDown", { row: 2, column: 3 }, 5, 9)).toEqual({ row: 4, column: 3 });
    expect(nextPlace("End", { row: 2, column: 3 }, 5, 9)).toEqual({ row: 2, column: 8 });
    expect(nextPlace("x", { row: 0, column: 0 }, 5, 9)).toBeUndefined();
  });

  it("takes counts only", () => {
    expect(readCount(" 12 ")).toBe(12);
    expect(readCount("")).toBe(0);
    for (const text of ["-1", "1.5", "x", "12345"]) expect(readCount(text)).toBeUndefined();
  });
});

describe("what a typed count changes", () => {
  const rows = [
    { id: "a", asset_id: "rock", occurrences: 2 },
    { id: "b", asset_id: "rock", occurrences: 3 },
    { id: "c", asset_id: "hero", occurrences: 1 },
  ];
  it("adds, changes and removes rows of that asset alone", () => {
    expect(castingChange(rows, "tree", 4)).toEqual({ add: [{ asset_id: "tree", occurrences: 4 }] });
    expect(castingChange(rows, "hero", 1)).toBeUndefined();
    expect(castingChange(rows, "rock", 5)).toBeUndefined();
    expect(castingChange(rows, "rock", 9)).toEqual({ change: [{ id: "a", occurrences: 6 }] });
    expect(castingChange(rows, "rock", 1)).toEqual({ change: [{ id: "a", occurrences: 1 }], remove: ["b"] });
    expect(castingChange(rows, "rock", 0)).toEqual({ remove: ["a", "b"] });
    expect(castingChange(rows, "tree", 0)).toBeUndefined();
  });
});
