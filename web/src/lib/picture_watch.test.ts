import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PictureWatch } from "./picture_watch";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("PictureWatch", () => {
  it("asks until it is over, though an answer fails", async () => {
    const answers = [() => Promise.resolve(false), () => Promise.reject(new Error("away")), () => Promise.resolve(true)];
    const ask = vi.fn(() => (answers.shift() ?? (() => Promise.resolve(true)))());
    const watch = new PictureWatch(ask);
    watch.watch("a");
    watch.watch("a");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ask).toHaveBeenCalledTimes(3);
    expect(watch.size).toBe(0);
  });

  it("asks for a few at a time, and gives up in the end", async () => {
    let open = 0;
    let most = 0;
    const watch = new PictureWatch(async () => {
      open += 1;
      most = Math.max(most, open);
      await Promise.resolve();
      open -= 1;
      return false;
    });
    for (let index = 0; index < 300; index += 1) watch.watch(String(index));
    expect(watch.size).toBe(200);
    await vi.advanceTimersByTimeAsync(10 * 3_600_000);
    expect(most).toBe(4);
    expect(watch.size).toBe(0);
  });
});
