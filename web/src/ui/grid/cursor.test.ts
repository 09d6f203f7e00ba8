import { describe, expect, it } from "vitest";
import { columnLayout, moveCursor } from "./cursor";

describe("moveCursor", () => {
  it("steps and stops at the ends", () => {
    expect(moveCursor("ArrowDown", 4, 10, 5)).toBe(5);
    expect(moveCursor("ArrowDown", 9, 10, 5)).toBe(9);
    expect(moveCursor("ArrowUp", 0, 10, 5)).toBe(0);
  });

  it("begins at an end when there is no row yet", () => {
    expect(moveCursor("ArrowDown", -1, 10, 5)).toBe(0);
    expect(moveCursor("ArrowUp", -1, 10, 5)).toBe(9);
    expect(moveCursor("PageDown", -1, 10, 5)).toBe(4);
  });

  it("keeps one row of the last screen", () => {
    expect(moveCursor("PageDown", 0, 100, 20)).toBe(19);
    expect(moveCursor("PageUp", 50, 100, 20)).toBe(31);
    expect(moveCursor("PageUp", 3, 100, 20)).toBe(0);
    expect(moveCursor("PageDown", 0, 100, 0)).toBe(1);
  });

  it("goes to the ends", () => {
    expect(moveCursor("Home", 50, 100, 20)).toBe(0);
    expect(moveCursor("End", 50, 100, 20)).toBe(99);
  });

  it("moves among tiles in both directions", () => {
    expect(moveCursor("ArrowRight", 0, 10, 3, 4)).toBe(1);
    expect(moveCursor("ArrowDown", 1, 10, 3, 4)).toBe(5);
    expect(moveCursor("ArrowDown", 7, 10, 3, 4)).toBe(9);
    expect(moveCursor("ArrowDown", 9, 10, 3, 4)).toBe(9);
    expect(moveCursor("ArrowUp", 2, 10, 3, 4)).toBe(2);
    expect(moveCursor("PageDown", 0, 100, 3, 4)).toBe(8);
    expect(moveCursor("ArrowLeft", 3, 10, 3)).toBeUndefined();
  });

  it("ignores other keys and empty lists", () => {
    expect(moveCursor("a", 0, 10, 5)).toBeUndefined();
    expect(moveCursor("ArrowDown", -1, 0, 5)).toBeUndefined();
  });
});

describe("columnLayout", () => {
  it("gives fixed and shared widths", () => {
    expect(columnLayout([{ min: 200, share: 3 }, { min: 100, share: 0 }])).toEqual({
      template: "minmax(200px, 3fr) 100px",
      width: 300,
    });
  });
});
