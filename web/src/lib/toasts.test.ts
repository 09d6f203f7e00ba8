import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "./toasts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("Toasts", () => {
  it("lets what went well go away, and keeps an error until it is closed", () => {
    const toasts = new Toasts();
    toasts.show({ tone: "ok", text: "Saved" });
    const failed = toasts.show({ tone: "error", text: "Not saved" });
    vi.advanceTimersByTime(60_000);
    expect(toasts.list().map(({ text }) => text)).toEqual(["Not saved"]);
    toasts.dismiss(failed);
    expect(toasts.list()).toEqual([]);
  });

  it("keeps them while someone reads", () => {
    const toasts = new Toasts();
    toasts.show({ tone: "info", text: "Read me" });
    toasts.hold();
    vi.advanceTimersByTime(60_000);
    expect(toasts.list()).toHaveLength(1);
    toasts.release();
    vi.advanceTimersByTime(10_000);
    expect(toasts.list()).toHaveLength(0);
  });

  it("shows the last four", () => {
    const toasts = new Toasts();
    for (let index = 0; index < 6; index += 1) toasts.show({ tone: "error", text: String(index) });
    expect(toasts.list().map(({ text }) => text)).toEqual(["2", "3", "4", "5"]);
  });
});
