import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { SearchHit } from "@/api/schema";
import { flattenPages } from "@/lib/paging";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { MoreButton } from "@/ui/MoreButton";
import { Skeleton } from "@/ui/Skeleton";
import { HitLine } from "./HitLine";
import styles from "./search.module.css";
import { searchQuery } from "./search_queries";

interface SearchResultsProps {
  q: string;
  projectName: (id: string | null) => string | undefined;
  /** Wraps a hit into the link to where it is shown. */
  link: (hit: SearchHit, children: ReactNode) => ReactNode;
}

export function SearchResults({ q, projectName, link }: SearchResultsProps) {
  const search = useInfiniteQuery(searchQuery(q));
  const hits = flattenPages(search.data?.pages ?? []);
  if (q === "") {
    return <EmptyState page icon="search" title="Search everything" cause="Type a name, a code or a tag into the field above." />;
  }
  return (
    <div className={styles.results}>
      <h1 className={styles.heading}>Results for “{q}”</h1>
      {search.isPending && (
        <div className={styles.loading} role="status" aria-label="Searching">
          <Skeleton width="45%" />
          <Skeleton width="35%" />
        </div>
      )}
      {search.error !== null && (
        <ErrorState
          large={search.data === undefined}
          error={search.error}
          onRetry={() => void (search.data === undefined ? search.refetch() : search.fetchNextPage())}
        />
      )}
      {search.isSuccess && hits.length === 0 && (
        <EmptyState icon="search" title="Nothing found" cause="No name, code, tag or description that you may read has these words." />
      )}
      <ul>
        {hits.map((hit) => (
          <li key={hit.id}>{link(hit, <HitLine hit={hit} project={projectName(hit.project_id)} />)}</li>
        ))}
      </ul>
      <MoreButton
        has={search.hasNextPage}
        loading={search.isFetchingNextPage}
        failed={search.isError}
        onMore={() => void search.fetchNextPage()}
      />
    </div>
  );
}
