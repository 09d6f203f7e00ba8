import type { Cut } from "@/api/schema";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Skeleton } from "@/ui/Skeleton";
import { Time } from "@/ui/Time";
import styles from "./edits.module.css";

interface CutListProps {
  cuts: readonly Cut[] | undefined;
  project: string;
  mayUpdate: boolean;
  onLook: (cut: Cut) => void;
}

/** The edits that came, each to be gone back to or taken out again. */
export function CutList({ cuts, project, mayUpdate, onLook }: CutListProps) {
  const file = (cut: Cut, format: "otio" | "edl") => `/api/v1/projects/${project}/export/${format}?cut_id=${cut.id}`;
  return (
    <section aria-label="Edits" className={styles.cuts}>
      <h2 className={styles.heading}>Edits</h2>
      {cuts === undefined && <Skeleton width="60%" />}
      {cuts?.length === 0 && <p className={styles.dim}>None has come in yet.</p>}
      <ul>
        {cuts?.map((cut) => (
          <li key={cut.id} className={styles.cut}>
            <span className={styles.cutName} dir="auto">{cut.source_name === "" ? cut.name : cut.source_name}</span>
            {cut.is_current && <Badge icon="check" hue="green" label="Current" />}
            <span className={styles.dim}>
              {cut.owner_kind}, number {cut.number}, {cut.rate} fps, <Time at={cut.created_at} />
            </span>
            <span className={styles.cutActs}>
              {(["otio", "edl"] as const).map((format) => (
                <a key={format} href={file(cut, format)} download={`${cut.name === "" ? "edit" : cut.name}.${format}`} aria-label={`Download ${cut.source_name} as ${format}`}>
                  .{format}
                </a>
              ))}
              {mayUpdate && !cut.is_current && (
                <Button icon="undo" onClick={() => { onLook(cut); }}>Go back to it</Button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
