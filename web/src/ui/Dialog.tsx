import { type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./Button";
import styles from "./Dialog.module.css";

interface DialogProps {
  title: string;
  open: boolean;
  /** Without it the dialog stays until what it asks for is done. */
  onClose?: (() => void) | undefined;
  /** How wide, and whether the title is shown or only read out. */
  size?: "small" | "medium" | "palette";
  children: ReactNode;
}

/** A modal dialog: the browser keeps the focus in it, closes it on Esc and gives the focus back. */
export function Dialog({ title, open, onClose, size = "medium", children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);

  return (
    <dialog
      ref={ref}
      className={styles.dialog}
      data-size={size}
      aria-labelledby={titleId}
      data-keymap="dialog"
      onClose={() => onClose?.()}
      onCancel={(event) => {
        if (onClose === undefined) event.preventDefault();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose?.();
      }}
    >
      {open && (
        <div className={styles.frame}>
          <div className={styles.header}>
            <h2 id={titleId}>{title}</h2>
            {onClose !== undefined && size !== "palette" && <IconButton icon="close" label="Close" onClick={onClose} />}
          </div>
          <div className={styles.body}>{children}</div>
        </div>
      )}
    </dialog>
  );
}
