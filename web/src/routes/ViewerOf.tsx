import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { VersionViewer } from "@/features/media/VersionViewer";
import { filesQuery, versionsQuery } from "@/features/versions/version_queries";
import { flattenPages } from "@/lib/paging";

/** What there is to see of a version, or of a product's newest one. */
export function ViewerOf({ versionId, productId }: { versionId?: string; productId?: string }) {
  const versions = useInfiniteQuery({ ...versionsQuery(productId ?? ""), enabled: productId !== undefined });
  const newest = versions.data?.pages[0]?.data.find(({ state }) => state === "published")?.id;
  const id = versionId ?? newest;
  const { data } = useInfiniteQuery({ ...filesQuery(id ?? ""), enabled: id !== undefined });
  const files = useMemo(() => flattenPages(data?.pages ?? []), [data]);
  return id === undefined || data === undefined ? null : <VersionViewer key={id} versionId={id} files={files} />;
}
