import { keepPreviousData, type QueryClient, queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { Event } from "@/api/schema";
import { EventBacklog } from "@/lib/event_backlog";
import { collectPages } from "@/lib/paging";
import { type AssetRow, AssetTable, ROW_FIELDS } from "./asset_table";
import { orderTypes } from "./vocabulary";

const FIRST_PAGE = 200;
const PAGE = 1000;

async function readPage(project: string, cursor: string | undefined) {
  const { data, next_cursor } = await answerOf(
    client.GET("/api/v1/projects/{project}/assets", {
      params: {
        path: { project },
        query: {
          // The first page comes quickly, so that there is something to look at; the others carry more.
          limit: cursor === undefined ? FIRST_PAGE : PAGE,
          sort: ["name"],
          fields: [...ROW_FIELDS],
          ...(cursor !== undefined && { cursor }),
        },
      },
    }),
  );
  return { rows: data as AssetRow[], next: next_cursor ?? undefined };
}

async function readRest(table: AssetTable, project: string, start: string | undefined): Promise<void> {
  try {
    let cursor = start;
    while (cursor !== undefined) {
      const { rows, next } = await readPage(project, cursor);
      table.add(rows);
      cursor = next;
    }
    table.finish();
  } catch (error) {
    table.fail(error);
  }
}

/** The last events of assets, by the code of their project. */
export const heardAssets = new EventBacklog<{ project: string | undefined; event: Event }>();

/** Puts what happened to an asset into its table; what only the server can describe is asked for. */
export function takeAssetEvent(queryClient: QueryClient, table: AssetTable, event: Event): void {
  if (table.apply(event) !== "unknown") return;
  void queryClient.fetchQuery(assetQuery(event.entity_id)).then(
    (asset) => {
      if (asset.archived_at === null) table.add([asset]);
    },
    // It is gone again, or was never to be seen: there is nothing to show.
    () => undefined,
  );
}

/** All assets of a project: the table is there with its first page, and fills up by itself. */
export function assetTableQuery(project: string) {
  return queryOptions({
    queryKey: ["asset-table", project],
    queryFn: async ({ client: queryClient }) => {
      const table = new AssetTable();
      const mark = heardAssets.mark();
      const { rows, next } = await readPage(project, undefined);
      table.add(rows);
      // What happened while the page was on its way is not in it.
      for (const heard of heardAssets.since(mark) ?? []) {
        if (heard.project === project) takeAssetEvent(queryClient, table, heard.event);
      }
      void readRest(table, project, next);
      return table;
    },
    // Live events keep it fresh; it is read again when those were interrupted.
    staleTime: Infinity,
    gcTime: 30 * 60_000,
    structuralSharing: false,
  });
}

export function tableOf(queryClient: QueryClient, project: string): AssetTable | undefined {
  return queryClient.getQueryData(assetTableQuery(project).queryKey);
}

/** The ids that a query in the server's language finds. */
export function assetIdsQuery(project: string, q: string) {
  return queryOptions({
    queryKey: ["asset-ids", project, q],
    queryFn: async ({ signal }): Promise<ReadonlySet<string>> => {
      const rows = await collectPages<{ id: string }>((cursor) =>
        answerOf(
          client.GET("/api/v1/projects/{project}/assets", {
            params: { path: { project }, query: { q, limit: PAGE, fields: ["id"], ...(cursor !== undefined && { cursor }) } },
            signal,
          }),
        ),
      );
      return new Set(rows.map(({ id }) => id));
    },
    placeholderData: keepPreviousData,
    structuralSharing: false,
    retry: false,
  });
}

export function assetQuery(id: string) {
  return queryOptions({
    queryKey: ["asset", id],
    queryFn: ({ signal }) => answerOf(client.GET("/api/v1/assets/{id}", { params: { path: { id } }, signal })),
  });
}

export function assetTypesQuery(project: string) {
  return queryOptions({
    queryKey: ["asset-types", project],
    queryFn: async ({ signal }) => {
      const call = client.GET("/api/v1/projects/{project}/asset-types", { params: { path: { project } }, signal });
      return orderTypes((await answerOf(call)).data);
    },
    staleTime: 10 * 60_000,
  });
}
