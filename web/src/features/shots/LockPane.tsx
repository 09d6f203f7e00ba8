import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { formatTerm, formatVersion, plural } from "@/lib/format";
import { toasts } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { ErrorState } from "@/ui/ErrorState";
import { showProblem } from "@/ui/problem_toast";
import { Skeleton } from "@/ui/Skeleton";
import { Time } from "@/ui/Time";
import { lockPlanQuery, moveLock, shotLockQuery } from "./shot_queries";
import styles from "./shots.module.css";

interface LockPaneProps {
  shotId: string;
  mayUpdate: boolean;
}

/** Which versions a shot stands on, and what moving on would change: who made it, who approved it. */
export function LockPane({ shotId, mayUpdate }: LockPaneProps) {
  const queries = useQueryClient();
  const lock = useQuery(shotLockQuery(shotId));
  const plan = useQuery({ ...lockPlanQuery(shotId), enabled: mayUpdate });
  const move = useMutation({
    mutationFn: () => moveLock(shotId),
    onSuccess: (answer) => {
      toasts.show({ tone: "ok", text: `Locked: ${plural(answer.data.length, "change")}.` });
      void queries.invalidateQueries({ queryKey: ["shot-lock", shotId] });
    },
    onError: (error) => { showProblem(error); },
  });
  if (lock.error !== null) return <ErrorState large error={lock.error} onRetry={() => void lock.refetch()} />;
  if (lock.data === undefined) return <Skeleton width="60%" height={120} />;
  const changes = plan.data?.data ?? [];
  const never = !lock.data.stored;
  return (
    <div className={styles.pane}>
      <section aria-label="What moving on would change" className={styles.section}>
        <div className={styles.sectionHead}>
          <h2 className={styles.heading}>{never ? "Not locked yet" : changes.length === 0 ? "Nothing to move on to" : plural(changes.length, "change")}</h2>
          {mayUpdate && (never || changes.length > 0) && (
            <Button kind="primary" icon="lock" disabled={move.isPending} onClick={() => { move.mutate(); }}>
              {never ? "Lock to these versions" : "Move on"}
            </Button>
          )}
        </div>
        <ul>
          {changes.map((change) => (
            <li key={`${change.path}/${change.product}`} className={styles.change}>
              <span className={styles.code}>{[change.path, change.product].filter((part) => part !== "").join("/")}</span>
              <span>
                {change.from !== null && <del>{formatVersion(change.from.number)}</del>} {change.to !== null && <ins>{formatVersion(change.to.number)}</ins>} {change.change === "removed" && "removed"}
              </span>
              <span className={styles.dim}>
                {change.status !== null && formatTerm(change.status)}
                {change.author !== null && `, by ${change.author.name}`}
                {change.approved_by !== null && `, approved by ${change.approved_by.name}`}
              </span>
              {change.comment !== null && change.comment !== "" && <span dir="auto">{change.comment}</span>}
            </li>
          ))}
        </ul>
      </section>
      <section aria-label="Locked versions" className={styles.section}>
        <h2 className={styles.heading}>{never ? "What it would stand on" : "What it stands on"}</h2>
        {lock.data.locked_at !== null && (
          <p className={styles.dim}>
            Locked <Time at={lock.data.locked_at} />, revision {lock.data.revision}
          </p>
        )}
        {lock.data.data.length === 0 && <p className={styles.dim}>No version: nothing is cast, or nothing was published.</p>}
        <ul>
          {lock.data.data.map((entry) => (
            <li key={`${entry.path}/${entry.product}`} className={styles.change}>
              <span className={styles.code}>{entry.address}</span>
              <span className={styles.dim}>{entry.path}</span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
