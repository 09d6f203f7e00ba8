import { useKeys } from "../keymap/use_keys";
import { moveCursor } from "./cursor";
import { NO_PICKS, pickAll, pickRange, type Picks, togglePick } from "./selection";

interface GridKeys<T> {
  at: number;
  rows: readonly T[];
  perLine: number;
  opened: string | undefined;
  linesPerPage: () => number;
  onMove: (index: number, row: T, extending: boolean) => void;
  onPeek: (row: T | undefined) => void;
  onEnter: (row: T) => void;
  picks: Picks;
  onPicks: ((picks: Picks) => void) | undefined;
}

const ARROWS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

/** The keys of a list, in the registry like all others. */
export function useGridKeys<T extends { id: string }>(keys: GridKeys<T>): void {
  const { at, rows, perLine, opened, linesPerPage, onMove, onPeek, onEnter, picks, onPicks } = keys;
  const move = (press: { key: string; shiftKey: boolean }) => {
    const index = moveCursor(press.key, at, rows.length, linesPerPage(), perLine);
    const row = index === undefined ? undefined : rows[index];
    if (index === undefined || row === undefined) return false;
    const extending = press.shiftKey && onPicks !== undefined;
    if (extending) onPicks(pickRange(picks, rows, at, index));
    onMove(index, row, extending);
    return true;
  };
  const here = (act: (row: T) => void) => () => {
    const row = rows[at];
    if (row !== undefined) act(row);
    return row !== undefined;
  };
  useKeys([
    { id: "grid.step", context: "grid", keys: ARROWS, label: "Move through the list", keyOnly: true, fixed: true, run: move },
    { id: "grid.page", context: "grid", keys: ["PageUp", "PageDown"], label: "A screen up, down", keyOnly: true, fixed: true, run: move },
    { id: "grid.ends", context: "grid", keys: ["Home", "End"], label: "First, last one", keyOnly: true, fixed: true, run: move },
    { id: "grid.enter", context: "grid", keys: ["Enter"], label: "Open its page", keyOnly: true, run: here(onEnter) },
    {
      id: "grid.peek",
      context: "grid",
      keys: ["Space"],
      label: "Open it in the panel, again to close it",
      keyOnly: true,
      run: here((row) => {
        onPeek(row.id === opened ? undefined : row);
      }),
    },
    ...(onPicks === undefined
      ? []
      : [
          {
            id: "grid.extend",
            context: "grid" as const,
            keys: [...ARROWS, "PageUp", "PageDown", "Home", "End"].map((key) => `Shift+${key}`),
            label: "Pick a range",
            keyOnly: true,
            fixed: true,
            run: move,
          },
          {
            id: "grid.pick",
            context: "grid" as const,
            keys: ["x"],
            label: "Pick it, or let go of it",
            keyOnly: true,
            run: here((row) => {
              onPicks(togglePick(picks, row.id, at));
            }),
          },
          { id: "grid.all", context: "grid" as const, keys: ["Mod+a"], label: "Pick all", run: () => (onPicks(pickAll(rows)), true) },
          {
            id: "grid.none",
            context: "grid" as const,
            keys: ["Escape"],
            label: "Let go of all",
            keyOnly: true,
            run: () => {
              if (picks.ids.size === 0) return false;
              onPicks(NO_PICKS);
              return true;
            },
          },
        ]),
  ]);
}
