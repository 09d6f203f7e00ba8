import { useQuery } from "@tanstack/react-query";
import { useLocation, useParams } from "@tanstack/react-router";
import { assetQuery } from "@/features/assets/asset_queries";

const PAGES: readonly (readonly [RegExp, string])[] = [
  [/^\/p\/[^/]+\/assets/, "Assets"],
  [/^\/(p\/[^/]+\/)?jobs/, "Jobs"],
  [/^\/search/, "Search"],
  [/^\/me/, "Your account"],
];

/** What the last steps of the path in the top bar say. */
export function useCrumbs(): { page: string; entity: string | undefined } {
  const { pathname } = useLocation();
  const { asset } = useParams({ strict: false });
  const { data } = useQuery({ ...assetQuery(asset ?? ""), enabled: asset !== undefined });
  const page = PAGES.find(([pattern]) => pattern.test(pathname))?.[1] ?? "Projects";
  return { page, entity: asset === undefined ? undefined : (data?.name ?? "…") };
}
