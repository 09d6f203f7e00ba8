import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { formatBytes } from "@/lib/format";
import { flattenPages } from "@/lib/paging";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { MoreButton } from "@/ui/MoreButton";
import { showProblem } from "@/ui/problem_toast";
import { Time } from "@/ui/Time";
import { asideQuery, undoFix } from "./folder_queries";
import styles from "./folders.module.css";

/** What had to give way to fixes, until somebody puts it back. */
export function AsideList({ project, mayManage }: { project: string; mayManage: boolean }) {
  const queryClient = useQueryClient();
  const aside = useInfiniteQuery(asideQuery(project));
  const rows = flattenPages(aside.data?.pages ?? [], ({ fix_id }) => fix_id);
  const undo = useMutation({
    mutationFn: (id: string) => undoFix(project, id),
    onError: (error) => {
      showProblem(error);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["folders", project] }),
  });
  return (
    <section className={styles.board} aria-label="Put aside">
      {aside.error !== null && <ErrorState error={aside.error} onRetry={() => void aside.refetch()} />}
      {aside.isSuccess && rows.length === 0 && (
        <EmptyState icon="folder" title="Nothing was put aside" cause="When a fix needs the place of a file, the file is kept and listed here." />
      )}
      <ul className={styles.findings} aria-label="Put aside">
        {rows.map((one) => (
          <li key={one.fix_id} className={styles.finding}>
            <Time at={one.put_aside_at} />
            <span className={styles.place}>
              <span className={styles.path}>{one.path}</span>
              <span className={styles.path}>now {one.aside_path}</span>
              {one.is_there === false && <span className={styles.fault}>Somebody has removed it.</span>}
            </span>
            {one.size !== null && <span className={styles.detail}>{formatBytes(one.size)}</span>}
            {mayManage && one.is_there !== false && (
              <Button
                kind="quiet"
                icon="undo"
                disabled={undo.isPending}
                aria-label={`Put back ${one.path}`}
                onClick={() => {
                  undo.mutate(one.fix_id);
                }}
              >
                Put back
              </Button>
            )}
          </li>
        ))}
      </ul>
      <MoreButton has={aside.hasNextPage} loading={aside.isFetchingNextPage} failed={aside.isError} onMore={() => void aside.fetchNextPage()} />
    </section>
  );
}
