import { useQuery } from "@tanstack/react-query";
import { useMemo, useSyncExternalStore } from "react";
import { countFacets, filterRows, isQuery, sortRows } from "./asset_filter";
import { assetIdsQuery, assetTableQuery } from "./asset_queries";
import { AssetTable } from "./asset_table";
import { type AssetView, sortOf } from "./asset_view";

const EMPTY = new AssetTable();

/** The assets of a project as a view shows them. */
export function useAssetTable(project: string, view: AssetView, states: readonly { code: string }[]) {
  const query = useQuery(assetTableQuery(project));
  const table = query.data ?? EMPTY;
  const version = useSyncExternalStore(table.subscribe, table.version);
  const q = view.text.trim();
  const asked = isQuery(q);
  const found = useQuery({ ...assetIdsQuery(project, q), enabled: asked });

  // The version stands for the rows behind it: they are another array only when something has changed.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const all = useMemo(() => table.rows(), [table, version]);
  const sort = sortOf(view);
  const order = JSON.stringify(sort);
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const sorted = useMemo(() => sortRows(all, sort, states), [all, order, states]);
  const ids = asked ? found.data : undefined;
  const filter = JSON.stringify([view.text, view.types, view.statuses, view.tags]);
  const rows = useMemo(
    () => (asked && ids === undefined ? [] : filterRows(sorted, view, ids)),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [sorted, filter, asked, ids],
  );
  const facets = useMemo(() => countFacets(all), [all]);
  return {
    table,
    rows,
    facets,
    all: all.length,
    isPending: query.isPending || (asked && found.isPending),
    isSyncing: query.isFetching || (query.data !== undefined && !table.isComplete && table.error === undefined) || found.isFetching,
    /** The whole list could not be read, or the query was refused, or only the rest is missing. */
    error: query.error ?? (asked ? found.error : null),
    restError: table.error,
    retry: () => void (asked && found.error !== null ? found.refetch() : query.refetch()),
  };
}
