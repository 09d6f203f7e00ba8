import { useEffect, useRef, useState } from "react";
import type { VersionFile } from "@/api/schema";
import { Icon } from "@/ui/icon/Icon";
import styles from "./media.module.css";
import { startTurntable } from "./turntable_scene";

interface TurntableProps {
  file: VersionFile;
  files: readonly VersionFile[];
}

/** A model that turns by itself until someone takes hold of it. */
export default function Turntable({ file, files }: TurntableProps) {
  const stage = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"loading" | "ready" | { fault: string }>("loading");
  useEffect(() => {
    const element = stage.current;
    if (element === null) return;
    const stop = new AbortController();
    startTurntable(element, file, files, stop.signal).then(
      () => {
        if (!stop.signal.aborted) setState("ready");
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setState({ fault: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => {
      stop.abort();
    };
  }, [file, files]);
  const fault = typeof state === "object" ? state.fault : undefined;
  return (
    <div className={styles.stage}>
      <div ref={stage} className={styles.canvas} role="img" aria-label={`Model ${file.path}, turning`} data-state={fault === undefined ? state : "failed"} />
      {state === "loading" && <Icon name="cube" size={32} />}
      {fault !== undefined && (
        <>
          <Icon name="warning" size={32} />
          <p>The model {file.path} can’t be shown.</p>
          <p className={styles.dim}>{fault}</p>
        </>
      )}
    </div>
  );
}
