// Every view state lives in the address. Values are plain strings there, and lists are joined by commas, so that an
// address can be read, written and pasted by people.

export type SearchStrings = Record<string, string>;

export function parseSearch(search: string): SearchStrings {
  const result: SearchStrings = {};
  for (const [key, value] of new URLSearchParams(search)) {
    if (value !== "" && !(key in result)) result[key] = value;
  }
  return result;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (typeof value === "string" && value !== "") params.set(key, value);
  }
  const text = params.toString().replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%2F", "/");
  return text === "" ? "" : `?${text}`;
}

export function parseList(text: string | undefined): string[] {
  const items = (text ?? "").split(",").map((item) => item.trim());
  return [...new Set(items)].filter((item) => item !== "");
}

/** Sorted, so that the same filter always has the same address and the same place in the cache. */
export function formatList(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : [...items].sort().join(",");
}

export interface SortKey {
  field: string;
  descending: boolean;
}

export function parseSort(text: string | undefined, allowed: readonly string[]): SortKey[] {
  const keys: SortKey[] = [];
  for (const item of parseList(text)) {
    const descending = item.startsWith("-");
    const field = descending ? item.slice(1) : item;
    if (allowed.includes(field) && !keys.some((key) => key.field === field)) keys.push({ field, descending });
  }
  return keys;
}

export function formatSort(keys: readonly SortKey[]): string | undefined {
  return keys.length === 0 ? undefined : keys.map((key) => (key.descending ? `-${key.field}` : key.field)).join(",");
}

/** A press on a column's head: ascending, descending, not sorted; `add` keeps the other keys before it. */
export function toggleSort(keys: readonly SortKey[], field: string, add: boolean): SortKey[] {
  const present = keys.find((key) => key.field === field);
  const next = present === undefined ? { field, descending: false } : { field, descending: true };
  const gone = present?.descending === true;
  if (!add) return gone ? [] : [next];
  if (present === undefined) return [...keys, next];
  return gone ? keys.filter((key) => key.field !== field) : keys.map((key) => (key.field === field ? next : key));
}

export interface Selection {
  kind: string;
  id: string;
}

/** `asset:0197…`, the entity that the right panel shows. */
export function parseSelection(text: string | undefined): Selection | undefined {
  const match = /^([a-z_]+):([A-Za-z0-9-]+)$/.exec(text ?? "");
  return match?.[1] !== undefined && match[2] !== undefined ? { kind: match[1], id: match[2] } : undefined;
}

export function formatSelection(selection: Selection): string {
  return `${selection.kind}:${selection.id}`;
}

/** Where to go after signing in. Only a path of this site is taken, so that a link can't lead to another one. */
export function safeNext(next: string | undefined): string {
  if (next === undefined || !/^\/(?![/\\])/.test(next) || /[\u0000-\u001f\\]/.test(next)) return "/";
  return /^\/(login|setup)([/?#]|$)/.test(next) ? "/" : next;
}
