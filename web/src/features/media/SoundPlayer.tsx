import { useRef, useState } from "react";
import { IconButton } from "@/ui/Button";
import { useKeyNames } from "@/ui/keymap/use_key_names";
import { useKeys } from "@/ui/keymap/use_keys";
import styles from "./media.module.css";

interface SoundPlayerProps {
  url: string;
  /** A picture of the whole sound, from its beginning to its end. */
  waveform: string | undefined;
  /** In seconds. */
  duration: number;
  name: string;
}

function clock(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  return `${String(Math.floor(tenths / 600))}:${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${String(tenths % 10)}`;
}

/** A sound over the picture of its waveform. */
export function SoundPlayer({ url, waveform, duration, name }: SoundPlayerProps) {
  const audio = useRef<HTMLAudioElement>(null);
  const [time, setTime] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [fault, setFault] = useState(false);
  const length = Math.max(0.1, duration);
  const seek = (to: number) => {
    const next = Math.min(length, Math.max(0, to));
    setTime(next);
    if (audio.current !== null) audio.current.currentTime = next;
  };
  const toggle = () => {
    const element = audio.current;
    if (element === null) return;
    if (element.paused) void element.play().catch(() => { setFault(true); });
    else element.pause();
  };
  const playKey = useKeyNames("player.toggle");
  useKeys([
    { id: "player.toggle", context: "player", keys: ["Space", "k"], label: "Play or pause", run: () => (toggle(), true) },
    { id: "player.back", context: "player", keys: ["ArrowLeft"], label: "A second back", run: () => (seek(time - 1), true) },
    { id: "player.on", context: "player", keys: ["ArrowRight"], label: "A second on", run: () => (seek(time + 1), true) },
    { id: "player.start", context: "player", keys: ["Home"], label: "To the beginning", run: () => (seek(0), true) },
  ]);
  return (
    <div className={styles.player} data-keymap="player" tabIndex={0} role="group" aria-label={`Player of ${name}`}>
      <div className={styles.waveform}>
        {waveform !== undefined && <img src={waveform} alt={`Waveform of ${name}`} />}
        <span className={styles.playhead} style={{ transform: `translateX(${String((time / length) * 100)}%)` }} aria-hidden="true" />
        <input
          type="range"
          aria-label="Second"
          min={0}
          max={length}
          step={0.1}
          value={time}
          aria-valuetext={clock(time)}
          onChange={(event) => { seek(Number(event.target.value)); }}
        />
      </div>
      <audio
        ref={audio}
        src={url}
        preload="metadata"
        onTimeUpdate={(event) => { setTime(event.currentTarget.currentTime); }}
        onPlay={() => { setPlaying(true); }}
        onPause={() => { setPlaying(false); }}
        onError={() => { setFault(true); }}
      />
      {fault && <p className={styles.fault}>This browser can’t play this sound. The file itself can be downloaded below.</p>}
      <div className={styles.controls}>
        <IconButton icon={playing ? "pause" : "play"} label={playing ? "Pause" : "Play"} hint={playKey} onClick={toggle} />
        <output className={styles.frame}>
          {clock(time)} <span className={styles.dim}>of {clock(duration)}</span>
        </output>
      </div>
    </div>
  );
}
