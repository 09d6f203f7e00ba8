import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/ui/Button";
import { Icon } from "@/ui/icon/Icon";
import { showProblem } from "@/ui/problem_toast";
import { remakePreviews } from "./media_queries";
import styles from "./media.module.css";

interface NoPreviewProps {
  versionId: string;
  /** What it is of; nothing when it is the whole version. */
  path?: string;
  why: string | null;
  mayRemake: boolean;
}

/** Says why there is no preview, and lets whoever publishes have it made again. */
export function NoPreview({ versionId, path, why, mayRemake }: NoPreviewProps) {
  const queryClient = useQueryClient();
  const remake = useMutation({
    mutationFn: () => remakePreviews(versionId),
    onError: (error) => {
      showProblem(error);
    },
    onSettled: () =>
      Promise.all([queryClient.invalidateQueries({ queryKey: ["previews", versionId] }), queryClient.invalidateQueries({ queryKey: ["version", versionId] })]),
  });
  return (
    <div className={styles.stage} role="status" data-failed>
      <Icon name="warning" size={32} />
      <p>
        No preview could be made of{" "}
        {path === undefined ? "these files" : <bdi>{path}</bdi>}.
      </p>
      {why !== null && <p className={styles.dim}>{why}</p>}
      {mayRemake && (
        <Button
          icon="retry"
          disabled={remake.isPending}
          onClick={() => {
            remake.mutate();
          }}
        >
          Make it again
        </Button>
      )}
    </div>
  );
}
