import type { Shot } from "@/api/schema";
import { plural } from "@/lib/format";
import { framesOf } from "./shot_view";
import styles from "./shots.module.css";

/** What is made of a shot and what of it is seen: head, cut and tail to scale. */
export function FrameBar({ shot }: { shot: Pick<Shot, "cut_in" | "cut_out" | "head_in" | "tail_out"> }) {
  const frames = framesOf(shot);
  if (frames === undefined || shot.cut_in === null || shot.cut_out === null) return <span className={styles.dim}>no cut yet</span>;
  const head = shot.cut_in - (shot.head_in ?? shot.cut_in);
  const tail = (shot.tail_out ?? shot.cut_out) - shot.cut_out;
  return (
    <span className={styles.frames}>
      <span className={styles.frame}>
        {shot.cut_in}–{shot.cut_out}
      </span>
      <span className={styles.dim}>
        {plural(frames, "frame")}
        {head + tail > 0 && `, handles ${String(head)} + ${String(tail)}`}
      </span>
      <span className={styles.bar} aria-hidden="true">
        <span style={{ flexGrow: head }} data-part="handle" />
        <span style={{ flexGrow: frames }} data-part="cut" />
        <span style={{ flexGrow: tail }} data-part="handle" />
      </span>
    </span>
  );
}
