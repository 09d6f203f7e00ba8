import { describe, expect, it } from "vitest";
import type { Job } from "@/api/schema";
import { durationText, mayCancel, mayRetry, statesOf, withStates } from "./job_view";

const job = (state: string, rest: Partial<Job> = {}) => ({ state, cancel_requested: false, ...rest }) as Job;

describe("jobs", () => {
  it("are filtered by states that exist", () => {
    expect(statesOf({ state: "dead,nonsense,running" })).toEqual(["dead", "running"]);
    expect(withStates({ kind: "tidy", state: "dead" }, [])).toEqual({ kind: "tidy" });
  });

  it("offer only what the server would do", () => {
    expect(mayRetry(job("dead"))).toBe(true);
    expect(mayRetry(job("running"))).toBe(false);
    expect(mayCancel(job("running"))).toBe(true);
    expect(mayCancel(job("running", { cancel_requested: true }))).toBe(false);
    expect(mayCancel(job("done"))).toBe(false);
  });

  it("tell how long they took", () => {
    const started_at = "2026-01-01T00:00:00.000Z";
    expect(durationText(job("done", { started_at, finished_at: "2026-01-01T00:00:00.012Z" }), 0)).toBe("12 ms");
    expect(durationText(job("running", { started_at, finished_at: null }), Date.parse("2026-01-01T00:01:05Z"))).toBe("1 min 5 s");
    expect(durationText(job("queued", { started_at: null }), 0)).toBe("");
  });
});
