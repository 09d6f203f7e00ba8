import { Icon } from "./icon/Icon";
import styles from "./Badge.module.css";

export type Hue = "grey" | "slate" | "blue" | "amber" | "green" | "violet" | "red" | "brown";

interface BadgeProps {
  icon: string;
  hue: Hue;
  label: string;
  struck?: boolean;
}

/** A state: shape, label and colour, never colour alone. */
export function Badge({ icon, hue, label, struck = false }: BadgeProps) {
  return (
    <span className={styles.badge} data-hue={hue}>
      <Icon name={icon} />
      <span className={struck ? styles.struck : styles.label}>{label}</span>
    </span>
  );
}
