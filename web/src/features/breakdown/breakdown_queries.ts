import { queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { castingChange, matrixOf } from "./breakdown_model";

export function breakdownQuery(project: string) {
  return queryOptions({
    queryKey: ["breakdown", project],
    queryFn: async ({ signal }) =>
      matrixOf(await answerOf(client.GET("/api/v1/projects/{project}/breakdown", { params: { path: { project } }, signal }))),
    structuralSharing: false,
  });
}

/** Assets to be cast next, by what was typed. */
export function castableQuery(project: string, text: string) {
  return queryOptions({
    queryKey: ["castable", project, text],
    queryFn: async ({ signal }) => {
      const query = { limit: 20, sort: ["name" as const], ...(text !== "" && { q: text }) };
      return (await answerOf(client.GET("/api/v1/projects/{project}/assets", { params: { path: { project }, query }, signal }))).data;
    },
  });
}

/** Gives an asset so many occurrences in a shot; the rows of others are not touched. What was there before is the answer. */
export async function setOccurrences(shotId: string, assetId: string, wanted: number): Promise<number> {
  const params = { path: { id: shotId } };
  const casting = await answerOf(client.GET("/api/v1/shots/{id}/casting", { params }));
  const before = casting.data.filter(({ asset_id }) => asset_id === assetId).reduce((sum, { occurrences }) => sum + occurrences, 0);
  const change = castingChange(casting.data, assetId, wanted);
  if (change !== undefined) await answerOf(client.PATCH("/api/v1/shots/{id}/casting", { params, body: change }));
  return before;
}
