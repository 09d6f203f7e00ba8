import { describe, expect, it } from "vitest";
import { areaHeight, lineTop, mostLines, scrollToLine, TALLEST, tilesPerLine, visibleLines } from "./geometry";

const rows = (count: number, perLine = 1) => ({ count, perLine, lineHeight: 32 });

describe("geometry", () => {
  it("draws what is seen and a little more, in steps", () => {
    expect(visibleLines(rows(5000), { scrollTop: 0, height: 320 })).toEqual({ first: 0, end: 16 });
    expect(visibleLines(rows(5000), { scrollTop: 3200, height: 320 })).toEqual({ first: 92, end: 116 });
    expect(visibleLines(rows(5000), { scrollTop: 3204, height: 320 })).toEqual({ first: 92, end: 120 });
    expect(visibleLines(rows(3), { scrollTop: 0, height: 320 })).toEqual({ first: 0, end: 3 });
    expect(visibleLines(rows(0), { scrollTop: 0, height: 320 })).toEqual({ first: 0, end: 0 });
  });

  it("puts several tiles into a line", () => {
    expect(areaHeight(rows(10, 4))).toBe(3 * 32);
    expect(tilesPerLine(1000, 200, 12)).toBe(4);
    expect(tilesPerLine(100, 200, 12)).toBe(1);
  });

  it("scrolls only as far as a line needs", () => {
    const view = { scrollTop: 320, height: 320 };
    expect(scrollToLine(rows(100), 12, view)).toBeUndefined();
    expect(scrollToLine(rows(100), 5, view)).toBe(160);
    expect(scrollToLine(rows(100), 20, view)).toBe(352);
    expect(scrollToLine(rows(100), 19, view, 32)).toBe(352);
  });

  it("never draws more lines than there are places for, wherever one scrolls to", () => {
    for (const height of [10, 320, 333, 1_000]) {
      for (let scrollTop = 0; scrollTop < 3_000; scrollTop += 7) {
        const { first, end } = visibleLines(rows(200), { scrollTop, height });
        expect(end - first).toBeLessThanOrEqual(mostLines(rows(200), height));
      }
    }
  });

  it("reaches the last of a million rows though the scroll area is capped", () => {
    const million = rows(1_000_000);
    const height = 640;
    expect(areaHeight(million)).toBe(TALLEST);
    const end = { scrollTop: TALLEST - height, height };
    expect(visibleLines(million, end).end).toBe(1_000_000);
    expect(lineTop(million, 999_999, end)).toBeCloseTo(TALLEST - 32, 3);
    const middle = scrollToLine(million, 500_000, { scrollTop: 0, height }) ?? 0;
    const { first, end: last } = visibleLines(million, { scrollTop: middle, height });
    expect(first).toBeLessThanOrEqual(500_000);
    expect(last).toBeGreaterThan(500_000);
  });
});
