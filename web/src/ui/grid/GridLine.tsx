import { memo } from "react";
import styles from "./Grid.module.css";
import type { Column, Tiles } from "./Grid";

interface GridLineProps {
  id: string;
  line: number;
  /** The index of its first row in the list. */
  first: number;
  top: number;
  row: { id: string } | undefined;
  rows: readonly { id: string }[] | undefined;
  columns: readonly Column<never>[];
  tiles: Tiles<never> | undefined;
  pickable: boolean;
  /** A bit for each of the line's rows. */
  picked: number;
  cursor: number;
  opened: number;
}

function sameRows(a: GridLineProps["rows"], b: GridLineProps["rows"]): boolean {
  return a === b || (a?.length === b?.length && (a?.every((row, index) => row === b?.[index]) ?? false));
}

/** A line is drawn again only when something of it has changed: that is what makes scrolling cheap. */
function sameLine(before: GridLineProps, after: GridLineProps): boolean {
  return (
    before.line === after.line &&
    before.first === after.first &&
    before.top === after.top &&
    before.row === after.row &&
    before.columns === after.columns &&
    before.tiles === after.tiles &&
    before.picked === after.picked &&
    before.cursor === after.cursor &&
    before.opened === after.opened &&
    sameRows(before.rows, after.rows)
  );
}

const hasBit = (bits: number, index: number) => Math.floor(bits / 2 ** index) % 2 === 1;

export const GridLine = memo(function GridLine(props: GridLineProps) {
  const { id, line, first, top, row, rows, columns, tiles, pickable, picked, cursor, opened } = props;
  const style = { transform: `translateY(${String(top)}px)` };
  const tick = pickable && <span data-tick className={styles.tick} aria-hidden="true" />;
  if (tiles !== undefined) {
    return (
      <div role="row" className={styles.tileLine} style={style} aria-rowindex={line + 1}>
        {(rows ?? (row === undefined ? [] : [row])).map((each, index) => (
          <div
            key={index}
            id={`${id}-${String(first + index)}`}
            role="gridcell"
            className={styles.tile}
            aria-selected={hasBit(picked, index)}
            aria-current={index === opened}
            data-index={first + index}
            data-cursor={index === cursor}
          >
            {tiles.tile(each as never)}
            {tick}
          </div>
        ))}
      </div>
    );
  }
  if (row === undefined) return null;
  return (
    <div
      id={`${id}-${String(first)}`}
      role="row"
      className={styles.row}
      style={style}
      aria-rowindex={line + 2}
      aria-selected={hasBit(picked, 0)}
      aria-current={opened === 0}
      data-index={first}
      data-cursor={cursor === 0}
    >
      {columns.map((column, index) => (
        <div key={column.id} role="gridcell" className={styles.cell}>
          {index === 0 && tick}
          {column.cell(row as never)}
        </div>
      ))}
    </div>
  );
}, sameLine);
