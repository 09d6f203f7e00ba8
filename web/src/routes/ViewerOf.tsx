import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useMay } from "@/api/me_queries";
import type { Product } from "@/api/schema";
import { VersionViewer } from "@/features/media/VersionViewer";
import { filesQuery, newestVersionQuery, versionQuery } from "@/features/versions/version_queries";
import { flattenPages } from "@/lib/paging";

/** What there is to see of a version. */
export function ViewerOf({ versionId, project }: { versionId: string; project: string }) {
  const may = useMay(project);
  const { data: version } = useQuery(versionQuery(versionId));
  const { data } = useInfiniteQuery(filesQuery(versionId));
  const files = useMemo(() => flattenPages(data?.pages ?? []), [data]);
  if (version === undefined || data === undefined) return null;
  return <VersionViewer key={versionId} version={version} files={files} mayRemake={may("version:create")} />;
}

const MOST_PRODUCTS = 12;

/** What there is to see of an asset or a shot: of its products the newest version that shows something, else the newest one. */
export function ViewerOfProducts({ products, project }: { products: readonly Product[]; project: string }) {
  const published = products.filter(({ latest_number }) => latest_number !== null).slice(0, MOST_PRODUCTS);
  const answers = useQueries({ queries: published.map(({ id }) => newestVersionQuery(id)) });
  if (answers.some(({ isPending }) => isPending)) return null;
  const newest = answers
    .flatMap(({ data }) => data ?? [])
    .sort((a, b) => Number(b.thumbnail_url !== null) - Number(a.thumbnail_url !== null) || (b.published_at ?? "").localeCompare(a.published_at ?? ""))[0];
  return newest === undefined ? null : <ViewerOf versionId={newest.id} project={project} />;
}
