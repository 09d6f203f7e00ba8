import { describe, expect, it, vi } from "vitest";
import { liveStart, logEnd, readLiveStart } from "./live_start";

const answer = (text: string, status = 200) => () => Promise.resolve(new Response(text, { status }));

describe("the log's end", () => {
  it("is what the first message of the stream tells", async () => {
    vi.stubGlobal("fetch", vi.fn(answer('retry: 2000\n\nevent: ready\ndata: {"position":"4.2.0"}\n\n')));
    expect(await logEnd()).toBe("4.2.0");
    expect(fetch).toHaveBeenCalledWith("/api/v1/events/stream?seconds=0", { credentials: "same-origin" });
  });

  it("is unknown where the server says nothing, and is asked for again then", async () => {
    vi.stubGlobal("fetch", answer("", 401));
    await readLiveStart();
    expect(liveStart()).toBeUndefined();
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
    await readLiveStart();
    expect(liveStart()).toBeUndefined();
    vi.stubGlobal("fetch", answer('event: ready\ndata: {"position":"5.0.0"}\n\n'));
    await readLiveStart();
    expect(liveStart()).toBe("5.0.0");
  });
});
