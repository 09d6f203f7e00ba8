import { queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { Project, ProjectCreate } from "@/api/schema";
import { collectPages } from "@/lib/paging";
import { readSetting, writeSetting } from "@/lib/storage";

const LAST = "bifrost.last_project";

export const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: ({ signal }) =>
    collectPages<Project>((cursor) =>
      answerOf(client.GET("/api/v1/projects", { params: { query: { limit: 1000, sort: ["name"], ...(cursor && { cursor }) } }, signal })),
    ),
});

export function projectStatsQuery(project: string) {
  return queryOptions({
    queryKey: ["project-stats", project],
    queryFn: ({ signal }) => answerOf(client.GET("/api/v1/projects/{project}/stats", { params: { path: { project } }, signal })),
    staleTime: 60_000,
  });
}

export function createProject(body: ProjectCreate) {
  return answerOf(client.POST("/api/v1/projects", { body }));
}

export function rememberProject(code: string): void {
  writeSetting(LAST, code);
}

/** The project that was open last, if it is still there. */
export function lastProject(projects: readonly Project[]): Project | undefined {
  const last = readSetting(LAST);
  return projects.find((project) => project.code === last);
}
