import type { ComponentProps, ReactNode } from "react";
import { Icon } from "./icon/Icon";
import styles from "./Button.module.css";

interface ButtonProps extends ComponentProps<"button"> {
  kind?: "primary" | "plain" | "quiet";
  icon?: string;
  children: ReactNode;
}

export function Button({ kind = "plain", icon, children, className, type = "button", ...rest }: ButtonProps) {
  return (
    <button {...rest} type={type} className={[styles.button, styles[kind], className].filter(Boolean).join(" ")}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  icon: string;
  label: string;
  /** The key that does the same, shown in the tooltip. */
  hint?: string | undefined;
}

export function IconButton({ icon, label, hint, className, type = "button", ...rest }: IconButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={[styles.iconButton, className].filter(Boolean).join(" ")}
      aria-label={label}
      title={hint === undefined ? label : `${label} (${hint})`}
    >
      <Icon name={icon} />
    </button>
  );
}
