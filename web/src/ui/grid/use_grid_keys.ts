import { useKeys } from "../keymap/use_keys";
import { moveCursor } from "./cursor";

interface GridKeys<T> {
  at: number;
  rows: readonly T[];
  selected: string | undefined;
  perPage: () => number;
  onMove: (index: number, row: T) => void;
  onOpen: (row: T | undefined) => void;
}

/** The keys of a list, in the registry like all others. */
export function useGridKeys<T extends { id: string }>({ at, rows, selected, perPage, onMove, onOpen }: GridKeys<T>): void {
  const move = (press: { key: string }) => {
    const index = moveCursor(press.key, at, rows.length, perPage());
    const row = index === undefined ? undefined : rows[index];
    if (index === undefined || row === undefined) return false;
    onMove(index, row);
    return true;
  };
  useKeys([
    { id: "grid.step", context: "grid", keys: ["ArrowUp", "ArrowDown"], label: "Previous, next row", run: move },
    { id: "grid.page", context: "grid", keys: ["PageUp", "PageDown"], label: "A screen up, down", run: move },
    { id: "grid.ends", context: "grid", keys: ["Home", "End"], label: "First, last row", run: move },
    {
      id: "grid.open",
      context: "grid",
      keys: ["Enter"],
      label: "Open the row in the panel",
      run: () => {
        const row = rows[at];
        if (row !== undefined) onOpen(row);
        return row !== undefined;
      },
    },
    {
      id: "grid.peek",
      context: "grid",
      keys: ["Space"],
      label: "Open the panel, again to close it",
      run: () => {
        const row = rows[at];
        if (row !== undefined) onOpen(row.id === selected ? undefined : row);
        return row !== undefined;
      },
    },
  ]);
}
