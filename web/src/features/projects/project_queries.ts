import { queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { Project } from "@/api/schema";
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

export function rememberProject(code: string): void {
  writeSetting(LAST, code);
}

/** The project that was open last, if it is still there, else the first one. */
export function startProject(projects: readonly Project[]): Project | undefined {
  const last = readSetting(LAST);
  return projects.find((project) => project.code === last) ?? projects[0];
}
