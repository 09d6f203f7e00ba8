import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Project, ProjectCreate } from "@/api/schema";
import { codeOf } from "@/lib/codes";
import { formatTerm } from "@/lib/format";
import { problemFrom } from "@/lib/problem";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ErrorState } from "@/ui/ErrorState";
import { Field } from "@/ui/Field";
import { SelectField } from "@/ui/SelectField";
import { createProject, projectsQuery } from "./project_queries";
import { exactRate, RATES } from "./project_view";
import styles from "./projects.module.css";

const KINDS: readonly NonNullable<ProjectCreate["kind"]>[] = ["feature", "series", "short", "commercial", "game", "library"];

function Form({ onCreated }: { onCreated: (project: Project) => void }) {
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [code, setCode] = useState<string>();
  const [kind, setKind] = useState<string>("feature");
  const [rate, setRate] = useState("24");
  const [width, setWidth] = useState("");
  const [height, setHeight] = useState("");
  const create = useMutation({
    mutationFn: () =>
      createProject({
        name: name.trim(),
        code: code ?? codeOf(name),
        kind: kind as NonNullable<ProjectCreate["kind"]>,
        fps: exactRate(rate),
        ...(width !== "" && height !== "" && { resolution_width: Number(width), resolution_height: Number(height) }),
      }),
    onSuccess: async (project) => {
      await queryClient.invalidateQueries(projectsQuery);
      onCreated(project);
    },
  });
  const problem = create.error === null ? undefined : problemFrom(create.error);
  const fault = (pointer: string) => problem?.errors.find((error) => error.pointer === pointer)?.detail;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!create.isPending) create.mutate();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <Field label="Name" required autoFocus maxLength={200} value={name} error={fault("/name")} onChange={(event) => { setName(event.target.value); }} />
      <Field
        label="Code"
        required
        spellCheck={false}
        hint="Stands in paths and addresses."
        value={code ?? codeOf(name)}
        error={fault("/code")}
        onChange={(event) => { setCode(event.target.value); }}
      />
      <div className={styles.pair}>
        <SelectField
          label="Kind"
          value={kind}
          options={KINDS.map((value) => ({ value, name: formatTerm(value) }))}
          onChange={(event) => { setKind(event.target.value); }}
        />
        <SelectField
          label="Frame rate"
          value={rate}
          options={RATES.map((value) => ({ value, name: `${value} fps` }))}
          onChange={(event) => { setRate(event.target.value); }}
        />
      </div>
      <div className={styles.pair}>
        <Field label="Width in pixels" type="number" min={1} max={1_000_000} value={width} error={fault("/resolution_width")} onChange={(event) => { setWidth(event.target.value); }} />
        <Field label="Height in pixels" type="number" min={1} max={1_000_000} value={height} error={fault("/resolution_height")} onChange={(event) => { setHeight(event.target.value); }} />
      </div>
      {problem !== undefined && problem.errors.length === 0 && <ErrorState error={problem} />}
      <Button kind="primary" type="submit" disabled={create.isPending}>
        {create.isPending ? "Creating…" : "Create the project"}
      </Button>
    </form>
  );
}

interface CreateProjectDialogProps {
  open: boolean;
  onClose: () => void;
  onCreated: (project: Project) => void;
}

export function CreateProjectDialog({ open, onClose, onCreated }: CreateProjectDialogProps) {
  return (
    <Dialog title="New project" size="small" open={open} onClose={onClose}>
      <Form onCreated={onCreated} />
    </Dialog>
  );
}
