import { type PointerEvent, type ReactNode, useState } from "react";
import { tileAt } from "@/lib/frames";
import { type SpriteSheet, spriteSheetOf } from "@/lib/sprite_sheets";
import styles from "./HoverScrub.module.css";

interface HoverScrubProps {
  /** The picture over which the movie runs. */
  thumbnailUrl: string;
  children: ReactNode;
}

/** The shape of the box: what is wider is cut at its sides, as the picture below is. */
const WIDE = 16 / 9;

const percent = (index: number, count: number) => `${String(count < 2 ? 0 : (index / (count - 1)) * 100)}%`;

/** Runs through a movie as the pointer moves over its picture, from one sheet of small pictures. */
export function HoverScrub({ thumbnailUrl, children }: HoverScrubProps) {
  const [place, setPlace] = useState<number>();
  const [sheet, setSheet] = useState<SpriteSheet>();
  const onEnter = ({ pointerType }: PointerEvent) => {
    // A finger scrolls the page; it doesn't hover.
    if (pointerType !== "touch") void spriteSheetOf(thumbnailUrl).then(setSheet);
  };
  const onMove = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    setPlace((event.clientX - box.left) / Math.max(1, box.width));
  };
  const tile = place === undefined || sheet === undefined ? undefined : tileAt(place, sheet);
  return (
    <span className={styles.scrub} onPointerEnter={onEnter} onPointerMove={onMove} onPointerLeave={() => { setPlace(undefined); }}>
      {children}
      {tile !== undefined && sheet !== undefined && (
        <span className={styles.tile} aria-hidden="true" data-tile={tile.index}>
          <span
            className={styles.picture}
            data-wide={sheet.ratio > WIDE}
            style={{
              aspectRatio: sheet.ratio,
              backgroundImage: `url("${sheet.url}")`,
              backgroundSize: `${String(sheet.columns * 100)}% ${String(sheet.rows * 100)}%`,
              backgroundPosition: `${percent(tile.column, sheet.columns)} ${percent(tile.row, sheet.rows)}`,
            }}
          />
          <span className={styles.place} style={{ transform: `scaleX(${String((tile.index + 1) / sheet.count)})` }} />
        </span>
      )}
    </span>
  );
}
