import { type CSSProperties, useMemo, useState } from "react";
import { Icon } from "@/ui/icon/Icon";
import { type Bar, LOOKS, type Plan, timelineOf } from "./plan_model";
import styles from "./edits.module.css";

const ZOOMS = [1, 2, 4, 8, 16] as const;
/** Below this width a bar has no room for its name. */
const NAMED = 0.02;

function titleOf(bar: Bar): string {
  const what = bar.clip.changes.length === 0 ? LOOKS[bar.look].name : bar.clip.changes.map((change) => LOOKS[change as keyof typeof LOOKS].name).join(", ");
  return `${bar.clip.clip}: ${what}, ${String(bar.clip.record_out - bar.clip.record_in)} frames from ${String(bar.clip.record_in)}`;
}

/** Where the clips of an edit stand, and what becomes of each: shape, label and colour. The lists below say the same in words. */
export function PlanTimeline({ plan }: { plan: Plan }) {
  const { tracks, bars, first, last } = useMemo(() => timelineOf(plan), [plan]);
  const [zoom, setZoom] = useState(0);
  const scale = ZOOMS[zoom] ?? 1;
  const looks = [...new Set(bars.map(({ look }) => look))];
  if (bars.length === 0) return null;
  return (
    <figure className={styles.timeline} aria-label="Timeline of the edit">
      <figcaption className={styles.legend}>
        {looks.map((look) => (
          <span key={look} className={styles.key} style={{ ["--hue" as string]: `var(--${LOOKS[look].hue})` }}>
            <Icon name={LOOKS[look].icon} />
            {LOOKS[look].name}
          </span>
        ))}
        <label className={styles.zoom}>
          Zoom
          <input type="range" min={0} max={ZOOMS.length - 1} value={zoom} onChange={(event) => { setZoom(Number(event.target.value)); }} />
        </label>
      </figcaption>
      <div className={styles.scroller} tabIndex={0} role="region" aria-label="Clips">
        <div className={styles.tracks} style={{ width: `${String(scale * 100)}%` }}>
          {tracks.map((name, track) => (
            <div key={name} className={styles.track}>
              <span className={styles.trackName}>{name}</span>
              {bars
                .filter((bar) => bar.track === track)
                .map((bar, index) => (
                  <span
                    key={`${String(bar.from)} ${String(index)}`}
                    className={styles.clip}
                    data-look={bar.look}
                    title={titleOf(bar)}
                    style={{ left: `${String(bar.from * 100)}%`, width: `${String(bar.width * 100)}%`, "--hue": `var(--${LOOKS[bar.look].hue})` } as CSSProperties}
                  >
                    {bar.width * scale > NAMED && (
                      <>
                        <Icon name={LOOKS[bar.look].icon} />
                        <span>{bar.clip.shot ?? bar.clip.clip}</span>
                      </>
                    )}
                  </span>
                ))}
            </div>
          ))}
        </div>
      </div>
      <p className={styles.range}>
        <span>{first}</span>
        <span>{last}</span>
      </p>
    </figure>
  );
}
