import { queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { ImportedEdit } from "@/api/schema";

export interface EditOptions {
  rate: string;
  naming: string;
  sequence: string;
  handles: string;
}

export const NO_OPTIONS: EditOptions = { rate: "", naming: "", sequence: "", handles: "" };

/** Sends the file of an edit; a dry run plans only. */
export function importEdit(project: string, file: File, options: EditOptions, dryRun: boolean): Promise<ImportedEdit> {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => (value as string).trim() !== ""));
  return answerOf(
    client.POST("/api/v1/projects/{project}/import/edit", {
      params: { path: { project }, query: { ...given, name: file.name, dry_run: dryRun } as never },
      body: file as never,
      bodySerializer: (body: unknown) => body as File,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
}

export function applyCut(id: string, dryRun: boolean): Promise<ImportedEdit> {
  return answerOf(client.POST("/api/v1/cuts/{id}/apply", { params: { path: { id } }, body: { dry_run: dryRun } }));
}

/** Every edit that came, the newest first. */
export function cutsQuery(project: string) {
  return queryOptions({
    queryKey: ["cuts", project],
    queryFn: async ({ signal }) => (await answerOf(client.GET("/api/v1/projects/{project}/cuts", { params: { path: { project } }, signal }))).data,
  });
}
