import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { FindingState, FolderDataType, FolderTemplate, FolderTemplateDraft } from "@/api/schema";
import { nextCursor } from "@/lib/paging";
import { type Actions, wantedActions } from "./drift";

const MOVING_MS = 700;

export function treeQuery(project: string, entityId: string | undefined, dataType: FolderDataType) {
  return infiniteQueryOptions({
    queryKey: ["folders", project, "tree", entityId ?? "", dataType],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/api/v1/projects/{project}/folders/tree", {
          params: {
            path: { project },
            query: { data_type: dataType, limit: 200, ...(entityId !== undefined && { entity_id: entityId }), ...(pageParam !== undefined && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
  });
}

export function scansQuery(project: string) {
  return queryOptions({
    queryKey: ["folders", project, "scans"],
    queryFn: ({ signal }) => answerOf(client.GET("/api/v1/projects/{project}/folders/scan", { params: { path: { project } }, signal })),
    // One that runs is asked for until it has ended, whoever started it.
    refetchInterval: ({ state }) => (state.data?.data[0]?.finished_at === null ? MOVING_MS : false),
  });
}

/** A scan with what it found; asked again while it runs. */
export function scanQuery(project: string, id: string, state: FindingState | undefined) {
  return infiniteQueryOptions({
    queryKey: ["folders", project, "scan", id, state ?? ""],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/api/v1/projects/{project}/folders/scan/{id}", {
          params: {
            path: { project, id },
            query: { limit: 200, ...(state !== undefined && { state }), ...(pageParam !== undefined && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) => (data?.pages[0]?.finished_at === null ? MOVING_MS : false),
  });
}

export function requestScan(project: string) {
  return answerOf(client.POST("/api/v1/projects/{project}/folders/scan", { params: { path: { project } }, body: {} }));
}

export interface Wanted {
  actions: Actions;
  links: boolean;
}

export function reconcile(project: string, id: string, { actions, links }: Wanted, dryRun: boolean) {
  return answerOf(
    client.POST("/api/v1/projects/{project}/folders/scan/{id}/reconcile", {
      params: { path: { project, id } },
      body: { dry_run: dryRun, links, actions: wantedActions(actions) },
    }),
  );
}

export function fixesQuery(project: string, id: string) {
  return queryOptions({
    queryKey: ["folders", project, "fixes", id],
    queryFn: ({ signal }) =>
      answerOf(client.GET("/api/v1/projects/{project}/folders/scan/{id}/fixes", { params: { path: { project, id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.data.some((fix) => fix.state === "planned") === true ? MOVING_MS : false),
  });
}

export function asideQuery(project: string) {
  return infiniteQueryOptions({
    queryKey: ["folders", project, "aside"],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/api/v1/projects/{project}/folders/aside", {
          params: { path: { project }, query: { limit: 100, ...(pageParam !== undefined && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
  });
}

export function undoFix(project: string, id: string) {
  return answerOf(client.POST("/api/v1/projects/{project}/folders/fixes/{id}/undo", { params: { path: { project, id } } }));
}

export function templatesQuery(project: string) {
  return queryOptions({
    queryKey: ["folders", project, "templates"],
    queryFn: ({ signal }) => answerOf(client.GET("/api/v1/projects/{project}/folder-templates", { params: { path: { project } }, signal })),
  });
}

/** What a template would do if it were saved. */
export function previewQuery(project: string, draft: FolderTemplateDraft) {
  return queryOptions({
    queryKey: ["folders", project, "preview", draft],
    queryFn: ({ signal }) =>
      answerOf(
        client.POST("/api/v1/projects/{project}/folder-templates/preview", { params: { path: { project } }, body: { ...draft, limit: 20 }, signal }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}

/** Puts the draft in the stead of what holds now; someone else's change in the meantime is not lost. */
export function saveTemplate(project: string, holds: FolderTemplate, draft: FolderTemplateDraft) {
  const { pattern, root, children } = draft;
  if (holds.id === null) return answerOf(client.POST("/api/v1/projects/{project}/folder-templates", { params: { path: { project } }, body: draft }));
  return answerOf(
    client.PATCH("/api/v1/folder-templates/{id}", {
      params: { path: { id: holds.id }, header: { "If-Match": `"${String(holds.revision)}"` } },
      body: { pattern, root, children },
    }),
  );
}

/** Lets the template that ships hold again. */
export function resetTemplate(id: string) {
  return answerOf(client.DELETE("/api/v1/folder-templates/{id}", { params: { path: { id } } }));
}
