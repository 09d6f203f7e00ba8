import { type ReactNode, useEffect, useRef } from "react";
import { IconButton } from "./Button";
import { CopyButton } from "./CopyButton";
import styles from "./Panel.module.css";

interface PanelProps {
  label: string;
  /** The address of what is shown, to be handed on. */
  link: string;
  /** Opens the page of what is shown. */
  onOpen?: (() => void) | undefined;
  onClose: () => void;
  children: ReactNode;
}

/** Below this width the panel lies over the list instead of next to it. */
const OVERLAY = "(max-width: 1000px)";

export function Panel({ label, link, onOpen, onClose, children }: PanelProps) {
  const ref = useRef<HTMLElement>(null);

  // Where the panel covers the list, the focus must not stay on what can't be seen.
  useEffect(() => {
    if (window.matchMedia(OVERLAY).matches) ref.current?.focus();
  }, []);

  return (
    <aside ref={ref} tabIndex={-1} className={styles.panel} aria-label={label}>
      <div className={styles.header}>
        <p className={styles.label}>{label}</p>
        <CopyButton text={link} label="Copy the link" icon="link" />
        {onOpen !== undefined && <IconButton icon="open" label="Open its page" hint="Enter" onClick={onOpen} />}
        <IconButton icon="close" label="Close the panel" hint="Esc" onClick={onClose} />
      </div>
      <div className={styles.body}>{children}</div>
    </aside>
  );
}
