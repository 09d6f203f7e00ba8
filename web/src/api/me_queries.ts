import { queryOptions, useQuery } from "@tanstack/react-query";
import { answerOf, client } from "./client";
import type { Me } from "./schema";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => answerOf(client.GET("/api/v1/me", { signal })),
  staleTime: 5 * 60_000,
  retry: false,
});

/** Whether someone has a permission: everywhere, or in a project that is named by its id or its code. */
export function mayDo(me: Me | undefined, permission: string, project?: string): boolean {
  if (me === undefined) return false;
  const { site, projects } = me.permissions;
  if (site.includes(permission)) return true;
  if (project === undefined) return false;
  const membership = projects[project] ?? Object.values(projects).find(({ code }) => code === project);
  return membership?.permissions.includes(permission) ?? false;
}

/** What the page offers: acts that the server would refuse are left out. */
export function useMay(project?: string): (permission: string) => boolean {
  const { data: me } = useQuery(meQuery);
  return (permission) => mayDo(me, permission, project);
}
