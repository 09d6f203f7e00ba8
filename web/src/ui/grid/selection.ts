// What is picked in a list, without React: ids, and the place from which a range goes on.

export interface Picks {
  ids: ReadonlySet<string>;
  /** The index at which a range begins; -1 before anything was picked. */
  anchor: number;
}

export const NO_PICKS: Picks = { ids: new Set(), anchor: -1 };

/** Picks one more, or lets go of it. */
export function togglePick(picks: Picks, id: string, index: number): Picks {
  const ids = new Set(picks.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: index };
}

/** Picks everything between the anchor and an index; without an anchor, from `from`. */
export function pickRange(picks: Picks, order: readonly { id: string }[], from: number, to: number): Picks {
  const anchor = picks.anchor >= 0 ? picks.anchor : Math.max(0, from);
  const ids = new Set(picks.ids);
  for (let index = Math.min(anchor, to); index <= Math.max(anchor, to); index += 1) {
    const row = order[index];
    if (row !== undefined) ids.add(row.id);
  }
  return { ids, anchor };
}

export function pickAll(order: readonly { id: string }[]): Picks {
  return { ids: new Set(order.map(({ id }) => id)), anchor: 0 };
}

/** What is picked and still there, in the list's order. */
export function pickedRows<T extends { id: string }>(picks: Picks, order: readonly T[]): T[] {
  return picks.ids.size === 0 ? [] : order.filter(({ id }) => picks.ids.has(id));
}
