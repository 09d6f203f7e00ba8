import { describe, expect, it } from "vitest";
import { countFacets, filterRows, isQuery, sortRows } from "./asset_filter";
import type { AssetRow } from "./asset_table";
import { viewOf } from "./asset_view";

const row = (name: string, rest: Partial<AssetRow> = {}): AssetRow => ({
  id: name,
  code: name.toLowerCase().replaceAll(" ", "_"),
  name,
  type: "prop",
  status: "concept",
  tags: [],
  description: "",
  thumbnail_url: null,
  is_assembly: false,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  revision: 1,
  ...rest,
});
const names = (rows: readonly AssetRow[]) => rows.map(({ name }) => name);

describe("filterRows", () => {
  const rows = [
    row("Ägir’s Boat", { type: "vehicle", tags: ["hero", "sea"] }),
    row("Barrel", { description: "Oak, from the ship" }),
    row("Rope", { status: "final", tags: ["sea"] }),
  ];

  it("finds every word anywhere, without accents", () => {
    expect(names(filterRows(rows, viewOf({ q: "agir boat" }), undefined))).toEqual(["Ägir’s Boat"]);
    expect(names(filterRows(rows, viewOf({ q: "SHIP" }), undefined))).toEqual(["Barrel"]);
    expect(names(filterRows(rows, viewOf({ q: "boat rope" }), undefined))).toEqual([]);
  });

  it("joins types, states and tags with what the server found", () => {
    expect(names(filterRows(rows, viewOf({ tag: "sea" }), undefined))).toEqual(["Ägir’s Boat", "Rope"]);
    expect(names(filterRows(rows, viewOf({ tag: "sea,hero" }), undefined))).toEqual(["Ägir’s Boat"]);
    expect(names(filterRows(rows, viewOf({ status: "final", type: "prop" }), undefined))).toEqual(["Rope"]);
    expect(names(filterRows(rows, viewOf({ q: "tag:sea" }), new Set(["Rope"])))).toEqual(["Rope"]);
    expect(filterRows(rows, viewOf({}), undefined)).toBe(rows);
  });

  it("knows the query language when it sees it", () => {
    for (const text of ["type:prop", "wood OR iron", "-archived", '"two words"', "(a b)"]) expect(isQuery(text)).toBe(true);
    for (const text of ["barrel", "two words", "sci-fi", "organ"]) expect(isQuery(text)).toBe(false);
  });

  it("takes under a tenth of a second for a hundred thousand", () => {
    const many = Array.from({ length: 100_000 }, (_, index) => row(`Tree ${String(index)}`));
    filterRows(many, viewOf({ q: "warm up" }), undefined);
    const start = performance.now();
    expect(filterRows(many, viewOf({ q: "tree 99" }), undefined).length).toBeGreaterThan(1000);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe("sortRows", () => {
  it("counts as people do, and follows the workflow", () => {
    const rows = [row("Tree 10", { status: "final" }), row("tree 2", { status: "concept" }), row("Tree 1", { status: "odd" })];
    const states = [{ code: "concept" }, { code: "final" }];
    expect(names(sortRows(rows, [{ field: "name", descending: false }], states))).toEqual(["Tree 1", "tree 2", "Tree 10"]);
    expect(names(sortRows(rows, [{ field: "status", descending: true }], states))).toEqual(["Tree 1", "Tree 10", "tree 2"]);
  });
});

describe("countFacets", () => {
  it("counts types, states and tags", () => {
    const facets = countFacets([row("a", { tags: ["x", "y"] }), row("b", { tags: ["x"], type: "fx" })]);
    expect(facets.tags.get("x")).toBe(2);
    expect(facets.types.get("fx")).toBe(1);
    expect(facets.statuses.get("concept")).toBe(2);
  });
});
