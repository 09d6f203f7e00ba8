import type { ReactNode } from "react";
import { Icon } from "./icon/Icon";
import styles from "./states.module.css";

interface EmptyStateProps {
  icon: string;
  title: string;
  /** Why there is nothing. */
  cause: ReactNode;
  /** The next act. */
  children?: ReactNode;
}

export function EmptyState({ icon, title, cause, children }: EmptyStateProps) {
  return (
    <div className={styles.state}>
      <span className={styles.icon}>
        <Icon name={icon} size={20} />
      </span>
      <p className={styles.title}>{title}</p>
      <p className={styles.cause}>{cause}</p>
      {children !== undefined && <div className={styles.acts}>{children}</div>}
    </div>
  );
}
