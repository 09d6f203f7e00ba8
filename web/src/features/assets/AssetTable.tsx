import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { flattenPages } from "@/lib/paging";
import { toggleSort } from "@/lib/url_state";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Grid } from "@/ui/grid/Grid";
import { AssetFilters } from "./AssetFilters";
import { assetsQuery } from "./asset_queries";
import { type AssetView, isFiltered, sortOf } from "./asset_view";
import styles from "./assets.module.css";
import { assetColumns } from "./columns";
import { TableSkeleton } from "./TableSkeleton";
import { useVocabulary } from "./use_vocabulary";

interface AssetTableProps {
  project: string;
  view: AssetView;
  onView: (view: AssetView) => void;
  selected: string | undefined;
  onSelect: (id: string | undefined) => void;
}

export function AssetTable({ project, view, onView, selected, onSelect }: AssetTableProps) {
  const assets = useInfiniteQuery(assetsQuery(project, view));
  const { data, error, isPending, isFetching, isFetchingNextPage, isPlaceholderData, hasNextPage, fetchNextPage } = assets;
  const rows = useMemo(() => flattenPages(data?.pages ?? []), [data]);
  const total = data?.pages[0]?.total ?? (hasNextPage ? undefined : rows.length);
  const retry = () => void (data === undefined ? assets.refetch() : fetchNextPage());
  const filtered = isFiltered(view);
  const vocabulary = useVocabulary(project);

  return (
    <section className={styles.list} aria-label="Assets">
      <AssetFilters
        view={view}
        vocabulary={vocabulary}
        onChange={onView}
        count={data === undefined || isPlaceholderData ? undefined : (total ?? rows.length)}
        exact={total !== undefined}
      />
      <div className={styles.syncing} data-on={isFetching && data !== undefined} />
      {isPending ? (
        <TableSkeleton />
      ) : data === undefined ? (
        <ErrorState large error={error} onRetry={retry} />
      ) : rows.length === 0 ? (
        <EmptyState
          icon="assets"
          title={filtered ? "No asset matches" : "No assets yet"}
          cause={
            filtered
              ? "The filter hides everything in this project."
              : "Publish a first one with “bifrost ingest” or “bifrost asset create”."
          }
        >
          {filtered && (
            <Button
              onClick={() => {
                onView({ ...view, text: "", types: [], statuses: [] });
              }}
            >
              Clear the filter
            </Button>
          )}
        </EmptyState>
      ) : (
        <Grid
          label="Assets"
          columns={assetColumns(vocabulary)}
          rows={rows}
          total={total}
          selected={selected}
          onOpen={(asset) => {
            onSelect(asset?.id);
          }}
          sort={sortOf(view)}
          onSort={(field, add) => {
            onView({ ...view, sort: toggleSort(sortOf(view), field, add) });
          }}
          hasMore={hasNextPage}
          // After a failed page nothing is asked for until someone tries again.
          loadingMore={isFetchingNextPage || isPlaceholderData || error !== null}
          onEndReached={() => void fetchNextPage()}
          footer={
            error !== null && (
              <div className={styles.pageError}>
                <ErrorState error={error} onRetry={retry} />
              </div>
            )
          }
        />
      )}
    </section>
  );
}
