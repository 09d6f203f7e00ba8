import type { ReactNode } from "react";
import { Icon } from "./icon/Icon";
import styles from "./states.module.css";

interface EmptyStateProps {
  icon: string;
  title: string;
  /** Why there is nothing. */
  cause: ReactNode;
  /** It is all that the page shows: its title is the page's heading. */
  page?: boolean;
  /** The next act. */
  children?: ReactNode;
}

export function EmptyState({ icon, title, cause, page = false, children }: EmptyStateProps) {
  const Title = page ? "h1" : "p";
  return (
    <div className={styles.state}>
      <span className={styles.icon}>
        <Icon name={icon} size={20} />
      </span>
      <Title className={styles.title}>{title}</Title>
      <p className={styles.cause}>{cause}</p>
      {children !== undefined && <div className={styles.acts}>{children}</div>}
    </div>
  );
}
