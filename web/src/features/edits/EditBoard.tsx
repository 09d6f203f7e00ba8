import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Cut, ImportedEdit } from "@/api/schema";
import { problemFrom, sentenceOf } from "@/lib/problem";
import { toasts } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { ErrorState } from "@/ui/ErrorState";
import { Skeleton } from "@/ui/Skeleton";
import { CutList } from "./CutList";
import { applyCut, cutsQuery, importEdit, NO_OPTIONS } from "./edit_queries";
import { ImportForm } from "./ImportForm";
import { planCounts } from "./plan_model";
import { PlanView } from "./PlanView";
import styles from "./edits.module.css";

/** What is looked at before it is done: a file, or a cut to go back to. */
type Source = { kind: "file"; file: File } | { kind: "cut"; cut: Cut };

interface EditBoardProps {
  project: string;
  mayUpdate: boolean;
}

/** Brings edits in: first the plan, as a timeline and shot by shot, then all of it at once. Earlier edits are kept and can come back. */
export function EditBoard({ project, mayUpdate }: EditBoardProps) {
  const queries = useQueryClient();
  const cuts = useQuery(cutsQuery(project));
  const [source, setSource] = useState<Source>();
  const [options, setOptions] = useState(NO_OPTIONS);
  const run = (of: Source, dryRun: boolean) => (of.kind === "file" ? importEdit(project, of.file, options, dryRun) : applyCut(of.cut.id, dryRun));
  const plan = useMutation<ImportedEdit, unknown, Source>({ mutationFn: (of) => run(of, true) });
  const apply = useMutation<ImportedEdit, unknown, Source>({
    mutationFn: (of) => run(of, false),
    onSuccess: (answer) => {
      const changed = planCounts(answer.plan).reduce((sum, { count }) => sum + count, 0);
      toasts.show({ tone: "ok", text: changed === 0 ? "The edit was the same already." : `The edit is in: ${String(changed)} changes.` });
      setSource(undefined);
      plan.reset();
      for (const key of ["cuts", "shots", "sequences", "breakdown"]) void queries.invalidateQueries({ queryKey: [key, project] });
    },
  });
  const look = (of: Source) => {
    setSource(of);
    apply.reset();
    plan.mutate(of);
  };
  const failed = apply.error ?? plan.error;
  const problem = failed === null ? undefined : problemFrom(failed);

  return (
    <div className={styles.page}>
      {mayUpdate && (
        <ImportForm
          file={source?.kind === "file" ? source.file : undefined}
          options={options}
          busy={plan.isPending || apply.isPending}
          onFile={(file) => { look({ kind: "file", file }); }}
          onOptions={setOptions}
        />
      )}
      {plan.isPending && (
        <div role="status" aria-label="Planning">
          <Skeleton width="100%" height={90} />
        </div>
      )}
      {problem !== undefined && (
        <div role="alert" className={styles.refused}>
          <p>
            <strong>{problem.title}</strong> {sentenceOf(problem)}
          </p>
          <ul>
            {problem.errors.slice(0, 20).map(({ pointer, detail }) => (
              <li key={`${pointer} ${detail}`}>
                <span className={styles.code}>{pointer.replace(/^\/line\//, "line ")}</span> {detail}
              </li>
            ))}
          </ul>
        </div>
      )}
      {source !== undefined && plan.data !== undefined && (
        <>
          <div className={styles.acts}>
            <h2 className={styles.heading}>{source.kind === "file" ? source.file.name : `Back to “${source.cut.name}”, number ${String(source.cut.number)}`}</h2>
            <Button onClick={() => { setSource(undefined); plan.reset(); apply.reset(); }}>Leave it</Button>
            <Button kind="primary" disabled={apply.isPending} onClick={() => { apply.mutate(source); }}>
              {source.kind === "file" ? "Bring it in" : "Go back to it"}
            </Button>
          </div>
          <PlanView plan={plan.data.plan} />
        </>
      )}
      {cuts.error !== null && <ErrorState error={cuts.error} onRetry={() => void cuts.refetch()} />}
      <CutList cuts={cuts.data} project={project} mayUpdate={mayUpdate} onLook={(cut) => { look({ kind: "cut", cut }); }} />
    </div>
  );
}
