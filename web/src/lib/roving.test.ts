import { describe, expect, it } from "vitest";
import { nextIndex } from "./roving";

const labels = ["Character", "Prop", "Vehicle", "Piece"];

describe("nextIndex", () => {
  it("wraps around at both ends", () => {
    expect(nextIndex("ArrowDown", 3, labels)).toBe(0);
    expect(nextIndex("ArrowUp", 0, labels)).toBe(3);
    expect(nextIndex("ArrowUp", -1, labels)).toBe(3);
    expect(nextIndex("ArrowDown", -1, labels)).toBe(0);
    expect(nextIndex("Home", 2, labels)).toBe(0);
    expect(nextIndex("End", 0, labels)).toBe(3);
  });

  it("finds the next entry that begins with a letter", () => {
    expect(nextIndex("p", 0, labels)).toBe(1);
    expect(nextIndex("P", 1, labels)).toBe(3);
    expect(nextIndex("x", 1, labels)).toBeUndefined();
  });

  it("leaves other keys alone", () => {
    expect(nextIndex("Enter", 0, labels)).toBeUndefined();
    expect(nextIndex("ArrowDown", -1, [])).toBeUndefined();
  });
});
