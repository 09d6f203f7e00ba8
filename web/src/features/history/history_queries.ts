import { infiniteQueryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { nextCursor } from "@/lib/paging";

export function historyQuery(kind: "asset" | "shot", id: string) {
  return infiniteQueryOptions({
    queryKey: ["history", id],
    queryFn: ({ pageParam, signal }) =>
{
      const options = { params: { path: { id }, query: { limit: 50, ...(pageParam !== undefined && { cursor: pageParam }) } }, signal };
      return answerOf(kind === "asset" ? client.GET("/api/v1/assets/{id}/history", options) : client.GET("/api/v1/shots/{id}/history", options));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
  });
}
