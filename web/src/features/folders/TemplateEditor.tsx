import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useId, useState } from "react";
import type { FolderTemplate, FolderTemplateDraft } from "@/api/schema";
import { formatCount, plural } from "@/lib/format";
import { problemFrom, sentenceOf } from "@/lib/problem";
import { toasts } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { ErrorState } from "@/ui/ErrorState";
import { Field } from "@/ui/Field";
import { Icon } from "@/ui/icon/Icon";
import { previewQuery, resetTemplate, saveTemplate } from "./folder_queries";
import { childrenOf, draftOf, isChanged, pathText, TOKENS } from "./template_draft";
import styles from "./folders.module.css";

function Paths({ paths, label }: { paths: readonly string[]; label: string }) {
  return (
    <ul className={styles.paths} aria-label={label}>
      {paths.map((path, index) => (
        <li key={`${String(index)} ${path}`} className={styles.path}>
          {pathText(path)}
        </li>
      ))}
    </ul>
  );
}

/** What the draft would do: paths as they would be, what is wrong with it, and which paths would be others. */
function Preview({ project, draft }: { project: string; draft: FolderTemplateDraft }) {
  const preview = useQuery(previewQuery(project, useDeferredValue(draft)));
  if (preview.error !== null) return <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />;
  if (preview.data === undefined) return null;
  const { valid, faults, collisions, changed, unchanged, failed, changes, examples } = preview.data;
  return (
    <div className={styles.preview} aria-busy={preview.isPlaceholderData}>
      <div role="status" className={valid ? styles.sound : styles.fault}>
        {valid ? (
          <p>
            <Icon name="status-approved" /> It can be saved: {plural(changed, "path")} would change, {formatCount(unchanged)} would stay
            {failed > 0 && `, ${formatCount(failed)} would be none`}.
          </p>
        ) : (
          <>
            <p>
              <Icon name="warning" /> It can't be saved:
            </p>
            <ul>
              {[...faults, ...collisions].map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </>
        )}
      </div>
      {examples.length > 0 && (
        <>
          <h4 className={styles.small}>Paths would be</h4>
          <Paths label="Examples" paths={examples} />
        </>
      )}
      {changes.length > 0 && (
        <>
          <h4 className={styles.small}>What would change</h4>
          <ul className={styles.paths} aria-label="Changes">
            {changes.map((change, index) => (
              <li key={`${String(index)} ${change.entity_id}`} className={styles.change}>
                <span className={styles.path}>{change.from === null ? "no path" : pathText(change.from)}</span>
                <Icon name="chevron-right" />
                <span className={styles.path}>{change.to === null ? (change.error ?? "no path") : pathText(change.to)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Tokens() {
  return (
    <details className={styles.tokens}>
      <summary>What may stand in a pattern</summary>
      <dl>
        {TOKENS.map(({ token, meaning }) => (
          <div key={token}>
            <dt className={styles.path}>{token}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

interface TemplateEditorProps {
  project: string;
  holds: FolderTemplate;
  mayChange: boolean;
  onClose: () => void;
}

/** One template with what it would do, live; nothing is saved before that is asked for. */
export function TemplateEditor({ project, holds, mayChange, onClose }: TemplateEditorProps) {
  const queryClient = useQueryClient();
  const id = useId();
  const [draft, setDraft] = useState(() => draftOf(holds));
  const [children, setChildren] = useState(() => holds.children.join("\n"));
  const changed = isChanged(holds, draft);
  const done = (text: string) => {
    toasts.show({ tone: "info", text });
    void queryClient.invalidateQueries({ queryKey: ["folders", project] });
    onClose();
  };
  const save = useMutation({
    mutationFn: () => saveTemplate(project, holds, draft),
    onSuccess: () => {
      done("The template is saved. Scan to see which files lie at their old places.");
    },
  });
  const reset = useMutation({
    mutationFn: () => resetTemplate(holds.id ?? ""),
    onSuccess: () => {
      done("The template that ships holds again.");
    },
  });
  const refused = save.error ?? reset.error;
  return (
    <form
      className={styles.editor}
      aria-label={`Template for ${holds.data_type} of ${holds.entity_kind}`}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <h3 className={styles.heading}>
        {holds.data_type} of {holds.entity_kind}
      </h3>
      <Field
        label="Pattern"
        value={draft.pattern}
        readOnly={!mayChange}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setDraft({ ...draft, pattern: event.target.value });
        }}
      />
      <Field
        label="Root"
        hint="main is the projects' root; studio mappings say where others lie."
        value={draft.root ?? "main"}
        readOnly={!mayChange}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setDraft({ ...draft, root: event.target.value });
        }}
      />
      <div className={styles.area}>
        <label htmlFor={id}>Folders made in it, one a line</label>
        <textarea
          id={id}
          rows={3}
          value={children}
          readOnly={!mayChange}
          spellCheck={false}
          onChange={(event) => {
            setChildren(event.target.value);
            setDraft({ ...draft, children: childrenOf(event.target.value) });
          }}
        />
      </div>
      <Tokens />
      <Preview project={project} draft={draft} />
      {refused !== null && (
        <p role="alert" className={styles.fault}>
          {sentenceOf(problemFrom(refused))}
        </p>
      )}
      <div className={styles.acts}>
        {mayChange && (
          <Button type="submit" kind="primary" disabled={!changed || save.isPending}>
            Save the template
          </Button>
        )}
        {mayChange && holds.id !== null && (
          <Button disabled={reset.isPending} onClick={() => { reset.mutate(); }}>
            Use the one that ships
          </Button>
        )}
        <Button kind="quiet" onClick={onClose}>
          Close
        </Button>
      </div>
    </form>
  );
}
