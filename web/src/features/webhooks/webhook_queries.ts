import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { Webhook, WebhookCreate, WebhookPatch } from "@/api/schema";
import { collectPages, nextCursor } from "@/lib/paging";

/** Deliveries go on by themselves: asked again while somebody looks. */
const LOOK_AGAIN_MS = 3_000;

export function webhooksQuery(project: string) {
  return queryOptions({
    queryKey: ["webhooks", project],
    queryFn: ({ signal }) =>
      collectPages<Webhook>((cursor) =>
        answerOf(client.GET("/api/v1/webhooks", { params: { query: { project, limit: 1_000, ...(cursor !== undefined && { cursor }) } }, signal })),
      ),
    refetchInterval: LOOK_AGAIN_MS * 5,
  });
}

export function deliveriesQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["webhooks", "deliveries", id],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/api/v1/webhooks/{id}/deliveries", {
          params: { path: { id }, query: { limit: 50, ...(pageParam !== undefined && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 3 || state.error !== null ? false : LOOK_AGAIN_MS),
  });
}

export function attemptsQuery(id: string, delivery: string, attempts: number) {
  return queryOptions({
    queryKey: ["webhooks", "delivery", delivery, attempts],
    queryFn: ({ signal }) => answerOf(client.GET("/api/v1/webhooks/{id}/deliveries/{delivery}", { params: { path: { id, delivery } }, signal })),
  });
}

export function createWebhook(body: WebhookCreate) {
  return answerOf(client.POST("/api/v1/webhooks", { body }));
}

export function updateWebhook(id: string, body: WebhookPatch) {
  return answerOf(client.PATCH("/api/v1/webhooks/{id}", { params: { path: { id } }, body }));
}

export function deleteWebhook(id: string) {
  return answerOf(client.DELETE("/api/v1/webhooks/{id}", { params: { path: { id } } }));
}

export function rotateSecret(id: string) {
  return answerOf(client.POST("/api/v1/webhooks/{id}/rotate-secret", { params: { path: { id } } }));
}

export function pingWebhook(id: string) {
  return answerOf(client.POST("/api/v1/webhooks/{id}/ping", { params: { path: { id } } }));
}

export function redeliver(id: string, delivery: string) {
  return answerOf(client.POST("/api/v1/webhooks/{id}/deliveries/{delivery}/redeliver", { params: { path: { id, delivery } } }));
}
