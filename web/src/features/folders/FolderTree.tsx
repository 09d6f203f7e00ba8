import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { FolderDataType, FolderEntry } from "@/api/schema";
import { formatTerm } from "@/lib/format";
import { flattenPages } from "@/lib/paging";
import { CopyButton } from "@/ui/CopyButton";
import { ErrorState } from "@/ui/ErrorState";
import { Hidden } from "@/ui/Hidden";
import { Icon } from "@/ui/icon/Icon";
import { MoreButton } from "@/ui/MoreButton";
import { Skeleton } from "@/ui/Skeleton";
import { countsOf, driftText, LOOKS } from "./drift";
import { treeQuery } from "./folder_queries";
import styles from "./folders.module.css";

/** Drift as a mark: shape and number, with its words for whoever can't see or does not know it. */
function DriftMark({ entry }: { entry: FolderEntry }) {
  const counts = countsOf(entry.drift);
  if (counts.length === 0) return null;
  return (
    <span className={styles.mark} title={driftText(entry.drift)}>
      <Hidden>{driftText(entry.drift)}</Hidden>
      {counts.map(({ state, count }) => (
        <span key={state} className={styles.count} data-hue={LOOKS[state].hue} aria-hidden="true">
          <Icon name={LOOKS[state].icon} />
          {count}
        </span>
      ))}
    </span>
  );
}

function Entry({ project, entry, dataType }: { project: string; entry: FolderEntry; dataType: FolderDataType }) {
  const [open, setOpen] = useState(false);
  const leaf = entry.entity_kind === "product";
  const name = (
    <>
      <span className={styles.code}>{entry.label}</span>
      <span className={styles.kind}>{formatTerm(entry.entity_kind)}</span>
    </>
  );
  return (
    <li>
      <div className={styles.entry} data-drift={countsOf(entry.drift).length > 0}>
        {leaf ? (
          <span className={styles.name}>
            <Icon name="kind-product" />
            {name}
          </span>
        ) : (
          <button
            type="button"
            className={styles.name}
            aria-expanded={open}
            onClick={() => {
              setOpen(!open);
            }}
          >
            <Icon name={open ? "chevron-down" : "chevron-right"} />
            {name}
          </button>
        )}
        <span className={styles.path} title={entry.path ?? ""}>
          {entry.path ?? "no folder of this kind"}
        </span>
        {entry.path !== null && <CopyButton text={entry.path} label={`Copy the path of ${entry.label}`} />}
        <DriftMark entry={entry} />
      </div>
      {open && <FolderTree project={project} entityId={entry.entity_id} dataType={dataType} label={`Below ${entry.label}`} />}
    </li>
  );
}

interface FolderTreeProps {
  project: string;
  /** Whose children are shown; the project's without it. */
  entityId?: string;
  dataType: FolderDataType;
  label: string;
}

/** What hangs below an entity, each with its folder and the drift that the last scan found in it. */
export function FolderTree({ project, entityId, dataType, label }: FolderTreeProps) {
  const tree = useInfiniteQuery(treeQuery(project, entityId, dataType));
  const rows = flattenPages(tree.data?.pages ?? [], ({ entity_id }) => entity_id);
  return (
    <>
      {tree.isPending && <Skeleton width="50%" height={14} />}
      {tree.error !== null && <ErrorState error={tree.error} onRetry={() => void tree.refetch()} />}
      {tree.isSuccess && rows.length === 0 && (
        <p className={styles.none}>{entityId === undefined ? "Nothing yet: folders appear with assets and shots." : "Nothing below it."}</p>
      )}
      {rows.length > 0 && (
        <ul className={styles.tree} aria-label={label}>
          {rows.map((entry) => (
            <Entry key={entry.entity_id} project={project} entry={entry} dataType={dataType} />
          ))}
        </ul>
      )}
      <MoreButton has={tree.hasNextPage} loading={tree.isFetchingNextPage} failed={tree.isError} onMore={() => void tree.fetchNextPage()} />
    </>
  );
}
