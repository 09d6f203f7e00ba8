import { describe, expect, it, vi } from "vitest";
import type { Event } from "@/api/schema";
import { type AssetRow, AssetTable } from "./asset_table";

const row = (id: string, rest: Partial<AssetRow> = {}): AssetRow => ({
  id,
  code: id,
  name: id.toUpperCase(),
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
const event = (action: string, id: string, after: object, at = "2026-02-01T00:00:00Z"): Event =>
  ({ action, entity_kind: "asset", entity_id: id, at, patch: { before: {}, after } }) as unknown as Event;

describe("AssetTable", () => {
  it("takes a change from the event itself, and tells that something changed", () => {
    const table = new AssetTable();
    table.add([row("a"), row("b")]);
    const heard = vi.fn();
    table.subscribe(heard);
    expect(table.apply(event("asset.updated", "a", { name: "New", tags: ["hero"], metadata: { x: 1 } }))).toBe("applied");
    expect(table.get("a")).toMatchObject({ name: "New", tags: ["hero"], code: "a", updated_at: "2026-02-01T00:00:00Z" });
    expect(table.get("a")).not.toHaveProperty("metadata");
    expect(heard).toHaveBeenCalledOnce();
  });

  it("adds what was made and drops what was archived or purged", () => {
    const table = new AssetTable();
    table.add([row("a"), row("b")]);
    table.apply(event("asset.created", "c", { code: "c", name: "C", type: "fx", status: "concept", tags: ["x"] }));
    table.apply(event("asset.archived", "a", { archived_at: "2026-02-01T00:00:00Z" }));
    table.apply(event("asset.purged", "b", {}));
    expect(table.rows().map(({ id }) => id)).toEqual(["c"]);
  });

  it("does not let an old event undo what was read later", () => {
    const table = new AssetTable();
    table.add([row("a", { status: "final", updated_at: "2026-03-01T00:00:00Z" })]);
    table.apply(event("asset.transitioned", "a", { status: "review" }));
    expect(table.get("a")?.status).toBe("final");
  });

  it("asks for what only the server can describe", () => {
    expect(new AssetTable().apply(event("asset.restored", "a", { archived_at: null }))).toBe("unknown");
  });

  it("keeps what events told while older pages were still on their way", () => {
    const table = new AssetTable();
    table.add([row("a"), row("b")]);
    table.apply(event("asset.updated", "a", { name: "New" }));
    table.apply(event("asset.archived", "b", { archived_at: "2026-02-01T00:00:00Z" }));
    table.add([row("a"), row("b"), row("c")]);
    expect(table.rows().map(({ id, name }) => `${id} ${name}`)).toEqual(["a New", "c C"]);
    table.apply(event("asset.restored", "b", { archived_at: null }));
    table.add([row("b")]);
    expect(table.get("b")).toBeDefined();
  });
});
