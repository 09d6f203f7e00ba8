import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { Event, Sequence, Shot } from "@/api/schema";
import { collectPages } from "@/lib/paging";

const PAGE = 1000;

/** All shots of a project as they stand in the film. */
export function shotsQuery(project: string) {
  return queryOptions({
    queryKey: ["shots", project],
    queryFn: ({ signal }) =>
      collectPages<Shot>((cursor) =>
        answerOf(
          client.GET("/api/v1/projects/{project}/shots", {
            params: { path: { project }, query: { limit: PAGE, ...(cursor !== undefined && { cursor }) } },
            signal,
          }),
        ),
      ),
    // Live events keep it fresh.
    staleTime: Infinity,
  });
}

export function sequencesQuery(project: string) {
  return queryOptions({
    queryKey: ["sequences", project],
    queryFn: ({ signal }) =>
      collectPages<Sequence>((cursor) =>
        answerOf(
          client.GET("/api/v1/projects/{project}/sequences", {
            params: { path: { project }, query: { limit: PAGE, ...(cursor !== undefined && { cursor }) } },
            signal,
          }),
        ),
      ),
  });
}

export function shotQuery(id: string) {
  return queryOptions({
    queryKey: ["shot", id],
    queryFn: ({ signal }) => answerOf(client.GET("/api/v1/shots/{id}", { params: { path: { id } }, signal })),
  });
}

/** Who plays, with the versions that it means today. */
export function shotCastQuery(id: string) {
  return queryOptions({
    queryKey: ["shot-cast", id],
    queryFn: async ({ signal }) => {
      const params = { path: { id } };
      const [casting, resolved] = await Promise.all([
        answerOf(client.GET("/api/v1/shots/{id}/casting", { params, signal })),
        answerOf(client.GET("/api/v1/shots/{id}/resolve", { params, signal })),
      ]);
      return { casting, resolved };
    },
  });
}

export function shotLockQuery(id: string) {
  return queryOptions({
    queryKey: ["shot-lock", id],
    queryFn: ({ signal }) => answerOf(client.GET("/api/v1/shots/{id}/lock", { params: { path: { id } }, signal })),
  });
}

/** What moving on would change. */
export function lockPlanQuery(id: string) {
  return queryOptions({
    queryKey: ["shot-lock", id, "plan"],
    queryFn: ({ signal }) =>
      answerOf(client.POST("/api/v1/shots/{id}/lock", { params: { path: { id } }, body: { dry_run: true }, signal })),
  });
}

export function moveLock(id: string) {
  return answerOf(client.POST("/api/v1/shots/{id}/lock", { params: { path: { id } }, body: {} }));
}

const PATCHED = ["code", "label", "name", "description", "status", "cut_in", "cut_out", "head_in", "tail_out", "handles", "fps", "retime", "order"] as const;

/** Puts what an event says of a shot where shots are held; what it doesn't say is asked for. */
export function applyShotEvent(queries: QueryClient, event: Event, project: string | undefined): void {
  const id = event.entity_id;
  if (event.action.endsWith(".casting_changed")) {
    void queries.invalidateQueries({ queryKey: ["shot-cast", id] });
    void queries.invalidateQueries({ queryKey: ["shot-lock", id] });
    void queries.invalidateQueries({ queryKey: ["breakdown", project] });
    return;
  }
  const after = (event.patch.after ?? {}) as Record<string, unknown>;
  const change = Object.fromEntries(PATCHED.filter((field) => field in after).map((field) => [field, after[field]])) as Partial<Shot>;
  const list = project === undefined ? undefined : queries.getQueryData<Shot[]>(["shots", project]);
  const known = list?.some((shot) => shot.id === id) === true;
  const moved = "sequence_id" in after || "order" in after || "archived_at" in after;
  if (list !== undefined && (!known || moved)) void queries.invalidateQueries({ queryKey: ["shots", project] });
  else if (list !== undefined) queries.setQueryData<Shot[]>(["shots", project], list.map((shot) => (shot.id === id ? { ...shot, ...change, updated_at: event.at } : shot)));
  void queries.invalidateQueries({ queryKey: ["shot", id] });
  void queries.invalidateQueries({ queryKey: ["history", id] });
}
