import { useQuery } from "@tanstack/react-query";
import { type PointerEvent, type ReactNode, useState } from "react";
import { tileAt } from "@/lib/frames";
import { manifestQuery } from "./media_queries";
import styles from "./media.module.css";

interface HoverScrubProps {
  manifestUrl: string;
  children: ReactNode;
}

/** Runs through a movie as the pointer moves over its picture, from one sheet of small pictures. */
export function HoverScrub({ manifestUrl, children }: HoverScrubProps) {
  const [place, setPlace] = useState<number>();
  const { data } = useQuery({ ...manifestQuery(manifestUrl), enabled: place !== undefined });
  const sheet = data?.outputs.find(({ name }) => name === "sprites");
  const sprites = data?.sprites;
  const onMove = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    setPlace((event.clientX - box.left) / Math.max(1, box.width));
  };
  const tile = place === undefined || sprites === undefined ? undefined : tileAt(place, sprites);
  return (
    <span className={styles.scrub} onPointerMove={onMove} onPointerLeave={() => { setPlace(undefined); }}>
      {children}
      {tile !== undefined && sheet !== undefined && sprites !== undefined && (
        <span
          className={styles.tile}
          aria-hidden="true"
          style={{
            backgroundImage: `url("${sheet.url}")`,
            backgroundSize: `${String(sprites.columns * 100)}% ${String(sprites.rows * 100)}%`,
            backgroundPosition: `${String(sprites.columns < 2 ? 0 : (tile.column / (sprites.columns - 1)) * 100)}% ${String(sprites.rows < 2 ? 0 : (tile.row / (sprites.rows - 1)) * 100)}%`,
          }}
        />
      )}
    </span>
  );
}
