import { queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";

export function assemblyQuery(id: string) {
  return queryOptions({
    queryKey: ["assembly", id],
    queryFn: ({ signal }) => answerOf(client.GET("/api/v1/assets/{id}/resolve", { params: { path: { id } }, signal })),
  });
}

export function usersQuery(id: string) {
  return queryOptions({
    queryKey: ["impact", "asset", id],
    queryFn: ({ signal }) => answerOf(client.GET("/api/v1/assets/{id}/impact", { params: { path: { id }, query: { limit: 200 } }, signal })),
  });
}
