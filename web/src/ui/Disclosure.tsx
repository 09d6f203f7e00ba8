import { type ReactNode, useId } from "react";
import { Icon } from "./icon/Icon";
import styles from "./Disclosure.module.css";

interface DisclosureProps {
  open: boolean;
  onToggle: (open: boolean) => void;
  summary: ReactNode;
  children: ReactNode;
}

/** A head that shows and hides what is below it. What is hidden is not rendered, so that it loads nothing. */
export function Disclosure({ open, onToggle, summary, children }: DisclosureProps) {
  const id = useId();
  return (
    <>
      <button
        type="button"
        className={styles.head}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => {
          onToggle(!open);
        }}
      >
        <Icon name={open ? "chevron-down" : "chevron-right"} />
        {summary}
      </button>
      {open && <div id={id}>{children}</div>}
    </>
  );
}
