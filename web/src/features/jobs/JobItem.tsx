import type { Job } from "@/api/schema";
import { plural } from "@/lib/format";
import { Badge, type Hue } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { CopyButton } from "@/ui/CopyButton";
import { Icon } from "@/ui/icon/Icon";
import { Progress } from "@/ui/Progress";
import { Time } from "@/ui/Time";
import { useNow } from "@/ui/use_now";
import { durationText, kindName, mayCancel, mayRetry, stateName } from "./job_view";
import styles from "./jobs.module.css";

const LOOKS: Record<Job["state"], { icon: string; hue: Hue }> = {
  running: { icon: "status-wip", hue: "blue" },
  queued: { icon: "status-todo", hue: "grey" },
  failed: { icon: "retry", hue: "amber" },
  dead: { icon: "warning", hue: "red" },
  done: { icon: "status-approved", hue: "green" },
  cancelled: { icon: "status-retired", hue: "slate" },
};

interface JobItemProps {
  job: Job;
  project: string | undefined;
  open: boolean;
  onToggle: () => void;
  mayManage: boolean;
  busy: boolean;
  onRetry: () => void;
  onCancel: () => void;
}

function Details({ job }: { job: Job }) {
  return (
    <div className={styles.details}>
      {job.error !== null && <p className={styles.error}>{job.error}</p>}
      <dl className={styles.facts}>
        <dt>Attempts</dt>
        <dd>
          {job.attempts} of {job.max_attempts}
        </dd>
        <dt>Created</dt>
        <dd>
          <Time at={job.created_at} />
        </dd>
        {job.state === "failed" && (
          <>
            <dt>Next try</dt>
            <dd>{new Date(job.run_at).toLocaleTimeString()}</dd>
          </>
        )}
        <dt>Id</dt>
        <dd className={styles.mono}>
          {job.id} <CopyButton text={job.id} label="Copy the id" />
        </dd>
      </dl>
      {job.result !== null && job.result !== undefined && (
        <pre className={styles.result} tabIndex={0} aria-label="What the job left">
          {JSON.stringify(job.result, null, 2)}
        </pre>
      )}
    </div>
  );
}

export function JobItem({ job, project, open, onToggle, mayManage, busy, onRetry, onCancel }: JobItemProps) {
  const now = useNow();
  const { icon, hue } = LOOKS[job.state];
  return (
    <li className={styles.job} data-state={job.state}>
      <div className={styles.line}>
        <button type="button" className={styles.name} aria-expanded={open} onClick={onToggle}>
          <Icon name={open ? "chevron-down" : "chevron-right"} />
          <span>{kindName(job.kind)}</span>
          {project !== undefined && <span className={styles.dim}>{project}</span>}
        </button>
        <span className={styles.state}>
          <Badge icon={icon} hue={hue} label={job.cancel_requested && job.state === "running" ? "Stopping" : stateName(job.state)} />
        </span>
        <span className={styles.progress}>
          {job.state === "running" ? (
            <Progress label={`Progress of ${kindName(job.kind)}`} value={job.progress} />
          ) : job.error !== null ? (
            <span className={styles.fault}>{job.error}</span>
          ) : job.attempts > 1 ? (
            <span className={styles.dim}>{plural(job.attempts, "attempt")}</span>
          ) : null}
        </span>
        <span className={styles.dim}>{durationText(job, now)}</span>
        <span className={styles.when}>
          <Time at={job.finished_at ?? job.started_at ?? job.created_at} />
        </span>
        <span className={styles.acts}>
          {mayManage && mayRetry(job) && (
            <Button kind="quiet" icon="retry" disabled={busy} onClick={onRetry}>
              Retry
            </Button>
          )}
          {mayManage && mayCancel(job) && (
            <Button kind="quiet" icon="close" disabled={busy} onClick={onCancel}>
              Cancel
            </Button>
          )}
        </span>
      </div>
      {open && <Details job={job} />}
    </li>
  );
}
