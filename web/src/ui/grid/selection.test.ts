import { describe, expect, it } from "vitest";
import { NO_PICKS, pickAll, pickedRows, pickRange, togglePick } from "./selection";

const order = ["a", "b", "c", "d", "e"].map((id) => ({ id }));
const ids = (picks: { ids: ReadonlySet<string> }) => [...picks.ids].sort().join("");

describe("selection", () => {
  it("picks one by one", () => {
    const one = togglePick(NO_PICKS, "b", 1);
    const two = togglePick(one, "d", 3);
    expect(ids(two)).toBe("bd");
    expect(ids(togglePick(two, "b", 1))).toBe("d");
  });

  it("picks a range from the last one, either way", () => {
    expect(ids(pickRange(togglePick(NO_PICKS, "b", 1), order, 1, 3))).toBe("bcd");
    expect(ids(pickRange(togglePick(NO_PICKS, "d", 3), order, 3, 0))).toBe("abcd");
    expect(ids(pickRange(NO_PICKS, order, 2, 4))).toBe("cde");
  });

  it("leaves out what is gone, and keeps the list's order", () => {
    const picks = pickAll(order);
    expect(pickedRows(picks, [{ id: "e" }, { id: "a" }, { id: "z" }]).map(({ id }) => id)).toEqual(["e", "a"]);
  });
});
