import type { ReactNode } from "react";
import styles from "./Hidden.module.css";

/** Text for those who listen: it completes what the eye takes from the place. */
export function Hidden({ children }: { children: ReactNode }) {
  return <span className={styles.hidden}>{children}</span>;
}
