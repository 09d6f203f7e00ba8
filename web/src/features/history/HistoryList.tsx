import { useInfiniteQuery } from "@tanstack/react-query";
import type { HistoryEntry } from "@/api/schema";
import { formatDateTime, formatTerm } from "@/lib/format";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { MoreButton } from "@/ui/MoreButton";
import { Skeleton } from "@/ui/Skeleton";
import { Time } from "@/ui/Time";
import { actionText, tellingChanges, valueText } from "./change_text";
import styles from "./history.module.css";
import { historyQuery } from "./history_queries";

function Entry({ entry }: { entry: HistoryEntry }) {
  const changes = tellingChanges(entry);
  return (
    <li className={styles.entry}>
      <p className={styles.head}>
        <strong>{actionText(entry.action)}</strong>
        <span>by {entry.actor?.name ?? "Bifrost"}</span>
        <span className={styles.when} title={formatDateTime(entry.at)}>
          <Time at={entry.at} />
        </span>
      </p>
      {changes.length > 0 && (
        <dl className={styles.changes}>
          {changes.map(({ field, from, to }) => (
            <div key={field} className={styles.change}>
              <dt>{formatTerm(field)}</dt>
              <dd>
                {valueText(from) !== "nothing" && <del dir="auto">{valueText(from)}</del>}
                <ins dir="auto">{valueText(to)}</ins>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

/** Who changed what of an asset or a shot, newest first. */
export function HistoryList({ id, kind = "asset" }: { id: string; kind?: "asset" | "shot" }) {
  const history = useInfiniteQuery(historyQuery(kind, id));
  const entries = history.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <section aria-label="History" className={styles.history}>
      {history.isPending && (
        <div role="status" aria-label="Loading the history">
          <Skeleton width="60%" height={14} />
        </div>
      )}
      {history.error !== null && (
        <ErrorState large={entries.length === 0} error={history.error} onRetry={() => void history.refetch()} />
      )}
      {history.isSuccess && entries.length === 0 && (
        <EmptyState icon="history" title="No history" cause="Nothing that you may see has happened to it." />
      )}
      <ol>
        {entries.map((entry) => (
          <Entry key={entry.position} entry={entry} />
        ))}
      </ol>
      <MoreButton
        has={history.hasNextPage}
        loading={history.isFetchingNextPage}
        failed={history.isError}
        onMore={() => void history.fetchNextPage()}
      />
    </section>
  );
}
