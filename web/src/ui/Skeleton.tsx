import styles from "./states.module.css";

/** The place of something that is still to come. */
export function Skeleton({ width, height = 10 }: { width: number | string; height?: number }) {
  return <div className={styles.skeleton} style={{ width, height }} aria-hidden="true" />;
}
