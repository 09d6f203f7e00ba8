import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { nextCursor } from "@/lib/paging";
import { formatList, formatSort } from "@/lib/url_state";
import { type AssetView, sortOf } from "./asset_view";

const PAGE = 200;

/** The parameters of the list that a view asks for. */
export function listParameters(view: AssetView) {
  const q = view.text.trim();
  const type = formatList(view.types);
  const status = formatList(view.statuses);
  return {
    limit: PAGE,
    sort: formatSort(sortOf(view)) ?? "name",
    ...(q !== "" && { q }),
    ...(type !== undefined && { type }),
    ...(status !== undefined && { status }),
  };
}

export function assetsQuery(project: string, view: AssetView) {
  const query = listParameters(view);
  return infiniteQueryOptions({
    queryKey: ["assets", project, query],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/projects/{project}/assets", {
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
  });
}

export function assetQuery(id: string) {
  return queryOptions({
    queryKey: ["asset", id],
    queryFn: ({ signal }) => answerOf(client.GET("/assets/{id}", { params: { path: { id } }, signal })),
  });
}
