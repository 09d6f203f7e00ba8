import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type FeedPage, LiveFeed, MessageParser } from "./live_feed";

interface Event {
  position: string;
  action: string;
}

const event = (position: string): Event => ({ position, action: "asset.updated" });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function ports(pages: (FeedPage<Event> | Error)[]) {
  const asked: (string | undefined)[] = [];
  const heard: string[] = [];
  const gap = vi.fn();
  return {
    asked,
    heard,
    gap,
    ports: {
      newest: () => Promise.resolve("1.0.0"),
      stream: () => Promise.resolve<ReadableStream<Uint8Array> | undefined>(undefined),
      page: (since: string | undefined) => {
        asked.push(since);
        const next = pages.shift() ?? { data: [], position: since ?? "", next_cursor: null };
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
      onGap: gap,
      onEvents: (events: readonly Event[]) => heard.push(...events.map(({ position }) => position)),
      onState: vi.fn(),
      isGone: (error: unknown) => error instanceof Error && error.message === "gone",
    },
  };
}

describe("LiveFeed", () => {
  it("asks from where it was, and at once when more is waiting", async () => {
    const world = ports([
      { data: [event("1.1.0")], position: "1.1.0", next_cursor: "1.1.0" },
      { data: [event("1.2.0")], position: "1.2.0", next_cursor: null },
    ]);
    const stop = new AbortController();
    const run = new LiveFeed(world.ports).run(stop.signal);
    await vi.advanceTimersByTimeAsync(10);
    expect(world.heard).toEqual(["1.1.0", "1.2.0"]);
    expect(world.asked).toEqual(["1.0.0", "1.1.0"]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(world.asked).toEqual(["1.0.0", "1.1.0", "1.2.0"]);
    stop.abort();
    await run;
  });

  it("begins where the page began to read, so that nothing is missed in between", async () => {
    const world = ports([{ data: [event("1.1.0")], position: "1.1.0", next_cursor: null }]);
    const stop = new AbortController();
    const run = new LiveFeed(world.ports, "0.9.0").run(stop.signal);
    await vi.advanceTimersByTimeAsync(10);
    expect(world.asked).toEqual(["0.9.0"]);
    expect(world.heard).toEqual(["1.1.0"]);
    stop.abort();
    await run;
  });

  it("tells that everything must be read again when events were lost, once it knows from where on it hears all", async () => {
    const world = ports([new Error("gone")]);
    const order: string[] = [];
    world.gap.mockImplementation(() => order.push("gap"));
    world.ports.newest = () => (order.push("newest"), Promise.resolve("1.0.0"));
    const stop = new AbortController();
    const run = new LiveFeed(world.ports).run(stop.signal);
    await vi.advanceTimersByTimeAsync(10);
    expect(world.gap).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(order).toEqual(["newest", "newest", "gap"]);
    stop.abort();
    await run;
  });

  it("goes on after a gap", async () => {
    const world = ports([new Error("gone")]);
    const stop = new AbortController();
    const run = new LiveFeed(world.ports).run(stop.signal);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(world.gap).toHaveBeenCalledOnce();
    expect(world.asked).toEqual(["1.0.0", "1.0.0"]);
    stop.abort();
    await run;
  });

  it("reads a stream where there is one, and goes on from its last position when it breaks", async () => {
    const world = ports([]);
    const since: (string | undefined)[] = [];
    const text = new TextEncoder();
    const stop = new AbortController();
    const feed = new LiveFeed<Event>({
      ...world.ports,
      stream: (position) => {
        since.push(position);
        if (since.length > 2) return new Promise(() => undefined);
        return Promise.resolve(
          new ReadableStream({
            start(controller) {
              const data = JSON.stringify(event("1.5.0"));
              controller.enqueue(text.encode(`id: 1.5.0\nevent: asset.updated\ndata: ${data.slice(0, 9)}`));
              controller.enqueue(text.encode(`${data.slice(9)}\n\nid: 1.9.0\n: still here\n\n`));
              controller.close();
            },
          }),
        );
      },
    });
    void feed.run(stop.signal);
    await vi.advanceTimersByTimeAsync(20);
    expect(world.heard).toEqual(["1.5.0", "1.5.0"]);
    expect(since).toEqual(["1.0.0", "1.9.0", "1.9.0"]);
    stop.abort();
  });
});

describe("MessageParser", () => {
  it("joins lines of data and pieces of a message", () => {
    const parser = new MessageParser();
    expect(parser.push("id: 1\r\ndata: a\r\ndata: b\r\n\r")).toEqual([]);
    expect(parser.push("\n")).toEqual([{ id: "1", data: "a\nb" }]);
  });
});
