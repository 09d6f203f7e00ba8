import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { nextCursor } from "@/lib/paging";

const first = undefined as string | undefined;
const query = (limit: number, cursor: string | undefined) => ({ limit, ...(cursor !== undefined && { cursor }) });

export function productsQuery(assetId: string) {
  return infiniteQueryOptions({
    queryKey: ["products", assetId],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/api/v1/assets/{id}/products", { params: { path: { id: assetId }, query: query(100, pageParam) }, signal }),
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
        client.GET("/api/v1/products/{id}/versions", { params: { path: { id: productId }, query: { ...query(50, pageParam), sort: ["-number"], include: ["author"] } },
          signal,
        }),
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
        client.GET("/api/v1/versions/{id}/files", { params: { path: { id: versionId }, query: query(200, pageParam) }, signal }),
      ),
    initialPageParam: first,
    getNextPageParam: nextCursor,
  });
}

/** The asset that a product or a version belongs to, so that a link to either opens the asset's panel at its place. */
export function ownerQuery(kind: string, id: string) {
  return queryOptions({
    queryKey: ["owner", kind, id],
    queryFn: async ({ signal }) => {
      const path = { id };
      if (kind === "product") {
        const product = await answerOf(client.GET("/api/v1/products/{id}", { params: { path }, signal }));
        return { assetId: product.owner_id, productId: product.id, versionId: undefined };
      }
      const version = await answerOf(client.GET("/api/v1/versions/{id}", { params: { path }, signal }));
      const product = await answerOf(
        client.GET("/api/v1/products/{id}", { params: { path: { id: version.product_id } }, signal }),
      );
      return { assetId: product.owner_id, productId: product.id, versionId: version.id };
    },
    staleTime: Infinity,
  });
}
