import { useQuery } from "@tanstack/react-query";
import type { SearchHit } from "@/api/schema";
import { formatSelection } from "@/lib/url_state";
import { projectsQuery } from "@/features/projects/project_queries";

export function useProjects() {
  const { data: projects } = useQuery(projectsQuery);
  const byId = (id: string | null) => projects?.find((project) => project.id === id);
  return {
    nameOfCode: (code: string) => projects?.find((project) => project.code === code)?.name ?? code,
    nameOfId: (id: string | null) => byId(id)?.name,
    /** The project's list of assets, with the panel open on the hit. */
    placeOf: (hit: SearchHit) => {
      const code = byId(hit.project_id)?.code;
      if (code === undefined) return undefined;
      return { code, search: hit.kind === "project" ? {} : { sel: formatSelection(hit) } };
    },
  };
}
