import { queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import { problemFromAnswer } from "@/lib/problem";
import type { Manifest, Preview } from "./preview_types";

async function read<T>(url: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(url, { signal, credentials: "same-origin" });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw problemFromAnswer(response.status, response.headers, body);
  return body as T;
}

const PENDING_MS = 2_000;

/** What there is to look at in a version; asked again while the worker still makes it. */
export function previewsQuery(versionId: string) {
  return queryOptions({
    queryKey: ["previews", versionId],
    queryFn: async ({ signal }): Promise<Preview[]> => {
      try {
        return (await read<{ data: Preview[] }>(`/api/v1/versions/${versionId}/previews?limit=200`, signal)).data;
      } catch (error) {
        // A server without previews has none to show.
        if ((error as { status?: number }).status === 404) return [];
        throw error;
      }
    },
    refetchInterval: ({ state }) => (state.data?.some(({ state: each }) => each === "pending") === true ? PENDING_MS : false),
  });
}

/** Has the previews of a version made again. */
export function remakePreviews(versionId: string) {
  return answerOf(client.POST("/api/v1/versions/{id}/previews", { params: { path: { id: versionId } }, body: {} }));
}

export function manifestQuery(url: string) {
  return queryOptions({
    queryKey: ["manifest", url],
    queryFn: ({ signal }) => read<Manifest>(url, signal),
    staleTime: Infinity,
  });
}
