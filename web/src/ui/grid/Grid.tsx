import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { wantsNextPage } from "@/lib/paging";
import type { SortKey } from "@/lib/url_state";
import { columnLayout } from "./cursor";
import { GridHeader } from "./GridHeader";
import styles from "./Grid.module.css";
import { useGridKeys } from "./use_grid_keys";

export interface Column<T> {
  id: string;
  title: string;
  /** The least width in pixels, and the share of what is left (0: none). */
  min: number;
  share: number;
  /** The field that the list is sorted by on a press of the head. */
  sortField?: string;
  cell: (row: T) => ReactNode;
}

export interface GridProps<T extends { id: string }> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  /** How many rows there are in all, when the server said so. */
  total: number | undefined;
  selected: string | undefined;
  /** Opens the panel of a row; undefined closes it. */
  onOpen: (row: T | undefined) => void;
  sort: readonly SortKey[];
  onSort: (field: string, add: boolean) => void;
  hasMore: boolean;
  loadingMore: boolean;
  onEndReached: () => void;
  /** Shown below the rows: an error of the next page, an empty list. */
  footer?: ReactNode;
}

export const ROW_HEIGHT = 32;
const GHOST_ROWS = 3;

/** A list of rows of one height that draws only what is seen. The focus stays on the list, which names its active row. */
export function Grid<T extends { id: string }>(props: GridProps<T>) {
  const { columns, rows, selected, onOpen, hasMore, loadingMore, onEndReached } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(-1);

  const at = Math.min(cursor, rows.length - 1);
  // What this hook returns changes in place, so it is used here only and never handed to a memoised component.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: rows.length + (hasMore ? GHOST_ROWS : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    // The sticky head takes one row's height from the view.
    scrollPaddingEnd: ROW_HEIGHT,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;

  useEffect(() => {
    if (wantsNextPage(last, rows.length, hasMore, loadingMore)) onEndReached();
  }, [last, rows.length, hasMore, loadingMore, onEndReached]);

  // A selection that came with the address is scrolled to once its row is there, and moves the cursor with it.
  const selectedIndex = selected === undefined ? -1 : rows.findIndex((row) => row.id === selected);
  const [followed, setFollowed] = useState<string>();
  if (selectedIndex >= 0 && followed !== selected) {
    setFollowed(selected);
    setCursor(selectedIndex);
  }
  useEffect(() => {
    if (selectedIndex >= 0) virtualizer.scrollToIndex(selectedIndex, { align: "auto" });
  }, [selectedIndex, virtualizer]);

  useGridKeys({
    at,
    rows,
    selected,
    perPage: () => Math.floor(((scroller.current?.clientHeight ?? 0) - ROW_HEIGHT) / ROW_HEIGHT),
    onMove: (index, row) => {
      setCursor(index);
      virtualizer.scrollToIndex(index, { align: "auto" });
      // While the panel is open it follows the cursor.
      if (selected !== undefined) onOpen(row);
      scroller.current?.focus({ preventScroll: true });
    },
    onOpen,
  });

  const { template, width } = columnLayout(columns);
  const active = items.find((item) => item.index === at && item.index < rows.length);
  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      className={styles.grid}
      aria-label={props.label}
      aria-rowcount={props.total === undefined ? -1 : props.total + 1}
      aria-colcount={columns.length}
      aria-activedescendant={active === undefined ? undefined : `${id}-${String(at)}`}
      data-keymap="grid"
    >
      <div className={styles.inner} style={{ minWidth: width, ["--columns" as string]: template }}>
        <GridHeader columns={columns} sort={props.sort} onSort={props.onSort} />
        <div role="rowgroup" className={styles.rows} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            const style = { transform: `translateY(${String(item.start)}px)` };
            if (row === undefined) {
              return <div key={item.key} role="presentation" className={styles.ghost} style={style} />;
            }
            return (
              <div
                key={item.key}
                id={`${id}-${String(item.index)}`}
                role="row"
                className={styles.row}
                style={style}
                aria-rowindex={item.index + 2}
                aria-selected={row.id === selected}
                data-cursor={item.index === at}
                onClick={() => {
                  setCursor(item.index);
                  onOpen(row);
                }}
              >
                {columns.map((column) => (
                  <div key={column.id} role="gridcell" className={styles.cell}>
                    {column.cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {props.footer}
    </div>
  );
}
