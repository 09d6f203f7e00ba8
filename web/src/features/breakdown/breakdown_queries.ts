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

const last = new Map<string, Promise<unknown>>();

/**
 * Gives an asset so many occurrences in a shot; the rows of others are not touched. What was there before is the answer.
 * Changes of one shot go one after another: each looks at what the one before has left.
 */
export function setOccurrences(shotId: string, assetId: string, wanted: number): Promise<number> {
  const next = (last.get(shotId) ?? Promise.resolve()).then(
    () => change(shotId, assetId, wanted),
    () => change(shotId, assetId, wanted),
  );
  last.set(shotId, next);
  return next;
}

async function change(shotId: string, assetId: string, wanted: number): Promise<number> {
  const params = { path: { id: shotId } };
  const casting = await answerOf(client.GET("/api/v1/shots/{id}/casting", { params }));
  const before = casting.data.filter(({ asset_id }) => asset_id === assetId).reduce((sum, { occurrences }) => sum + occurrences, 0);
  const body = castingChange(casting.data, assetId, wanted);
  if (body !== undefined) await answerOf(client.PATCH("/api/v1/shots/{id}/casting", { params, body }));
  return before;
}
