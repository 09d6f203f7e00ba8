import { describe, expect, it } from "vitest";
import { EventBacklog } from "./event_backlog";

describe("EventBacklog", () => {
  it("gives what came since a mark, and says when that is no longer whole", () => {
    const backlog = new EventBacklog<number>();
    backlog.note([1, 2]);
    const mark = backlog.mark();
    expect(backlog.since(mark)).toEqual([]);
    backlog.note([3]);
    backlog.note([4, 5]);
    expect(backlog.since(mark)).toEqual([3, 4, 5]);
    backlog.note(Array.from({ length: 1_999 }, (_, index) => index));
    expect(backlog.since(mark)).toBeUndefined();
    expect(backlog.since(backlog.mark())).toEqual([]);
  });
});
