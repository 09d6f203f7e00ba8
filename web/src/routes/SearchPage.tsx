import { getRouteApi, Link } from "@tanstack/react-router";
import { SearchResults } from "@/features/search/SearchResults";
import { useTitle } from "@/ui/use_title";
import { useProjects } from "./use_projects";

const route = getRouteApi("/app/search");

export function SearchPage() {
  const { q = "" } = route.useSearch();
  const { nameOfId, placeOf } = useProjects();
  useTitle(q === "" ? "Search" : `Search: ${q}`);
  return (
    <SearchResults
      q={q}
      projectName={nameOfId}
      link={(hit, children) => {
        const place = placeOf(hit);
        if (place === undefined) return <span>{children}</span>;
        return (
          <Link to="/p/$code/assets" params={{ code: place.code }} search={place.search}>
            {children}
          </Link>
        );
      }}
    />
  );
}
