import { useQuery } from "@tanstack/react-query";
import type { Project, SearchHit } from "@/api/schema";
import { formatSelection } from "@/lib/url_state";
import { projectsQuery } from "@/features/projects/project_queries";

const NONE: Project[] = [];

export function useProjects() {
  const { data: projects = NONE } = useQuery(projectsQuery);
  const byId = (id: string | null) => projects.find((project) => project.id === id);
  const byCode = (code: string) => projects.find((project) => project.code === code || project.id === code);
  return {
    projects,
    byCode,
    nameOfCode: (code: string) => byCode(code)?.name ?? code,
    nameOfId: (id: string | null) => byId(id)?.name,
    codeOfId: (id: string | null) => byId(id)?.code,
    /** The project's list of assets, with the panel open on the hit. */
    placeOf: (hit: SearchHit) => {
      const code = byId(hit.project_id)?.code;
      if (code === undefined) return undefined;
      return { code, search: hit.kind === "project" ? {} : { sel: formatSelection(hit) } };
    },
  };
}
