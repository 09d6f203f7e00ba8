import { describe, expect, it } from "vitest";
import {
  formatList,
  formatSort,
  parseList,
  parseSearch,
  parseSelection,
  parseSort,
  safeNext,
  stringifySearch,
  toggleSort,
} from "./url_state";

describe("the address's parameters", () => {
  it("are plain texts, also where they look like numbers or JSON", () => {
    expect(parseSearch('?q=010&type=prop,fx&sel=asset:1&x={"a":1}&empty=')).toEqual({
      q: "010",
      type: "prop,fx",
      sel: "asset:1",
      x: '{"a":1}',
    });
  });

  it("keep the first of a repeated one", () => {
    expect(parseSearch("?q=a&q=b")).toEqual({ q: "a" });
  });

  it("stay readable, and come back the same", () => {
    const search = { q: "wood & iron+50%", type: "fx,prop", sel: "asset:0197-ab", next: "/p/kart/assets?q=a" };
    const text = stringifySearch(search);
    expect(text).toContain("type=fx,prop");
    expect(text).toContain("sel=asset:0197-ab");
    expect(parseSearch(text)).toEqual(search);
  });

  it("leave out what is empty or no text", () => {
    expect(stringifySearch({ q: "", type: undefined, n: 3 })).toBe("");
  });
});

describe("lists", () => {
  it("drop blanks and repeats, and have one order", () => {
    expect(parseList("prop,, fx ,prop")).toEqual(["prop", "fx"]);
    expect(formatList(["prop", "fx"])).toBe("fx,prop");
    expect(formatList([])).toBeUndefined();
  });
});

describe("the order", () => {
  const fields = ["name", "code"];

  it("takes known fields once", () => {
    expect(parseSort("-name,code,name,secret", fields)).toEqual([
      { field: "name", descending: true },
      { field: "code", descending: false },
    ]);
    expect(formatSort(parseSort("-name,code", fields))).toBe("-name,code");
    expect(formatSort([])).toBeUndefined();
  });

  it("goes from ascending to descending to none", () => {
    const up = toggleSort([], "name", false);
    expect(formatSort(up)).toBe("name");
    const down = toggleSort(up, "name", false);
    expect(formatSort(down)).toBe("-name");
    expect(toggleSort(down, "name", false)).toEqual([]);
    expect(formatSort(toggleSort(down, "code", false))).toBe("code");
  });

  it("adds further keys behind the first", () => {
    const two = toggleSort([{ field: "name", descending: false }], "code", true);
    expect(formatSort(two)).toBe("name,code");
    expect(formatSort(toggleSort(two, "name", true))).toBe("-name,code");
    expect(formatSort(toggleSort(toggleSort(two, "name", true), "name", true))).toBe("code");
  });
});

describe("the selection", () => {
  it("is a kind and an id", () => {
    expect(parseSelection("asset:0197-ab")).toEqual({ kind: "asset", id: "0197-ab" });
    for (const text of [undefined, "", "asset", "asset:", "Asset:1", "asset:../1", "asset:1:2"]) {
      expect(parseSelection(text)).toBeUndefined();
    }
  });
});

describe("where to go after signing in", () => {
  it("is a path of this site", () => {
    expect(safeNext("/p/kart/assets?q=a")).toBe("/p/kart/assets?q=a");
    for (const next of [undefined, "", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"]) {
      expect(safeNext(next)).toBe("/");
    }
    expect(safeNext("/\n/evil.example")).toBe("/");
  });

  it("is never the sign-in itself", () => {
    expect(safeNext("/login?next=/login")).toBe("/");
    expect(safeNext("/setup")).toBe("/");
    expect(safeNext("/logins")).toBe("/logins");
  });
});
