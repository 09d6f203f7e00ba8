import { type KeyboardEvent, type UIEvent, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type BreakdownAsset, type BreakdownShot, type Matrix, nextPlace, type Place, readCount, sequenceOf } from "./breakdown_model";
import styles from "./breakdown.module.css";

const ROW = 28;
const COLUMN = 44;
const HEAD = 132;
const SIDE = 168;
const SPARE = 4;

interface BreakdownGridProps {
  matrix: Matrix;
  shots: readonly BreakdownShot[];
  assets: readonly BreakdownAsset[];
  mayUpdate: boolean;
  onSet: (shot: BreakdownShot, asset: BreakdownAsset, occurrences: number) => void;
  onEnter: (shot: BreakdownShot) => void;
}

function within(from: number, size: number, step: number, count: number): { first: number; end: number } {
  const first = Math.max(0, Math.floor(from / step) - SPARE);
  return { first, end: Math.min(count, Math.ceil((from + size) / step) + SPARE) };
}

/** Shots by assets; draws what is seen. Typing a number sets it, Delete clears, Enter edits, arrows move. */
export function BreakdownGrid({ matrix, shots, assets, mayUpdate, onSet, onEnter }: BreakdownGridProps) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [view, setView] = useState({ left: 0, top: 0, width: 1200, height: 800 });
  const [at, setAt] = useState<Place>({ row: 0, column: 0 });
  const [typed, setTyped] = useState<string>();
  // An input that is taken away loses the focus too: what was typed counts once.
  const editing = useRef(false);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = () => {
      setView((now) => ({ ...now, width: element.clientWidth, height: element.clientHeight }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);

  const isEditing = typed !== undefined;
  // Before the next key comes, so that none is lost.
  useLayoutEffect(() => {
    const field = input.current;
    if (!isEditing || field === null) return;
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
  }, [isEditing]);

  const totals = useMemo(() => matrix.totals(shots), [matrix, shots]);
  const rows = within(view.top, view.height - HEAD, ROW, shots.length);
  const columns = within(view.left, view.width - SIDE, COLUMN, assets.length);
  const place = { row: Math.min(at.row, shots.length - 1), column: Math.min(at.column, assets.length - 1) };

  const go = (next: Place) => {
    setAt(next);
    const element = scroller.current;
    if (element === null) return;
    const [x, y] = [next.column * COLUMN, next.row * ROW];
    const reach = { x: element.clientWidth - SIDE - COLUMN, y: element.clientHeight - HEAD - ROW };
    element.scrollLeft = Math.max(x - reach.x, Math.min(element.scrollLeft, x));
    element.scrollTop = Math.max(y - reach.y, Math.min(element.scrollTop, y));
  };
  const current = { shot: shots[place.row], asset: assets[place.column] };
  const begin = (text: string) => {
    if (!mayUpdate || current.shot === undefined || current.asset === undefined) return;
    editing.current = true;
    setTyped(text);
  };
  const finish = (save: boolean, next: Place = place) => {
    if (!editing.current) return;
    editing.current = false;
    const count = typed === undefined ? undefined : readCount(typed);
    if (save && count !== undefined && current.shot !== undefined && current.asset !== undefined) onSet(current.shot, current.asset, count);
    setTyped(undefined);
    go(next);
    scroller.current?.focus({ preventScroll: true });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (typed !== undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = nextPlace(event.key, place, shots.length, assets.length);
    if (next !== undefined) go(next);
    else if (/^\d$/.test(event.key)) begin(event.key);
    else if (event.key === "Enter" || event.key === "F2") begin(String(cellOf(place)?.occurrences ?? ""));
    else if ((event.key === "Delete" || event.key === "Backspace") && mayUpdate && current.shot !== undefined && current.asset !== undefined) onSet(current.shot, current.asset, 0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const cellOf = ({ row, column }: Place) => {
    const [shot, asset] = [shots[row], assets[column]];
    return shot === undefined || asset === undefined ? undefined : matrix.cell(shot.id, asset.id);
  };
  const numbers = (range: { first: number; end: number }) => Array.from({ length: Math.max(0, range.end - range.first) }, (_, index) => range.first + index);

  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      className={styles.grid}
      aria-label="Breakdown"
      aria-rowcount={shots.length + 1}
      aria-colcount={assets.length + 1}
      aria-activedescendant={typed === undefined ? `${id}-${String(place.row)}-${String(place.column)}` : undefined}
      data-keymap="grid"
      onKeyDown={onKeyDown}
      onScroll={(event: UIEvent<HTMLDivElement>) => {
        const { scrollLeft, scrollTop } = event.currentTarget;
        setView((now) => ({ ...now, left: scrollLeft, top: scrollTop }));
      }}
    >
      <div className={styles.inner} style={{ width: SIDE + assets.length * COLUMN, height: HEAD + shots.length * ROW }}>
        <div role="row" aria-rowindex={1} className={styles.head} style={{ height: HEAD }}>
          <div role="columnheader" aria-colindex={1} className={styles.corner} style={{ width: SIDE }}>
            Shot
          </div>
          {numbers(columns).map((column) => (
            <div key={assets[column]?.id} role="columnheader" aria-colindex={column + 2} className={styles.asset} style={{ left: SIDE + column * COLUMN, width: COLUMN }} title={assets[column]?.name}>
              <span dir="auto">{assets[column]?.name}</span>
              <span className={styles.total}>{totals.get(assets[column]?.id ?? "") ?? 0}</span>
            </div>
          ))}
        </div>
        {numbers(rows).map((row) => {
          const shot = shots[row];
          if (shot === undefined) return null;
          const begins = row === 0 || shots[row - 1]?.sequence_id !== shot.sequence_id;
          return (
            <div key={shot.id} role="row" aria-rowindex={row + 2} className={styles.row} data-begins={begins} style={{ top: HEAD + row * ROW, height: ROW, width: SIDE + assets.length * COLUMN }}>
              <div role="rowheader" aria-colindex={1} className={styles.shot} style={{ width: SIDE }}>
                <button type="button" tabIndex={-1} title={`Open ${shot.code}`} onClick={() => { onEnter(shot); }}>
                  {sequenceOf(shot)}/{shot.code}
                </button>
              </div>
              {numbers(columns).map((column) => {
                const cell = cellOf({ row, column });
                const isHere = row === place.row && column === place.column;
                return (
                  <div
                    key={assets[column]?.id}
                    id={`${id}-${String(row)}-${String(column)}`}
                    role="gridcell"
                    aria-colindex={column + 2}
                    aria-selected={isHere}
                    aria-label={`${shot.code}, ${assets[column]?.name ?? ""}: ${cell === undefined ? "not cast" : `${String(cell.occurrences)}${cell.inherited ? " from the sequence" : ""}${cell.pinned ? ", pinned" : ""}`}`}
                    className={styles.cell}
                    data-inherited={cell?.inherited}
                    data-pinned={cell?.pinned}
                    style={{ left: SIDE + column * COLUMN, width: COLUMN }}
                    onClick={() => { go({ row, column }); scroller.current?.focus({ preventScroll: true }); }}
                    onDoubleClick={() => { begin(String(cell?.occurrences ?? "")); }}
                  >
                    {isHere && typed !== undefined ? (
                      <input
                        ref={input}
                        className={styles.input}
                        aria-label={`Occurrences of ${assets[column]?.name ?? ""} in ${shot.code}`}
                        inputMode="numeric"
                        value={typed}
                        aria-invalid={readCount(typed) === undefined}
                        onChange={(event) => { setTyped(event.target.value); }}
                        onBlur={() => { finish(true); }}
                        onKeyDown={(event) => {
                          const below = { row: Math.min(shots.length - 1, place.row + 1), column: place.column };
                          const right = { row: place.row, column: Math.min(assets.length - 1, place.column + 1) };
                          if (event.key === "Enter") finish(true, below);
                          else if (event.key === "Tab") finish(true, right);
                          else if (event.key === "Escape") finish(false);
                          else return;
                          event.preventDefault();
                          event.stopPropagation();
                        }}
                      />
                    ) : (
                      cell?.occurrences
                    )}
                  </div>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}
