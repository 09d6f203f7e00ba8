import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
import type { Event } from "@/api/schema";
import { assetQuery, assetTableQuery } from "@/features/assets/asset_queries";
import { AssetTable } from "@/features/assets/asset_table";
import { applyEvents } from "./live_changes";

const event = (kind: string, action: string, id: string, after: object): Event =>
  ({ entity_kind: kind, action, entity_id: id, project_id: "p-1", at: "2026-05-01T00:00:00Z", patch: { before: {}, after } }) as unknown as Event;
const codeOf = () => "kart";

describe("applyEvents", () => {
  it("changes the row and the open asset without asking the server", () => {
    const client = new QueryClient();
    const fetch = vi.fn();
    vi.stubGlobal("fetch", fetch);
    const table = new AssetTable();
    table.add([{ id: "a", name: "Old", status: "concept", updated_at: "2026-01-01T00:00:00Z" } as never]);
    client.setQueryData(assetTableQuery("kart").queryKey, table);
    client.setQueryData(assetQuery("a").queryKey, { id: "a", name: "Old", revision: 3, updated_at: "2026-01-01T00:00:00Z" } as never);
    applyEvents(client, [event("asset", "asset.updated", "a", { name: "New" })], codeOf);
    expect(table.get("a")?.name).toBe("New");
    expect(client.getQueryData(assetQuery("a").queryKey)).toMatchObject({ name: "New", revision: 4 });
    expect(fetch).not.toHaveBeenCalled();
  });

  it("moves a version along in its list and tells the product its newest number", () => {
    const client = new QueryClient();
    client.setQueryData(["versions", "prod"], { pages: [{ data: [{ id: "v", state: "draft", number: null }] }], pageParams: [] });
    client.setQueryData(["products", "a"], { pages: [{ data: [{ id: "prod", latest_number: 1 }] }], pageParams: [] });
    applyEvents(client, [event("version", "version.published", "v", { product_id: "prod", state: "published", number: 2 })], codeOf);
    expect(client.getQueryData(["versions", "prod"])).toMatchObject({ pages: [{ data: [{ id: "v", state: "published", number: 2 }] }] });
    expect(client.getQueryData(["products", "a"])).toMatchObject({ pages: [{ data: [{ latest_number: 2 }] }] });
  });
});
