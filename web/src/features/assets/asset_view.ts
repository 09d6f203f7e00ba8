import { formatList, formatSelection, formatSort, parseList, parseSort, type SortKey } from "@/lib/url_state";

// What the list of assets shows, as it stands in the address.

export const SORT_FIELDS = ["name", "code", "type", "status", "updated_at", "created_at"] as const;

export const TILE_SIZES = [140, 200, 280] as const;

export interface AssetSearch {
  q?: string;
  type?: string;
  status?: string;
  tag?: string;
  sort?: string;
  view?: "tiles";
  size?: "1" | "3";
  sel?: string;
  pick?: string;
  upload?: "1";
  create?: "1";
}

export interface AssetView {
  text: string;
  types: string[];
  statuses: string[];
  tags: string[];
  sort: readonly SortKey[];
  tiles: boolean;
  /** 1, 2 or 3. */
  size: number;
  /** What is picked, as it stands in the address: ids, or `all` of what is shown. */
  pick: string;
}

export function viewOf(search: AssetSearch): AssetView {
  return {
    text: search.q ?? "",
    types: parseList(search.type),
    statuses: parseList(search.status),
    tags: parseList(search.tag),
    sort: parseSort(search.sort, SORT_FIELDS),
    tiles: search.view === "tiles",
    size: search.size === "1" ? 1 : search.size === "3" ? 3 : 2,
    pick: search.pick ?? "",
  };
}

/** The address of a changed view; what is not part of the view (the selection) stays as it was. */
export function searchOf(view: AssetView, previous: AssetSearch): AssetSearch {
  const q = view.text.trim();
  const type = formatList(view.types);
  const status = formatList(view.statuses);
  const tag = formatList(view.tags);
  const sort = formatSort(view.sort);
  return {
    ...(q !== "" && { q }),
    ...(type !== undefined && { type }),
    ...(status !== undefined && { status }),
    ...(tag !== undefined && { tag }),
    ...(sort !== undefined && { sort }),
    ...(view.tiles && { view: "tiles" }),
    ...(view.tiles && view.size !== 2 && { size: view.size === 1 ? "1" : "3" }),
    ...(view.pick !== "" && { pick: view.pick }),
    ...(previous.sel !== undefined && { sel: previous.sel }),
  };
}

const BY_NAME: readonly SortKey[] = [{ field: "name", descending: false }];

/** The order of the list: by name until someone asks for another. */
export function sortOf(view: AssetView): readonly SortKey[] {
  return view.sort.length === 0 ? BY_NAME : view.sort;
}

export function isFiltered(view: AssetView): boolean {
  return view.text.trim() !== "" || view.types.length > 0 || view.statuses.length > 0 || view.tags.length > 0;
}

export function unfiltered(view: AssetView): AssetView {
  return { ...view, text: "", types: [], statuses: [], tags: [] };
}

/** The same view with the panel open on an asset, or closed. */
export function withSelection(search: AssetSearch, id: string | undefined): AssetSearch {
  const rest = { ...search };
  delete rest.sel;
  return id === undefined ? rest : { ...rest, sel: formatSelection({ kind: "asset", id }) };
}
