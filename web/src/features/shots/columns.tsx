import type { Shot } from "@/api/schema";
import type { State } from "@/api/workflow_queries";
import type { Column } from "@/ui/grid/Grid";
import { StateBadge } from "@/ui/StateBadge";
import { Time } from "@/ui/Time";
import { framesOf, sequenceOf } from "./shot_view";
import { ShotThumbnail } from "./ShotThumbnail";
import styles from "./shots.module.css";

const frame = (value: number | null) => <span className={styles.frame}>{value ?? "–"}</span>;

export function shotColumns(stateOf: (code: string) => State | undefined): readonly Column<Shot>[] {
  return [
    {
      id: "code",
      title: "Shot",
      min: 170,
      share: 2,
      sortField: "code",
      cell: (shot) => (
        <>
          <ShotThumbnail url={shot.thumbnail_url} />
          <span className={styles.code}>{shot.code}</span>
        </>
      ),
    },
    { id: "sequence", title: "Sequence", min: 110, share: 1, sortField: "film", cell: (shot) => <span className={styles.code}>{sequenceOf(shot)}</span> },
    {
      id: "name",
      title: "Name",
      min: 120,
      share: 3,
      sortField: "name",
      cell: (shot) => <span className={styles.clip} dir="auto">{shot.name === shot.label ? "" : shot.name}</span>,
    },
    { id: "status", title: "Status", min: 124, share: 0, sortField: "status", cell: (shot) => <StateBadge code={shot.status} state={stateOf(shot.status)} /> },
    { id: "cut_in", title: "Cut in", min: 76, share: 0, sortField: "cut_in", cell: (shot) => frame(shot.cut_in) },
    { id: "cut_out", title: "Cut out", min: 76, share: 0, cell: (shot) => frame(shot.cut_out) },
    { id: "frames", title: "Frames", min: 80, share: 0, sortField: "frames", cell: (shot) => frame(framesOf(shot) ?? null) },
    { id: "retime", title: "Speed", min: 66, share: 0, cell: (shot) => <span className={styles.frame}>{shot.retime ?? ""}</span> },
    {
      id: "updated_at",
      title: "Updated",
      min: 106,
      share: 0,
      sortField: "updated_at",
      cell: (shot) => (
        <span className={styles.dim}>
          <Time at={shot.updated_at} />
        </span>
      ),
    },
  ];
}
