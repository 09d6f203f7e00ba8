import sprite from "./sprite.svg?url";
import styles from "./Icon.module.css";

interface IconProps {
  /** The id of a symbol in `sprite.svg`. */
  name: string;
  size?: 16 | 20 | 32;
  /** Says it aloud; without it the icon is decoration next to a text. */
  label?: string;
}

export function Icon({ name, size = 16, label }: IconProps) {
  const spoken = label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label };
  return (
    <svg className={styles.icon} width={size} height={size} {...spoken}>
      <use href={`${sprite}#${name}`} />
    </svg>
  );
}
