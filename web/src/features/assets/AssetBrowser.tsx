import { type ReactNode, useMemo } from "react";
import { toggleSort } from "@/lib/url_state";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Grid } from "@/ui/grid/Grid";
import { NO_PICKS, pickedRows } from "@/ui/grid/selection";
import { AssetFilters } from "./AssetFilters";
import { AssetTile, tileHeight } from "./AssetTile";
import type { AssetRow } from "./asset_table";
import { type AssetView, isFiltered, sortOf, TILE_SIZES, unfiltered } from "./asset_view";
import styles from "./assets.module.css";
import { BulkBar } from "./BulkBar";
import { assetColumns } from "./columns";
import { TableSkeleton } from "./TableSkeleton";
import { useAssetTable } from "./use_asset_table";
import { usePicks } from "./use_picks";
import { useVocabulary } from "./use_vocabulary";
import { ViewButtons } from "./ViewButtons";

interface AssetBrowserProps {
  project: string;
  view: AssetView;
  onView: (view: AssetView) => void;
  selected: string | undefined;
  onSelect: (id: string | undefined) => void;
  onEnter: (id: string) => void;
  mayUpdate: boolean;
  /** Acts that make more assets: create, upload. */
  acts?: ReactNode;
}

/** All assets of a project as a table or as tiles, with filters, orders and what can be done with many of them. */
export function AssetBrowser({ project, view, onView, selected, onSelect, onEnter, mayUpdate, acts }: AssetBrowserProps) {
  const vocabulary = useVocabulary(project);
  const assets = useAssetTable(project, view, vocabulary.states);
  const { rows, table, facets, all, error } = assets;
  const [picks, setPicks] = usePicks(view, onView, rows);
  const picked = pickedRows(picks, rows);
  const filtered = isFiltered(view);
  const columns = useMemo(() => assetColumns(vocabulary), [vocabulary]);
  const least = TILE_SIZES[view.size - 1] ?? TILE_SIZES[1];
  const tiles = useMemo(
    () =>
      view.tiles
        ? { least, height: tileHeight, tile: (asset: AssetRow) => <AssetTile asset={asset} vocabulary={vocabulary} /> }
        : undefined,
    [view.tiles, least, vocabulary],
  );

  return (
    <section className={styles.list} aria-label="Assets">
      <AssetFilters
        view={view}
        vocabulary={vocabulary}
        facets={facets}
        onChange={onView}
        count={assets.isPending || error !== null ? undefined : rows.length}
        all={all}
      >
        <ViewButtons view={view} onChange={onView} />
        {acts}
      </AssetFilters>
      <div className={styles.syncing} data-on={assets.isSyncing && !assets.isPending} />
      {error !== null ? (
        <ErrorState large error={error} onRetry={assets.retry} />
      ) : assets.isPending ? (
        <TableSkeleton />
      ) : rows.length === 0 ? (
        <EmptyState
          icon="assets"
          title={filtered ? "No asset matches" : "No assets yet"}
          cause={
            filtered
              ? `The filter hides everything in this project (${String(all)}).`
              : "Drop files here to publish a first one, or use “bifrost ingest” for a whole library."
          }
        >
          {filtered ? (
            <Button
              onClick={() => {
                onView(unfiltered(view));
              }}
            >
              Clear the filter
            </Button>
          ) : (
            acts
          )}
        </EmptyState>
      ) : (
        <Grid
          label="Assets"
          columns={columns}
          tiles={tiles}
          rows={rows}
          nameOf={(asset) => asset.name}
          total={rows.length}
          opened={selected}
          onPeek={(asset) => {
            onSelect(asset?.id);
          }}
          onEnter={(asset) => {
            onEnter(asset.id);
          }}
          picks={picks}
          onPicks={setPicks}
          sort={sortOf(view)}
          onSort={(field, add) => {
            onView({ ...view, sort: toggleSort(sortOf(view), field, add) });
          }}
          footer={
            assets.restError !== undefined && (
              <div className={styles.pageError}>
                <ErrorState error={assets.restError} onRetry={assets.retry} />
              </div>
            )
          }
        />
      )}
      <BulkBar
        project={project}
        table={table}
        picked={picked}
        vocabulary={vocabulary}
        knownTags={[...facets.tags.keys()]}
        mayUpdate={mayUpdate}
        onClear={() => {
          setPicks(NO_PICKS);
        }}
      />
    </section>
  );
}
