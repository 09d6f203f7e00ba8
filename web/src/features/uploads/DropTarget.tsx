import { type DragEvent, type ReactNode, useRef, useState } from "react";
import type { Chosen } from "@/lib/transfer/plan";
import { Icon } from "@/ui/icon/Icon";
import { showProblem } from "@/ui/problem_toast";
import { droppedFiles } from "./chosen_files";
import styles from "./uploads.module.css";

interface DropTargetProps {
  /** What happens with what is dropped, as the page says it; undefined when one may not upload here. */
  label: string | undefined;
  onFiles: (files: Chosen[]) => void;
  children: ReactNode;
}

const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");

/** A part of a page on which files can be dropped. */
export function DropTarget({ label, onFiles, children }: DropTargetProps) {
  const [over, setOver] = useState(false);
  // Elements inside tell of their own leaving; only the last leave counts.
  const depth = useRef(0);
  if (label === undefined) return children;
  return (
    <div
      className={styles.target}
      onDragEnter={(event) => {
        if (!hasFiles(event)) return;
        depth.current += 1;
        setOver(true);
      }}
      onDragLeave={() => {
        depth.current = Math.max(0, depth.current - 1);
        if (depth.current === 0) setOver(false);
      }}
      onDragOver={(event) => {
        if (hasFiles(event)) event.preventDefault();
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        droppedFiles(event.dataTransfer).then(onFiles, showProblem);
      }}
    >
      {children}
      {over && (
        <div className={styles.veil} aria-hidden="true">
          <Icon name="upload" size={32} />
          <p>{label}</p>
        </div>
      )}
    </div>
  );
}
