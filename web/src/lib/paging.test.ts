import { describe, expect, it } from "vitest";
import { collectPages, flattenPages, nextCursor, wantsNextPage } from "./paging";

describe("pages", () => {
  it("end where there is no cursor", () => {
    expect(nextCursor({ data: [], next_cursor: "c" })).toBe("c");
    expect(nextCursor({ data: [], next_cursor: null })).toBeUndefined();
    expect(nextCursor({ data: [] })).toBeUndefined();
  });

  it("are joined in order, each row once", () => {
    const rows = flattenPages([{ data: [{ id: "a" }, { id: "b" }] }, { data: [{ id: "b" }, { id: "c" }] }]);
    expect(rows.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  it("of rows without an id are joined by their key", () => {
    const rows = flattenPages([{ data: [{ number: 1 }, { number: 2 }] }, { data: [{ number: 2 }, { number: 3 }] }], ({ number }) => number);
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it("are read to the end", async () => {
    const cursors: (string | undefined)[] = [];
    const rows = await collectPages<number>((cursor) => {
      cursors.push(cursor);
      const at = Number(cursor ?? 0);
      return Promise.resolve({ data: [at], next_cursor: at < 3 ? String(at + 1) : null });
    });
    expect(rows).toEqual([0, 1, 2, 3]);
    expect(cursors).toEqual([undefined, "1", "2", "3"]);
  });

  it("that never end are an error", async () => {
    await expect(collectPages<number>(() => Promise.resolve({ data: [1], next_cursor: "same" }))).rejects.toThrow("twice");
  });
});

describe("wantsNextPage", () => {
  it("asks ahead of the end, once, and only when there is more", () => {
    expect(wantsNextPage(30, 200, true, false)).toBe(false);
    expect(wantsNextPage(150, 200, true, false)).toBe(true);
    expect(wantsNextPage(150, 200, true, true)).toBe(false);
    expect(wantsNextPage(199, 200, false, false)).toBe(false);
  });
});
