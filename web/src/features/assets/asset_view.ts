import { formatList, formatSelection, formatSort, parseList, parseSort, type SortKey } from "@/lib/url_state";

// What the list of assets shows, as it stands in the address.

export const SORT_FIELDS = ["name", "code", "type", "status", "updated_at"] as const;

export interface AssetSearch {
  q?: string;
  type?: string;
  status?: string;
  sort?: string;
  sel?: string;
}

export interface AssetView {
  text: string;
  types: string[];
  statuses: string[];
  sort: readonly SortKey[];
}

export function viewOf(search: AssetSearch): AssetView {
  return {
    text: search.q ?? "",
    types: parseList(search.type),
    statuses: parseList(search.status),
    sort: parseSort(search.sort, SORT_FIELDS),
  };
}

/** The address of a changed view; what is not part of the view (the selection) stays as it was. */
export function searchOf(view: AssetView, previous: AssetSearch): AssetSearch {
  const q = view.text.trim();
  const type = formatList(view.types);
  const status = formatList(view.statuses);
  const sort = formatSort(view.sort);
  return {
    ...(q !== "" && { q }),
    ...(type !== undefined && { type }),
    ...(status !== undefined && { status }),
    ...(sort !== undefined && { sort }),
    ...(previous.sel !== undefined && { sel: previous.sel }),
  };
}

const BY_NAME: readonly SortKey[] = [{ field: "name", descending: false }];

/** The order of the list: by name until someone asks for another. */
export function sortOf(view: AssetView): readonly SortKey[] {
  return view.sort.length === 0 ? BY_NAME : view.sort;
}

export function isFiltered(view: AssetView): boolean {
  return view.text.trim() !== "" || view.types.length > 0 || view.statuses.length > 0;
}

/** The same view with the panel open on an asset, or closed. */
export function withSelection(search: AssetSearch, id: string | undefined): AssetSearch {
  const rest = { ...search };
  delete rest.sel;
  return id === undefined ? rest : { ...rest, sel: formatSelection({ kind: "asset", id }) };
}
