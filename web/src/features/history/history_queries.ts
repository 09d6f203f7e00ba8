import { infiniteQueryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { nextCursor } from "@/lib/paging";

export function assetHistoryQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["history", id],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/api/v1/assets/{id}/history", {
          params: { path: { id }, query: { limit: 50, ...(pageParam !== undefined && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
  });
}
