import { queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "./client";

/** The roles of projects, and what each may do. */
export const rolesQuery = queryOptions({
  queryKey: ["roles"],
  queryFn: async ({ signal }) => (await answerOf(client.GET("/api/v1/roles", { signal }))).data,
  staleTime: Infinity,
});

/** The members of a project. */
export function membersQuery(project: string) {
  return queryOptions({
    queryKey: ["members", project],
    queryFn: async ({ signal }) =>
      (await answerOf(client.GET("/api/v1/projects/{project}/members", { params: { path: { project } }, signal }))).data,
  });
}
