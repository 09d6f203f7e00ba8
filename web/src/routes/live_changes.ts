import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Asset, Event, Product, Version } from "@/api/schema";
import { assetQuery, heardAssets, takeAssetEvent, tableOf } from "@/features/assets/asset_queries";
import { applyShotEvent } from "@/features/shots/shot_queries";
import { awaitPicture } from "./live_pictures";

// Puts what happened into what the browser holds, so that nobody asks for whole lists again because of one change.

type Pages<T> = InfiniteData<{ data: T[] }> | undefined;

function changeIn<T extends { id: string }>(pages: Pages<T>, id: string, change: Partial<T>): Pages<T> {
  if (pages?.pages.some(({ data }) => data.some((row) => row.id === id)) !== true) return pages;
  return {
    ...pages,
    pages: pages.pages.map((page) => ({ ...page, data: page.data.map((row) => (row.id === id ? { ...row, ...change } : row)) })),
  };
}

function holds<T extends { id: string }>(pages: Pages<T>, id: string): boolean {
  return pages?.pages.some(({ data }) => data.some((row) => row.id === id)) ?? false;
}

/** An answer that is on its way may be from before what happened: it is asked for again. */
function readAgain(client: QueryClient, queryKey: readonly unknown[]): boolean {
  const isReading = client.isFetching({ queryKey }) > 0;
  if (isReading) void client.invalidateQueries({ queryKey });
  return isReading;
}

function onAsset(client: QueryClient, event: Event, code: string | undefined): void {
  const id = event.entity_id;
  const after = (event.patch.after ?? {}) as Partial<Asset>;
  heardAssets.note([{ project: code, event }]);
  const table = code === undefined ? undefined : tableOf(client, code);
  if (table !== undefined) takeAssetEvent(client, table, event);
  if (event.action === "asset.components_changed") {
    void client.invalidateQueries({ queryKey: ["assembly", id] });
  } else if (!readAgain(client, assetQuery(id).queryKey)) {
    client.setQueryData(assetQuery(id).queryKey, (asset) =>
      asset === undefined || asset.updated_at >= event.at ? asset : { ...asset, ...after, updated_at: event.at, revision: asset.revision + 1 },
    );
  }
  void client.invalidateQueries({ queryKey: ["history", id] });
}

function onVersion(client: QueryClient, event: Event, codeOf: (id: string | null) => string | undefined): void {
  const id = event.entity_id;
  const after = (event.patch.after ?? {}) as Partial<Version>;
  readAgain(client, ["versions"]);
  if (!readAgain(client, ["version", id])) client.setQueryData<Version>(["version", id], (version) => (version === undefined ? version : { ...version, ...after }));
  client.setQueriesData<Pages<Version>>({ queryKey: ["versions"] }, (pages) => changeIn(pages, id, after));
  const { product_id: product, number } = after;
  if (product !== undefined && !holds(client.getQueryData<Pages<Version>>(["versions", product]), id)) {
    void client.invalidateQueries({ queryKey: ["versions", product] });
  }
  if (event.action === "version.published" && product !== undefined && typeof number === "number") {
    client.setQueriesData<Pages<Product>>({ queryKey: ["products"] }, (pages) => changeIn(pages, product, { latest_number: number }));
  }
  if (event.action === "version.published") {
    if (product !== undefined) void client.invalidateQueries({ queryKey: ["newest-version", product] });
    awaitPicture(client, id, codeOf);
  }
}

/** `codeOf` names the project that an id stands for. */
export function applyEvents(client: QueryClient, events: readonly Event[], codeOf: (id: string | null) => string | undefined): void {
  for (const event of events) {
    switch (event.entity_kind) {
      case "asset":
        onAsset(client, event, codeOf(event.project_id));
        break;
      case "version":
        onVersion(client, event, codeOf);
        break;
      case "shot":
        applyShotEvent(client, event, codeOf(event.project_id));
        break;
      case "sequence":
      case "episode":
        for (const key of ["sequences", "shots", "breakdown"]) void client.invalidateQueries({ queryKey: [key, codeOf(event.project_id)] });
        break;
      case "cut":
        void client.invalidateQueries({ queryKey: ["cuts", codeOf(event.project_id)] });
        break;
      case "product": {
        const owner = (event.patch.after as { owner_id?: string } | null | undefined)?.owner_id;
        void client.invalidateQueries({ queryKey: owner === undefined ? ["products"] : ["products", owner] });
        break;
      }
      case "folder_scan":
      case "folder_fix":
      case "folder_template":
        // Scans and templates of other people; what runs here is asked for while it runs.
        void client.invalidateQueries({ queryKey: ["folders"] });
        break;
      case "project":
        void client.invalidateQueries({ queryKey: ["projects"] });
        break;
      default:
        break;
    }
  }
}
