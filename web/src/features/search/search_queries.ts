import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { nextCursor } from "@/lib/paging";

/** The first hits while someone types. */
export function suggestQuery(q: string) {
  return queryOptions({
    queryKey: ["suggest", q],
    queryFn: ({ signal }) => answerOf(client.GET("/api/v1/search", { params: { query: { q, limit: 8 } }, signal })),
    enabled: q !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function searchQuery(q: string) {
  return infiniteQueryOptions({
    queryKey: ["search", q],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/api/v1/search", {
          params: { query: { q, limit: 50, ...(pageParam !== undefined && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    enabled: q !== "",
    placeholderData: keepPreviousData,
  });
}
