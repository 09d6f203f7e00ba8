import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { AssetListQuery } from "@/api/schema";
import { nextCursor } from "@/lib/paging";
import { type AssetView, sortOf } from "./asset_view";
import { orderTypes } from "./vocabulary";

const PAGE = 200;
const PAGES_TO_ASK_AGAIN = 5;

/** The parameters of the list that a view asks for. */
export function listParameters(view: AssetView): AssetListQuery {
  const q = view.text.trim();
  return {
    limit: PAGE,
    // The view holds only fields that the list can be sorted by.
    sort: sortOf(view).map((key) => (key.descending ? `-${key.field}` : key.field)) as NonNullable<AssetListQuery["sort"]>,
    ...(q !== "" && { q }),
    ...(view.types.length > 0 && { type: [...view.types].sort() }),
    ...(view.statuses.length > 0 && { status: [...view.statuses].sort() }),
  };
}

export function assetsQuery(project: string, view: AssetView) {
  const query = listParameters(view);
  return infiniteQueryOptions({
    queryKey: ["assets", project, query],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/api/v1/projects/{project}/assets", {
          params: {
            path: { project },
            // The count is asked for once: it costs the server a pass over everything that the filter matches.
            query: { ...query, ...(pageParam === undefined ? { count: true } : { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    placeholderData: keepPreviousData,
    // Asking again asks for every page that was read: a list that someone has scrolled far down is left as it is.
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= PAGES_TO_ASK_AGAIN,
    refetchOnMount: ({ state }) => (state.data?.pages.length ?? 0) <= PAGES_TO_ASK_AGAIN,
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
