import { infiniteQueryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { nextCursor } from "@/lib/paging";

const first = undefined as string | undefined;
const query = (limit: number, cursor: string | undefined) => ({ limit, ...(cursor !== undefined && { cursor }) });

export function productsQuery(assetId: string) {
  return infiniteQueryOptions({
    queryKey: ["products", assetId],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/assets/{id}/products", { params: { path: { id: assetId }, query: query(100, pageParam) }, signal }),
      ),
    initialPageParam: first,
    getNextPageParam: nextCursor,
  });
}

export function versionsQuery(productId: string) {
  return infiniteQueryOptions({
    queryKey: ["versions", productId],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/products/{id}/versions", { params: { path: { id: productId }, query: query(50, pageParam) }, signal }),
      ),
    initialPageParam: first,
    getNextPageParam: nextCursor,
  });
}

export function filesQuery(versionId: string) {
  return infiniteQueryOptions({
    queryKey: ["files", versionId],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/versions/{id}/files", { params: { path: { id: versionId }, query: query(200, pageParam) }, signal }),
      ),
    initialPageParam: first,
    getNextPageParam: nextCursor,
  });
}
