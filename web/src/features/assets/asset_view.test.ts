import { describe, expect, it } from "vitest";
import { isFiltered, searchOf, viewOf, withSelection } from "./asset_view";

describe("the view of the list", () => {
  it("comes from the address and goes back to it", () => {
    const search = {
      q: "wood",
      type: "fx,prop",
      status: "final",
      tag: "hero",
      sort: "-updated_at,name",
      view: "tiles" as const,
      size: "3" as const,
      sel: "asset:1",
      pick: "1,2",
    };
    expect(searchOf(viewOf(search), search)).toEqual(search);
    expect(searchOf(viewOf({}), {})).toEqual({});
  });

  it("drops what the list can't be sorted by", () => {
    expect(viewOf({ sort: "password,-code" }).sort).toEqual([{ field: "code", descending: true }]);
  });

  it("knows whether it hides anything", () => {
    expect(isFiltered(viewOf({ sort: "name", q: " " }))).toBe(false);
    expect(isFiltered(viewOf({ type: "fx" }))).toBe(true);
  });

  it("opens and closes the panel without touching the filter", () => {
    expect(withSelection({ q: "a" }, "1")).toEqual({ q: "a", sel: "asset:1" });
    expect(withSelection({ q: "a", sel: "asset:1" }, undefined)).toEqual({ q: "a" });
  });
});
