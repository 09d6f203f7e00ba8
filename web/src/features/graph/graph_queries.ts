import { answerOf, client } from "@/api/client";
import type { GraphNode, Neighbour } from "./graph_model";

const MOST = 60;

export async function neighboursDown(id: string): Promise<{ found: Neighbour[]; truncated: boolean }> {
  const { data, next_cursor } = await answerOf(
    client.GET("/api/v1/versions/{id}/dependencies", { params: { path: { id }, query: { limit: MOST } } }),
  );
  const found = data.flatMap((dependency): Neighbour[] => {
    const target = dependency.target_version_id ?? dependency.resolved_version_id;
    if (target === null) return [];
    return [{ id: target, kind: "version", label: dependency.address ?? "hidden", via: dependency.kind }];
  });
  return { found, truncated: next_cursor !== null };
}

export async function neighboursUp(id: string, kind: GraphNode["kind"]): Promise<{ found: Neighbour[]; truncated: boolean }> {
  if (kind !== "asset" && kind !== "version") return { found: [], truncated: false };
  const params = { path: { id }, query: { depth: 1, limit: MOST } };
  const { data, truncated } = await answerOf(
    kind === "asset" ? client.GET("/api/v1/assets/{id}/impact", { params }) : client.GET("/api/v1/versions/{id}/impact", { params }),
  );
  return { found: data.map((each) => ({ id: each.id, kind: each.kind, label: each.address, via: each.via })), truncated };
}
