import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { Dependency } from "@/api/schema";
import { collectPages, nextCursor } from "@/lib/paging";

const first = undefined as string | undefined;
const query = (limit: number, cursor: string | undefined) => ({ limit, ...(cursor !== undefined && { cursor }) });

export function productsQuery(ownerId: string, kind: "asset" | "shot" = "asset") {
  return infiniteQueryOptions({
    queryKey: ["products", ownerId],
    queryFn: ({ pageParam, signal }) => {
      const options = { params: { path: { id: ownerId }, query: query(100, pageParam) }, signal };
      return answerOf(kind === "asset" ? client.GET("/api/v1/assets/{id}/products", options) : client.GET("/api/v1/shots/{id}/products", options));
    },
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

/** The newest published version of a product; null when there is none. */
export function newestVersionQuery(productId: string) {
  return queryOptions({
    queryKey: ["newest-version", productId],
    queryFn: async ({ signal }) => {
      const query = { limit: 1, sort: ["-number" as const], state: ["published" as const] };
      const call = client.GET("/api/v1/products/{id}/versions", { params: { path: { id: productId }, query }, signal });
      return (await answerOf(call)).data[0] ?? null;
    },
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

export function versionQuery(id: string) {
  return queryOptions({
    queryKey: ["version", id],
    queryFn: ({ signal }) =>
      answerOf(client.GET("/api/v1/versions/{id}", { params: { path: { id }, query: { include: ["author", "product"] } }, signal })),
  });
}

export function dependenciesQuery(id: string) {
  return queryOptions({
    queryKey: ["dependencies", id],
    queryFn: ({ signal }) =>
      collectPages<Dependency>((cursor) =>
        answerOf(client.GET("/api/v1/versions/{id}/dependencies", { params: { path: { id }, query: query(1000, cursor) }, signal })),
      ),
    // Of a published version they never change.
    staleTime: 5 * 60_000,
  });
}

export function compareQuery(from: string, to: string) {
  return queryOptions({
    queryKey: ["compare", from, to],
    queryFn: ({ signal }) =>
      answerOf(client.GET("/api/v1/versions/{id}/compare/{other}", { params: { path: { id: from, other: to } }, signal })),
  });
}

export function transitionsQuery(kind: "assets" | "versions", id: string, status: string) {
  return queryOptions({
    queryKey: ["transitions", kind, id, status],
    queryFn: ({ signal }) =>
      answerOf(
        kind === "assets"
          ? client.GET("/api/v1/assets/{id}/transitions", { params: { path: { id } }, signal })
          : client.GET("/api/v1/versions/{id}/transitions", { params: { path: { id } }, signal }),
      ),
  });
}

export function moveVersion(id: string, to: string) {
  return answerOf(client.POST("/api/v1/versions/{id}/transitions", { params: { path: { id } }, body: { to } }));
}
