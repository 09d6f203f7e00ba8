import { useRef } from "react";
import { parseRate, timecode } from "@/lib/frames";
import { IconButton } from "@/ui/Button";
import { useKeyNames } from "@/ui/keymap/use_key_names";
import { useKeys } from "@/ui/keymap/use_keys";
import styles from "./media.module.css";
import type { Manifest } from "./preview_types";
import { usePlayer } from "./use_player";

interface MoviePlayerProps {
  manifest: Manifest;
  url: string;
  poster: string | undefined;
  name: string;
}

function rateText(rate: { count: number; seconds: number }): string {
  return String(Math.round((rate.count / rate.seconds) * 1000) / 1000);
}

/** A movie's proxy, frame by frame: what is shown is always a whole frame with its number. */
export function MoviePlayer({ manifest, url, poster, name }: MoviePlayerProps) {
  const box = useRef<HTMLDivElement>(null);
  const rate = parseRate(manifest.rate);
  const count = Math.max(1, manifest.frame_count ?? Math.round(((manifest.duration ?? 1) * rate.count) / rate.seconds));
  const first = manifest.first_frame ?? 0;
  const { video, frame, playing, fault, seek, step, toggle, shuttle, on } = usePlayer(manifest.rate, count);
  const fullScreen = () => {
    if (document.fullscreenElement === null) void box.current?.requestFullscreen().catch(() => undefined);
    else void document.exitFullscreen();
  };
  const playKey = useKeyNames("player.toggle");
  useKeys([
    { id: "player.toggle", context: "player", keys: ["Space", "k"], label: "Play or pause", run: () => (toggle(), true) },
    { id: "player.forwards", context: "player", keys: ["l"], label: "Play forwards; again: faster", run: () => (shuttle(true), true) },
    { id: "player.backwards", context: "player", keys: ["j"], label: "Play backwards", run: () => (shuttle(false), true) },
    { id: "player.back", context: "player", keys: ["ArrowLeft"], label: "One frame back", run: () => (step(-1), true) },
    { id: "player.on", context: "player", keys: ["ArrowRight"], label: "One frame on", run: () => (step(1), true) },
    { id: "player.back10", context: "player", keys: ["Shift+ArrowLeft"], label: "Ten frames back", run: () => (step(-10), true) },
    { id: "player.on10", context: "player", keys: ["Shift+ArrowRight"], label: "Ten frames on", run: () => (step(10), true) },
    { id: "player.start", context: "player", keys: ["Home"], label: "First frame", run: () => (seek(0), true) },
    { id: "player.end", context: "player", keys: ["End"], label: "Last frame", run: () => (seek(count - 1), true) },
    { id: "player.full", context: "player", keys: ["f"], label: "Full screen", run: () => (fullScreen(), true) },
  ]);
  return (
    <div ref={box} className={styles.player} data-keymap="player" tabIndex={0} role="group" aria-label={`Player of ${name}`}>
      <video ref={video} src={url} poster={poster} playsInline loop preload="auto" muted={manifest.has_sound !== true} onClick={toggle} {...on} />
      {fault && <p className={styles.fault}>This browser can’t play the proxy of this movie. The file itself can be downloaded below.</p>}
      <div className={styles.controls}>
        <IconButton icon={playing ? "pause" : "play"} label={playing ? "Pause" : "Play"} hint={playKey} onClick={toggle} />
        <input
          type="range"
          aria-label="Frame"
          min={0}
          max={count - 1}
          value={frame}
          aria-valuetext={`frame ${String(first + frame)}`}
          onChange={(event) => { seek(Number(event.target.value)); }}
        />
        <output className={styles.frame}>
          {first + frame} <span className={styles.dim}>of {first + count - 1}</span> <span className={styles.dim}>{timecode(frame, rate)}</span>{" "}
          <span className={styles.dim} title="Frames a second">{rateText(rate)}</span>
        </output>
      </div>
    </div>
  );
}
