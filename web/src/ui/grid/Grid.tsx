import { type CSSProperties, type MouseEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { wantsNextPage } from "@/lib/paging";
import type { SortKey } from "@/lib/url_state";
import { columnLayout } from "./cursor";
import styles from "./Grid.module.css";
import { areaHeight, lineTop, mostLines, tilesPerLine } from "./geometry";
import { GridHeader } from "./GridHeader";
import { GridLine } from "./GridLine";
import { NO_PICKS, pickRange, type Picks, togglePick } from "./selection";
import { useGridKeys } from "./use_grid_keys";
import { useLines, useShape } from "./use_viewport";

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

export interface Tiles<T> {
  least: number;
  /** Of a tile with this width. */
  height: (width: number) => number;
  tile: (row: T) => ReactNode;
}

export interface GridProps<T extends { id: string }> {
  label: string;
  columns: readonly Column<T>[];
  /** Shows tiles instead of a table. */
  tiles?: Tiles<T> | undefined;
  rows: readonly T[];
  nameOf: (row: T) => string;
  total: number | undefined;
  /** The one in the panel. */
  opened: string | undefined;
  onPeek: (row: T | undefined) => void;
  onEnter?: ((row: T) => void) | undefined;
  picks?: Picks;
  onPicks?: ((picks: Picks) => void) | undefined;
  sort: readonly SortKey[];
  onSort: (field: string, add: boolean) => void;
  hasMore?: boolean;
  loadingMore?: boolean;
  onEndReached?: () => void;
  footer?: ReactNode;
}

export const ROW_HEIGHT = 32;
const GAP = 12;

/** A long list that draws only what is seen. The focus stays on the list, which names its active row. */
export function Grid<T extends { id: string }>(props: GridProps<T>) {
  const { columns, tiles, rows, opened, onPeek, onEnter = onPeek, picks = NO_PICKS, onPicks, hasMore = false } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(-1);
  const { width, height } = useShape(scroller);
  const perLine = tiles === undefined ? 1 : tilesPerLine(width - 2 * GAP, tiles.least, GAP);
  const tileWidth = (width - GAP * (perLine + 1)) / perLine;
  const geometry = { count: rows.length, perLine, lineHeight: tiles === undefined ? ROW_HEIGHT : tiles.height(tileWidth) + GAP };
  const covered = tiles === undefined ? ROW_HEIGHT : 0;
  const { range, show, view } = useLines(scroller, geometry, height, covered);
  const at = Math.min(cursor, rows.length - 1);

  const { loadingMore = false, onEndReached } = props;
  const last = Math.min(rows.length, range.end * perLine) - 1;
  useEffect(() => {
    if (wantsNextPage(last, rows.length, hasMore, loadingMore)) onEndReached?.();
  }, [last, rows.length, hasMore, loadingMore, onEndReached]);

  // What the address opens is scrolled to once it is there, and moves the cursor with it.
  const openedIndex = useMemo(() => (opened === undefined ? -1 : rows.findIndex((row) => row.id === opened)), [opened, rows]);
  const [followed, setFollowed] = useState<string>();
  if (openedIndex >= 0 && followed !== opened) {
    setFollowed(opened);
    setCursor(openedIndex);
  }
  useEffect(() => {
    if (height > 0) show(openedIndex);
    // Only when another one is opened: a list that changes below it stays where it is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [opened, height > 0]);

  useGridKeys({
    at,
    rows,
    perLine,
    opened,
    linesPerPage: () => Math.floor(((scroller.current?.clientHeight ?? 0) - covered) / geometry.lineHeight),
    onMove: (index, row, extending) => {
      setCursor(index);
      show(index);
      // While the panel is open it follows the cursor.
      if (opened !== undefined && !extending) onPeek(row);
      scroller.current?.focus({ preventScroll: true });
    },
    onPeek,
    onEnter,
    picks,
    onPicks,
  });

  const onClick = (event: MouseEvent) => {
    const place = (event.target as Element).closest<HTMLElement>("[data-index]");
    const index = Number(place?.dataset.index ?? -1);
    const row = rows[index];
    if (row === undefined || (event.target as Element).closest("a, button") !== null) return;
    setCursor(index);
    const ticked = (event.target as Element).closest("[data-tick]") !== null;
    if (onPicks !== undefined && event.shiftKey) onPicks(pickRange(picks, rows, at, index));
    else if (onPicks !== undefined && (ticked || event.ctrlKey || event.metaKey)) onPicks(togglePick(picks, row.id, index));
    else onPeek(row);
  };

  const layout = useMemo(() => columnLayout(columns), [columns]);
  const pool = mostLines(geometry, height);
  const lines: ReactNode[] = [];
  for (let line = range.first; line < range.end; line += 1) {
    const first = line * perLine;
    const shown = rows.slice(first, first + perLine);
    lines.push(
      <GridLine
        key={line % pool}
        id={id}
        line={line}
        first={first}
        top={lineTop(geometry, line, view)}
        rows={perLine === 1 ? undefined : shown}
        row={perLine === 1 ? shown[0] : undefined}
        columns={columns}
        tiles={tiles}
        pickable={onPicks !== undefined}
        picked={shown.reduce((bits, row, index) => bits + (picks.ids.has(row.id) ? 2 ** index : 0), 0)}
        cursor={at >= first && at < first + perLine ? at - first : -1}
        opened={openedIndex >= first && openedIndex < first + perLine ? openedIndex - first : -1}
      />,
    );
  }
  const sized: CSSProperties =
    tiles === undefined
      ? { minWidth: layout.width, ["--columns" as string]: layout.template }
      : { ["--tiles" as string]: perLine, ["--tile-height" as string]: `${String(geometry.lineHeight - GAP)}px` };
  const inView = at >= range.first * perLine && at < range.end * perLine;
  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      className={styles.grid}
      aria-label={props.label}
      aria-rowcount={props.total === undefined ? -1 : Math.ceil(props.total / perLine) + (tiles === undefined ? 1 : 0)}
      aria-colcount={tiles === undefined ? columns.length : perLine}
      aria-multiselectable={onPicks !== undefined}
      aria-activedescendant={inView && at >= 0 ? `${id}-${String(at)}` : undefined}
      data-keymap="grid"
      data-picking={picks.ids.size > 0}
      onClick={onClick}
      onDoubleClick={(event) => {
        const row = rows[Number((event.target as Element).closest<HTMLElement>("[data-index]")?.dataset.index ?? -1)];
        if (row !== undefined) onEnter(row);
      }}
    >
      <div className={styles.inner} style={sized}>
        {tiles === undefined && <GridHeader columns={columns} sort={props.sort} onSort={props.onSort} />}
        <div role="rowgroup" className={tiles === undefined ? styles.rows : styles.tiles} style={{ height: areaHeight(geometry) }}>
          {lines}
        </div>
      </div>
      {props.footer}
    </div>
  );
}
