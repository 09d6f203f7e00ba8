import { useState } from "react";
import { formatList, parseList } from "@/lib/url_state";
import { NO_PICKS, pickAll, type Picks } from "@/ui/grid/selection";
import type { AssetView } from "./asset_view";

/** More ids than these would make an address that some programs cut off. */
export const MOST_IN_ADDRESS = 50;
const ALL = "all";

/** How picks stand in an address; nothing when they are too many for one. */
export function pickText(picks: Picks, shown: readonly { id: string }[]): string {
  if (picks.ids.size > 1 && picks.ids.size === shown.length && shown.every(({ id }) => picks.ids.has(id))) return ALL;
  return picks.ids.size > MOST_IN_ADDRESS ? "" : (formatList([...picks.ids]) ?? "");
}

/** What is picked: from the address, which every change is written to. */
export function usePicks(view: AssetView, onView: (view: AssetView) => void, shown: readonly { id: string }[]): [Picks, (picks: Picks) => void] {
  const [state, setState] = useState<{ picks: Picks; text: string }>({ picks: NO_PICKS, text: "" });
  // Back, Forward and a link that was pasted bring other picks than those that were made here.
  const isOwn = state.text === view.pick;
  const picks = isOwn ? state.picks : view.pick === ALL ? pickAll(shown) : { ids: new Set(parseList(view.pick)), anchor: -1 };
  const change = (next: Picks) => {
    const text = pickText(next, shown);
    setState({ picks: next, text });
    if (text !== view.pick) onView({ ...view, pick: text });
  };
  return [picks, change];
}
