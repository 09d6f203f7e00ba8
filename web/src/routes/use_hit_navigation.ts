import { useNavigate } from "@tanstack/react-router";
import type { SearchHit } from "@/api/schema";
import { useProjects } from "./use_projects";

/** Opens what a search found: an asset's list with the panel on it, or all hits of its name where that can't be. */
export function useHitNavigation(): (hit: SearchHit) => void {
  const navigate = useNavigate();
  const { placeOf } = useProjects();
  return (hit) => {
    const place = placeOf(hit);
    if (place === undefined) void navigate({ to: "/search", search: { q: hit.name } });
    else void navigate({ to: "/p/$code/assets", params: { code: place.code }, search: place.search });
  };
}
