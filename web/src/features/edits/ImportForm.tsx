import { type DragEvent, useId, useState } from "react";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Icon } from "@/ui/icon/Icon";
import type { EditOptions } from "./edit_queries";
import styles from "./edits.module.css";

interface ImportFormProps {
  file: File | undefined;
  options: EditOptions;
  busy: boolean;
  onFile: (file: File) => void;
  onOptions: (options: EditOptions) => void;
}

const FIELDS = [
  { key: "rate", label: "Rate", hint: "A fraction such as 24000/1001; an EDL doesn't say its own" },
  { key: "naming", label: "How clips are named", hint: "{sequence}_{shot}_v{version}; without it as names are usually made" },
  { key: "sequence", label: "Sequence", hint: "For clips that are named by the shot alone" },
  { key: "handles", label: "Handles of new shots", hint: "Frames on each side" },
] as const;

/** Chooses the file of an edit, and how to read it. */
export function ImportForm({ file, options, busy, onFile, onOptions }: ImportFormProps) {
  const [over, setOver] = useState(false);
  const id = useId();
  const take = (files: FileList | null) => {
    const first = files?.[0];
    if (first !== undefined) onFile(first);
  };
  return (
    <form
      className={styles.form}
      aria-label="Bring in an edit"
      onSubmit={(event) => {
        event.preventDefault();
        if (file !== undefined) onFile(file);
      }}
    >
      <div
        className={styles.drop}
        data-over={over}
        onDragOver={(event: DragEvent) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => {
          setOver(false);
        }}
        onDrop={(event: DragEvent) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files);
        }}
      >
        <Icon name="film" size={32} />
        <label htmlFor={id} className={styles.choose}>
          {file === undefined ? "Choose an edit" : file.name}
        </label>
        <input id={id} type="file" accept=".otio,.edl,.json,.txt" className={styles.file} onChange={(event) => { take(event.target.files); }} />
        <p className={styles.dim}>OpenTimelineIO or a CMX 3600 EDL. First it is only planned.</p>
      </div>
      <details className={styles.options}>
        <summary>How to read it</summary>
        <div className={styles.fields}>
          {FIELDS.map(({ key, label, hint }) => (
            <Field key={key} label={label} hint={hint} value={options[key]} onChange={(event) => { onOptions({ ...options, [key]: event.target.value }); }} />
          ))}
          <Button type="submit" disabled={file === undefined || busy}>Plan again</Button>
        </div>
      </details>
    </form>
  );
}
