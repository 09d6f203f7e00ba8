import { useEffect, useRef, useState } from "react";
import { frameOfTime, parseRate, timecode, timeOfFrame } from "@/lib/frames";
import { IconButton } from "@/ui/Button";
import { useKeys } from "@/ui/keymap/use_keys";
import styles from "./media.module.css";
import type { Manifest } from "./preview_types";

interface MoviePlayerProps {
  manifest: Manifest;
  url: string;
  poster: string | undefined;
  name: string;
}

/** A movie's proxy, frame by frame: what is shown is always a whole frame with its number. */
export function MoviePlayer({ manifest, url, poster, name }: MoviePlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [frame, setFrame] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [fault, setFault] = useState(false);
  const rate = parseRate(manifest.rate);
  const count = manifest.frame_count ?? Math.max(1, Math.round(((manifest.duration ?? 1) * rate.count) / rate.seconds));
  const first = manifest.first_frame ?? 0;

  useEffect(() => {
    const element = video.current;
    if (element === null || !("requestVideoFrameCallback" in element)) return;
    let handle = 0;
    const { count: frames, seconds } = parseRate(manifest.rate);
    const onFrame = (_: number, { mediaTime }: { mediaTime: number }) => {
      setFrame(frameOfTime(mediaTime, { count: frames, seconds }, count));
      handle = element.requestVideoFrameCallback(onFrame);
    };
    handle = element.requestVideoFrameCallback(onFrame);
    return () => {
      element.cancelVideoFrameCallback(handle);
    };
  }, [manifest.rate, count]);

  const seek = (to: number) => {
    const next = Math.min(count - 1, Math.max(0, to));
    setFrame(next);
    if (video.current !== null) video.current.currentTime = timeOfFrame(next, rate);
  };
  const toggle = () => {
    if (video.current === null) return;
    if (video.current.paused) void video.current.play().catch(() => { setFault(true); });
    else video.current.pause();
  };
  const step = (by: number) => {
    video.current?.pause();
    seek(frame + by);
  };
  useKeys([
    { id: "player.toggle", context: "player", keys: ["Space", "k"], label: "Play or pause", run: () => (toggle(), true) },
    { id: "player.back", context: "player", keys: ["ArrowLeft", "j"], label: "One frame back", run: () => (step(-1), true) },
    { id: "player.on", context: "player", keys: ["ArrowRight", "l"], label: "One frame on", run: () => (step(1), true) },
    { id: "player.back10", context: "player", keys: ["Shift+ArrowLeft"], label: "Ten frames back", run: () => (step(-10), true) },
    { id: "player.on10", context: "player", keys: ["Shift+ArrowRight"], label: "Ten frames on", run: () => (step(10), true) },
    { id: "player.start", context: "player", keys: ["Home"], label: "First frame", run: () => (seek(0), true) },
    { id: "player.end", context: "player", keys: ["End"], label: "Last frame", run: () => (seek(count - 1), true) },
  ]);
  return (
    <div className={styles.player} data-keymap="player" tabIndex={0} role="group" aria-label={`Player of ${name}`}>
      <video
        ref={video}
        src={url}
        poster={poster}
        playsInline
        loop
        preload="metadata"
        muted={manifest.has_sound !== true}
        onClick={toggle}
        onPlay={() => { setPlaying(true); }}
        onPause={() => { setPlaying(false); }}
        onError={() => { setFault(true); }}
      />
      {fault && <p className={styles.fault}>This browser can’t play the proxy of this movie. The file itself can be downloaded below.</p>}
      <div className={styles.controls}>
        <IconButton icon={playing ? "pause" : "play"} label={playing ? "Pause" : "Play"} hint="Space" onClick={toggle} />
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
          {first + frame} <span className={styles.dim}>{timecode(frame, rate)}</span>
        </output>
      </div>
    </div>
  );
}
