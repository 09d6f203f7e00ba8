import type { SortKey } from "@/lib/url_state";
import type { AssetRow } from "./asset_table";
import type { AssetView } from "./asset_view";

// Filtering, sorting and counting over all assets of a project, without a server. Everything here is a pass or two
// over the rows.

const words = new WeakMap<AssetRow, string>();

/** Lower case and without accents, so that "agir" finds "Ägir". */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return /^[\u0000-\u007f]*$/.test(lower) ? lower : lower.normalize("NFKD").replaceAll(/\p{M}/gu, "");
}

function wordsOf(row: AssetRow): string {
  let text = words.get(row);
  if (text === undefined) {
    text = fold(`${row.name}\n${row.code}\n${row.tags.join("\n")}\n${row.description}`);
    words.set(row, text);
  }
  return text;
}

/** Whether a text uses the query language (fields, quotes, parentheses, exclusions), which the server knows. */
export function isQuery(text: string): boolean {
  return /[:"()]|(^|\s)-\S|(^|\s)(OR|NOT)(\s|$)/.test(text);
}

/** The rows that a filter leaves. `found` are those that the server's query found, when the text is one. */
export function filterRows(rows: readonly AssetRow[], view: AssetView, found: ReadonlySet<string> | undefined): readonly AssetRow[] {
  const parts = found === undefined ? fold(view.text).split(/\s+/).filter((part) => part !== "") : [];
  const types = new Set(view.types);
  const statuses = new Set(view.statuses);
  const { tags } = view;
  if (parts.length === 0 && types.size === 0 && statuses.size === 0 && tags.length === 0 && found === undefined) return rows;
  return rows.filter(
    (row) =>
      (types.size === 0 || types.has(row.type)) &&
      (statuses.size === 0 || statuses.has(row.status)) &&
      tags.every((tag) => row.tags.includes(tag)) &&
      (found?.has(row.id) ?? true) &&
      (parts.length === 0 || parts.every((part) => wordsOf(row).includes(part))),
  );
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

type Compare = (a: AssetRow, b: AssetRow) => number;

function comparer({ field, descending }: SortKey, ranks: ReadonlyMap<string, number>): Compare {
  const sign = descending ? -1 : 1;
  const rank = (status: string) => ranks.get(status) ?? ranks.size;
  switch (field) {
    case "updated_at":
    case "created_at":
      return (a, b) => (a[field] < b[field] ? -sign : a[field] > b[field] ? sign : 0);
    case "status":
      return (a, b) => sign * (rank(a.status) - rank(b.status));
    case "code":
    case "type":
      return (a, b) => sign * collator.compare(a[field], b[field]);
    default:
      return (a, b) => sign * collator.compare(a.name, b.name);
  }
}

/** The rows in an order; states are sorted as their workflow goes, names as people count ("Tree 2" before "Tree 10"). */
export function sortRows(rows: readonly AssetRow[], keys: readonly SortKey[], states: readonly { code: string }[]): AssetRow[] {
  const ranks = new Map(states.map(({ code }, index) => [code, index]));
  const compares = keys.map((key) => comparer(key, ranks));
  return [...rows].sort((a, b) => {
    for (const compare of compares) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return a.id < b.id ? -1 : 1;
  });
}

export interface Facets {
  types: ReadonlyMap<string, number>;
  statuses: ReadonlyMap<string, number>;
  tags: ReadonlyMap<string, number>;
}

/** How many rows there are of each type, state and tag. */
export function countFacets(rows: readonly AssetRow[]): Facets {
  const types = new Map<string, number>();
  const statuses = new Map<string, number>();
  const tags = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const row of rows) {
    add(types, row.type);
    add(statuses, row.status);
    for (const tag of row.tags) add(tags, tag);
  }
  return { types, statuses, tags };
}
