import type { Shot } from "@/api/schema";
import { formatList, formatSelection, formatSort, parseList, parseSort, type SortKey } from "@/lib/url_state";

// What the list of shots shows, as it stands in the address, and what it makes of all shots.

export const SORT_FIELDS = ["film", "code", "name", "status", "cut_in", "frames", "updated_at"] as const;

export interface ShotSearch {
  q?: string;
  sequence?: string;
  status?: string;
  sort?: string;
  sel?: string;
}

export interface ShotView {
  text: string;
  sequences: string[];
  statuses: string[];
  sort: readonly SortKey[];
}

export function viewOf(search: ShotSearch): ShotView {
  return {
    text: search.q ?? "",
    sequences: parseList(search.sequence),
    statuses: parseList(search.status),
    sort: parseSort(search.sort, SORT_FIELDS),
  };
}

export function searchOf(view: ShotView, previous: ShotSearch): ShotSearch {
  const q = view.text.trim();
  const sequence = formatList(view.sequences);
  const status = formatList(view.statuses);
  const sort = formatSort(view.sort);
  return {
    ...(q !== "" && { q }),
    ...(sequence !== undefined && { sequence }),
    ...(status !== undefined && { status }),
    ...(sort !== undefined && { sort }),
    ...(previous.sel !== undefined && { sel: previous.sel }),
  };
}

export function withSelection(search: ShotSearch, id: string | undefined): ShotSearch {
  const rest = { ...search };
  delete rest.sel;
  return id === undefined ? rest : { ...rest, sel: formatSelection({ kind: "shot", id }) };
}

export function isFiltered(view: ShotView): boolean {
  return view.text.trim() !== "" || view.sequences.length > 0 || view.statuses.length > 0;
}

/** "ep01/sq010", as addresses have it. */
export function sequenceOf(shot: Pick<Shot, "episode_code" | "sequence_code">): string {
  return shot.episode_code === null ? shot.sequence_code : `${shot.episode_code}/${shot.sequence_code}`;
}

export function addressOf(project: string, shot: Pick<Shot, "episode_code" | "sequence_code" | "code">): string {
  return `${project}:${sequenceOf(shot)}/${shot.code}`;
}

/** Frames of the cut, its last one included; undefined without one. */
export function framesOf(shot: Pick<Shot, "cut_in" | "cut_out">): number | undefined {
  return shot.cut_in === null || shot.cut_out === null ? undefined : shot.cut_out - shot.cut_in + 1;
}

export function filterShots(shots: readonly Shot[], view: ShotView): readonly Shot[] {
  if (!isFiltered(view)) return shots;
  const words = view.text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const statuses = new Set(view.statuses);
  const sequences = new Set(view.sequences);
  return shots.filter((shot) => {
    if (statuses.size > 0 && !statuses.has(shot.status)) return false;
    if (sequences.size > 0 && !sequences.has(sequenceOf(shot))) return false;
    const text = `${sequenceOf(shot)}/${shot.code} ${shot.name} ${shot.description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compare(a: Shot, b: Shot, field: string, ranks: ReadonlyMap<string, number>): number {
  switch (field) {
    case "status":
      return (ranks.get(a.status) ?? ranks.size) - (ranks.get(b.status) ?? ranks.size);
    case "cut_in":
      return (a.cut_in ?? -Infinity) - (b.cut_in ?? -Infinity);
    case "frames":
      return (framesOf(a) ?? 0) - (framesOf(b) ?? 0);
    case "name":
      return collator.compare(a.name, b.name);
    case "updated_at":
      return a.updated_at < b.updated_at ? -1 : a.updated_at > b.updated_at ? 1 : 0;
    case "code":
      return collator.compare(a.code, b.code);
    default:
      return 0;
  }
}

/** In an order; without one as they stand in the film, which is how they come. */
export function sortShots(shots: readonly Shot[], sort: readonly SortKey[], states: readonly { code: string }[]): readonly Shot[] {
  if (sort.length === 0) return shots;
  const ranks = new Map(states.map(({ code }, index) => [code, index]));
  const place = new Map(shots.map(({ id }, index) => [id, index]));
  return [...shots].sort((a, b) => {
    for (const { field, descending } of sort) {
      const order = field === "film" ? (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0) : compare(a, b, field, ranks);
      if (order !== 0) return descending ? -order : order;
    }
    return (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0);
  });
}

/** How many there are by a key, in the order in which they come. */
export function countBy(shots: readonly Shot[], key: (shot: Shot) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const shot of shots) counts.set(key(shot), (counts.get(key(shot)) ?? 0) + 1);
  return counts;
}
