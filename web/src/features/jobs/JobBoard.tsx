import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { plural } from "@/lib/format";
import { flattenPages } from "@/lib/paging";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { MoreButton } from "@/ui/MoreButton";
import { showProblem } from "@/ui/problem_toast";
import { Skeleton } from "@/ui/Skeleton";
import { JobItem } from "./JobItem";
import { cancelJob, jobsQuery, retryJob } from "./job_queries";
import { type JobSearch, STATES, stateName, statesOf, withStates } from "./job_view";
import styles from "./jobs.module.css";

interface JobBoardProps {
  project: string | undefined;
  search: JobSearch;
  onSearch: (search: JobSearch) => void;
  projectName: (id: string | null) => string | undefined;
  mayManage: (projectId: string | null) => boolean;
}

/** What the workers do: running, waiting and failed jobs, each with its progress, its error and a way to try again. */
export function JobBoard({ project, search, onSearch, projectName, mayManage }: JobBoardProps) {
  const queryClient = useQueryClient();
  const states = statesOf(search);
  const jobs = useInfiniteQuery(jobsQuery(project, states));
  const rows = flattenPages(jobs.data?.pages ?? []);
  const total = jobs.data?.pages[0]?.total ?? rows.length;
  const act = useMutation({
    mutationFn: ({ id, what }: { id: string; what: "retry" | "cancel" }) => (what === "retry" ? retryJob(id) : cancelJob(id)),
    onError: (error) => {
      showProblem(error);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const toggleJob = (id: string) => {
    const { job, ...rest } = search;
    onSearch(job === id ? rest : { ...rest, job: id });
  };

  return (
    <section className={styles.board} aria-label="Jobs">
      <div className={styles.head}>
        <h1 className={styles.heading}>Jobs</h1>
        <div role="group" aria-label="States" className={styles.states}>
          {STATES.map((state) => (
            <button
              key={state}
              type="button"
              className={styles.chip}
              aria-pressed={states.includes(state)}
              onClick={() => {
                onSearch(withStates(search, states.includes(state) ? states.filter((other) => other !== state) : [...states, state]));
              }}
            >
              {stateName(state)}
            </button>
          ))}
        </div>
        <p className={styles.count} aria-live="polite">
          {jobs.data !== undefined && plural(total, "job")}
        </p>
      </div>
      {jobs.isPending && (
        <div className={styles.loading} role="status" aria-label="Loading the jobs">
          <Skeleton width="60%" height={14} />
          <Skeleton width="50%" height={14} />
          <Skeleton width="55%" height={14} />
        </div>
      )}
      {jobs.error !== null && (
        <ErrorState large={jobs.data === undefined} error={jobs.error} onRetry={() => void jobs.refetch()} />
      )}
      {jobs.isSuccess && rows.length === 0 && (
        <EmptyState
          icon="jobs"
          title={states.length > 0 ? "No job in these states" : "No jobs"}
          cause={
            states.length > 0
              ? "The filter hides the others."
              : "Jobs appear when files are verified, versions are published and previews are made."
          }
        />
      )}
      <ul className={styles.list}>
        {rows.map((job) => (
          <JobItem
            key={job.id}
            job={job}
            project={project === undefined ? projectName(job.project_id) : undefined}
            open={search.job === job.id}
            onToggle={() => {
              toggleJob(job.id);
            }}
            mayManage={mayManage(job.project_id)}
            busy={act.isPending && act.variables.id === job.id}
            onRetry={() => {
              act.mutate({ id: job.id, what: "retry" });
            }}
            onCancel={() => {
              act.mutate({ id: job.id, what: "cancel" });
            }}
          />
        ))}
      </ul>
      <MoreButton
        has={jobs.hasNextPage}
        loading={jobs.isFetchingNextPage}
        failed={jobs.isError}
        onMore={() => void jobs.fetchNextPage()}
      />
    </section>
  );
}
