import { useQuery } from "@tanstack/react-query";
import { useLocation, useParams } from "@tanstack/react-router";
import { assetQuery } from "@/features/assets/asset_queries";
import { shotQuery } from "@/features/shots/shot_queries";
import { sequenceOf } from "@/features/shots/shot_view";

const PAGES: readonly (readonly [RegExp, string])[] = [
  [/^\/p\/[^/]+\/assets/, "Assets"],
  [/^\/p\/[^/]+\/shots/, "Shots"],
  [/^\/p\/[^/]+\/breakdown/, "Breakdown"],
  [/^\/p\/[^/]+\/edits/, "Edits"],
  [/^\/p\/[^/]+\/webhooks/, "Webhooks"],
  [/^\/(p\/[^/]+\/)?jobs/, "Jobs"],
  [/^\/search/, "Search"],
  [/^\/me/, "Your account"],
];

/** What the last steps of the path in the top bar say. */
export function useCrumbs(): { page: string; entity: string | undefined } {
  const { pathname } = useLocation();
  const { asset, shot } = useParams({ strict: false });
  const { data } = useQuery({ ...assetQuery(asset ?? ""), enabled: asset !== undefined });
  const { data: opened } = useQuery({ ...shotQuery(shot ?? ""), enabled: shot !== undefined });
  const page = PAGES.find(([pattern]) => pattern.test(pathname))?.[1] ?? "Projects";
  if (shot !== undefined) return { page, entity: opened === undefined ? "…" : `${sequenceOf(opened)}/${opened.code}` };
  return { page, entity: asset === undefined ? undefined : (data?.name ?? "…") };
}
