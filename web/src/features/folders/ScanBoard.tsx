import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Finding, FindingState } from "@/api/schema";
import { formatBytes, formatCount, plural } from "@/lib/format";
import { flattenPages } from "@/lib/paging";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { MoreButton } from "@/ui/MoreButton";
import { Progress } from "@/ui/Progress";
import { showProblem } from "@/ui/problem_toast";
import { Time } from "@/ui/Time";
import { countsOf, LOOKS, STATES } from "./drift";
import { requestScan, scanQuery, scansQuery } from "./folder_queries";
import { ReconcileForm } from "./ReconcileForm";
import styles from "./folders.module.css";

function FindingItem({ finding }: { finding: Finding }) {
  const { name, icon, hue } = LOOKS[finding.state];
  return (
    <li className={styles.finding}>
      <Badge icon={icon} hue={hue} label={name} />
      <span className={styles.place}>
        <span className={styles.path}>{finding.path}</span>
        {finding.expected_path !== null && <span className={styles.path}>belongs to {finding.expected_path}</span>}
        {finding.detail !== "" && <span className={styles.detail}>{finding.detail}</span>}
      </span>
      {finding.size !== null && <span className={styles.detail}>{formatBytes(finding.size)}</span>}
    </li>
  );
}

function FindingList({ project, scan, state }: { project: string; scan: string; state: FindingState | undefined }) {
  const found = useInfiniteQuery(scanQuery(project, scan, state));
  const rows = flattenPages(found.data?.pages ?? [], ({ number }) => number);
  return (
    <>
      {found.error !== null && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      <ul className={styles.findings} aria-label="Findings" aria-busy={found.isPlaceholderData}>
        {rows.map((finding) => (
          <FindingItem key={finding.number} finding={finding} />
        ))}
      </ul>
      <MoreButton has={found.hasNextPage} loading={found.isFetchingNextPage} failed={found.isError} onMore={() => void found.fetchNextPage()} />
    </>
  );
}

interface ScanBoardProps {
  project: string;
  mayManage: boolean;
}

/** The last comparison of disk and database, what it found, and what may be done about it. */
export function ScanBoard({ project, mayManage }: ScanBoardProps) {
  const queryClient = useQueryClient();
  const [chosen, setChosen] = useState<FindingState>();
  const scans = useQuery(scansQuery(project));
  const newest = scans.data?.data[0];
  const ended = scans.data?.data.find((scan) => scan.finished_at !== null);
  const running = newest !== undefined && newest.finished_at === null ? newest : undefined;
  const progress = useInfiniteQuery({ ...scanQuery(project, running?.id ?? "", undefined), enabled: running !== undefined });
  const job = progress.data?.pages[0];
  const ask = useMutation({
    mutationFn: () => requestScan(project),
    onError: (error) => {
      showProblem(error);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: scansQuery(project).queryKey }),
  });

  // A scan that has just ended changes what the tree and the findings say.
  const last = useRef(ended?.id);
  useEffect(() => {
    if (ended?.id !== last.current) void queryClient.invalidateQueries({ queryKey: ["folders", project, "tree"] });
    last.current = ended?.id;
  }, [ended?.id, project, queryClient]);

  const counts = ended?.counts ?? undefined;
  const drift = counts === undefined ? [] : countsOf(counts);
  const stuck = job?.state === "dead" || job?.state === "cancelled";
  return (
    <section className={styles.board} aria-label="Disk and database">
      <div className={styles.head}>
        <h2 className={styles.heading}>Disk and database</h2>
        <p className={styles.detail} aria-live="polite">
          {ended !== undefined && counts !== undefined ? (
            <>
              Compared <Time at={ended.finished_at ?? ended.created_at} />: {plural(counts.files, "file")}, {formatCount(counts.unchanged)} as they
              should be
            </>
          ) : (
            scans.isSuccess && "Not compared yet"
          )}
        </p>
        {mayManage && (
          <Button icon="retry" disabled={ask.isPending || (running !== undefined && !stuck)} onClick={() => { ask.mutate(); }}>
            Scan
          </Button>
        )}
      </div>
      {scans.error !== null && <ErrorState error={scans.error} onRetry={() => void scans.refetch()} />}
      {running !== undefined && !stuck && (
        <div className={styles.running}>
          <span className={styles.detail}>{job?.state === "queued" ? "Waiting for a worker" : "Comparing"}</span>
          <Progress label="Progress of the scan" value={job?.progress} />
        </div>
      )}
      {running !== undefined && stuck && <p className={styles.fault}>The last scan could not be ended; its job says why.</p>}
      {ended !== undefined && drift.length === 0 && (
        <EmptyState icon="status-approved" title="No drift" cause="Everything that was published lies where it should, and nothing else does." />
      )}
      {ended !== undefined && drift.length > 0 && (
        <>
          <div role="group" aria-label="States" className={styles.states}>
            {drift.map(({ state, count }) => (
              <button
                key={state}
                type="button"
                className={styles.chip}
                aria-pressed={chosen === state}
                title={LOOKS[state].meaning}
                onClick={() => {
                  setChosen(chosen === state ? undefined : state);
                }}
              >
                <Badge icon={LOOKS[state].icon} hue={LOOKS[state].hue} label={`${LOOKS[state].name} ${formatCount(count)}`} />
              </button>
            ))}
          </div>
          {mayManage && <ReconcileForm key={ended.id} project={project} scan={ended.id} states={STATES.filter((state) => (counts?.[state] ?? 0) > 0)} />}
          <FindingList project={project} scan={ended.id} state={chosen} />
        </>
      )}
    </section>
  );
}
