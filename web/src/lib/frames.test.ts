import { describe, expect, it } from "vitest";
import { frameOfTime, parseRate, tileAt, timecode, timeOfFrame } from "./frames";

describe("frames", () => {
  it("come back from every moment that they were sent to, at every rate", () => {
    for (const text of ["24000/1001", "24", "25", "30000/1001", "60000/1001"]) {
      const rate = parseRate(text);
      for (const frame of [0, 1, 2, 23, 1000, 86_399]) expect(frameOfTime(timeOfFrame(frame, rate), rate, 100_000)).toBe(frame);
      // The moment at which a frame begins is that frame, not the one before.
      for (const frame of [1, 7, 999]) expect(frameOfTime((frame * rate.seconds) / rate.count, rate, 100_000)).toBe(frame);
    }
  });

  it("stay within the clip", () => {
    expect(frameOfTime(99, parseRate("24"), 48)).toBe(47);
    expect(frameOfTime(-1, parseRate("24"), 48)).toBe(0);
  });

  it("are told as time codes", () => {
    expect(timecode(24 * 61 + 5, parseRate("24"))).toBe("00:01:01:05");
    expect(timecode(30, parseRate("30000/1001"))).toBe("00:00:01:00");
  });

  it("have a tile of the sprite sheet", () => {
    expect(tileAt(0.99, { columns: 5, count: 24 })).toEqual({ index: 23, column: 3, row: 4 });
    expect(tileAt(2, { columns: 5, count: 24 }).index).toBe(23);
    expect(parseRate("odd")).toEqual({ count: 24, seconds: 1 });
  });
});
