import styles from "./Progress.module.css";

interface ProgressProps {
  label: string;
  /** From 0 to 1; undefined while nothing is known yet. */
  value: number | undefined;
  tone?: "accent" | "ok" | "warning" | "error";
}

export function Progress({ label, value, tone = "accent" }: ProgressProps) {
  const percent = value === undefined ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <span
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={styles.bar}
      data-tone={tone}
    >
      <span className={styles.fill} style={{ transform: `scaleX(${String((percent ?? 0) / 100)})` }} />
    </span>
  );
}
