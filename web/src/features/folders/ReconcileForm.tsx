import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FindingState, FolderFix } from "@/api/schema";
import { plural } from "@/lib/format";
import { Badge, type Hue } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Progress } from "@/ui/Progress";
import { showProblem } from "@/ui/problem_toast";
import { SelectField } from "@/ui/SelectField";
import { type Action, type Actions, choicesOf, LOOKS, planText, usualActions } from "./drift";
import { fixesQuery, reconcile, undoFix } from "./folder_queries";
import styles from "./folders.module.css";

const FIX_LOOKS: Record<FolderFix["state"], { name: string; icon: string; hue: Hue }> = {
  planned: { name: "Planned", icon: "status-todo", hue: "grey" },
  applied: { name: "Done", icon: "status-approved", hue: "green" },
  failed: { name: "Failed", icon: "warning", hue: "red" },
  undone: { name: "Undone", icon: "undo", hue: "slate" },
};

interface FixItemProps {
  fix: FolderFix;
  busy: boolean;
  onUndo: (() => void) | undefined;
}

function FixItem({ fix, busy, onUndo }: FixItemProps) {
  const { name, icon, hue } = FIX_LOOKS[fix.state];
  return (
    <li className={styles.finding}>
      <Badge icon={icon} hue={hue} label={name} />
      <span className={styles.place}>
        <span className={styles.path}>
          {fix.action} {fix.path}
        </span>
        {fix.to_path !== null && <span className={styles.path}>to {fix.to_path}</span>}
        {fix.state === "failed" && <span className={styles.fault}>{fix.detail}</span>}
      </span>
      {onUndo !== undefined && fix.state === "applied" && fix.action !== "adopt" && (
        <Button kind="quiet" icon="undo" disabled={busy} onClick={onUndo} aria-label={`Undo: ${fix.action} ${fix.path}`}>
          Undo
        </Button>
      )}
    </li>
  );
}

interface ReconcileFormProps {
  project: string;
  scan: string;
  /** Of which there is something. */
  states: readonly FindingState[];
}

/** What shall be done about each kind of drift: first a plan, then its fixes, each of which can be undone. */
export function ReconcileForm({ project, scan, states }: ReconcileFormProps) {
  const queryClient = useQueryClient();
  const [actions, setActions] = useState<Actions>(usualActions);
  const [links, setLinks] = useState(false);
  const wanted = { actions, links };
  const fixes = useQuery(fixesQuery(project, scan));
  const plan = useMutation({
    mutationFn: () => reconcile(project, scan, wanted, true),
    onError: (error) => {
      showProblem(error);
    },
  });
  const apply = useMutation({
    mutationFn: () => reconcile(project, scan, wanted, false),
    onSuccess: () => {
      plan.reset();
    },
    onError: (error) => {
      showProblem(error);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: fixesQuery(project, scan).queryKey }),
  });
  const undo = useMutation({
    mutationFn: (id: string) => undoFix(project, id),
    onError: (error) => {
      showProblem(error);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["folders", project] }),
  });
  const done = fixes.data?.data ?? [];
  const left = done.filter((fix) => fix.state === "planned").length;
  return (
    <div className={styles.reconcile}>
      <form
        className={styles.choices}
        aria-label="What shall be done"
        onSubmit={(event) => {
          event.preventDefault();
          plan.mutate();
        }}
      >
        {states.map((state) => (
          <SelectField
            key={state}
            label={LOOKS[state].name}
            value={actions[state] ?? "leave"}
            options={choicesOf(state)}
            onChange={(event) => {
              setActions({ ...actions, [state]: event.target.value as Action });
              plan.reset();
            }}
          />
        ))}
        {actions.wrong_place === "move" && states.includes("wrong_place") && (
          <label className={styles.tick}>
            <input
              type="checkbox"
              checked={links}
              onChange={(event) => {
                setLinks(event.target.checked);
                plan.reset();
              }}
            />
            Leave links at the old places
          </label>
        )}
        <Button type="submit" disabled={plan.isPending || apply.isPending || left > 0}>
          Show the plan
        </Button>
      </form>
      {plan.data !== undefined && (
        <div className={styles.plan} role="region" aria-label="Plan">
          <p>{planText(plan.data)} Nothing is removed: what has to give way is put aside.</p>
          <ul className={styles.findings}>
            {plan.data.data.slice(0, 50).map((fix) => (
              <FixItem key={fix.id} fix={fix} busy onUndo={undefined} />
            ))}
          </ul>
          {plan.data.total > 50 && <p className={styles.detail}>and {plural(plan.data.total - 50, "more file", "more files")}</p>}
          {plan.data.total > 0 && (
            <Button kind="primary" disabled={apply.isPending} onClick={() => { apply.mutate(); }}>
              Do it
            </Button>
          )}
        </div>
      )}
      {left > 0 && (
        <div className={styles.running}>
          <span className={styles.detail}>
            {left} of {plural(done.length, "fix", "fixes")} to go
          </span>
          <Progress label="Progress of the fixes" value={1 - left / done.length} />
        </div>
      )}
      {done.length > 0 && (
        <details className={styles.plan} open={done.some((fix) => fix.state === "failed")}>
          <summary>{plural(done.length, "fix", "fixes")} of this scan</summary>
          <ul className={styles.findings} aria-label="Fixes">
            {done.map((fix) => (
              <FixItem
                key={fix.id}
                fix={fix}
                busy={undo.isPending}
                onUndo={() => {
                  undo.mutate(fix.id);
                }}
              />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
