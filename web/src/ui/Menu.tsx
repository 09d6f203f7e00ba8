import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { nextIndex } from "@/lib/roving";
import { Hidden } from "./Hidden";
import styles from "./Menu.module.css";

export interface MenuItem {
  id: string;
  label: string;
  icon?: ReactNode;
  note?: string;
  /** A ticked choice among several; undefined for a plain act. */
  checked?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  /** What stands in the button. */
  button: ReactNode;
  /** Names the menu, and is read out before what stands in the button. */
  label: string;
  items: readonly MenuItem[];
  align?: "start" | "end";
  side?: "below" | "above";
  /** Choosing leaves the menu open: for several ticks one after another. */
  stays?: boolean;
  active?: boolean;
  className?: string | undefined;
}

/** A button with a menu: arrows, Home, End and letters move in it, Enter and Space choose, Esc closes it. */
export function Menu(props: MenuProps) {
  const { button, label, items, align = "start", side = "below", stays = false, active = false } = props;
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();

  const focusItem = (index: number) => {
    list.current?.querySelectorAll<HTMLElement>("[role^='menuitem']")[index]?.focus();
  };
  const close = () => {
    setOpen(false);
    trigger.current?.focus();
  };

  useEffect(() => {
    if (!open) return;
    const checked = list.current?.querySelector<HTMLElement>("[aria-checked='true']");
    (checked ?? list.current?.querySelector<HTMLElement>("[role^='menuitem']"))?.focus();
    const onPointerDown = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", onPointerDown);
    return () => {
      document.removeEventListener("pointerdown", onPointerDown);
    };
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Tab") {
      setOpen(false);
      return;
    }
    if (event.key === "Escape") {
      event.preventDefault();
      close();
      return;
    }
    const entries = [...(list.current?.querySelectorAll("[role^='menuitem']") ?? [])];
    const at = entries.indexOf(document.activeElement as Element);
    const next = nextIndex(event.key, at, items.map((item) => item.label));
    if (next === undefined) return;
    event.preventDefault();
    focusItem(next);
  };

  return (
    <div ref={root} className={[styles.root, props.className].filter(Boolean).join(" ")}>
      <button
        ref={trigger}
        type="button"
        className={styles.trigger}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        data-active={active}
        onClick={() => {
          setOpen(!open);
        }}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" || open) return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        <Hidden>{label}: </Hidden>
        {button}
      </button>
      {open && (
        <div
          ref={list}
          id={id}
          role="menu"
          tabIndex={-1}
          aria-label={label}
          className={styles.list}
          data-align={align}
          data-side={side}
          onKeyDown={onKeyDown}
        >
          {items.map((item) => (
            <button
              key={item.id}
              type="button"
              tabIndex={-1}
              role={item.checked === undefined ? "menuitem" : "menuitemcheckbox"}
              {...(item.checked !== undefined && { "aria-checked": item.checked })}
              className={styles.item}
              onClick={() => {
                item.onSelect();
                if (!stays) close();
              }}
            >
              {item.icon}
              <span className={styles.label}>{item.label}</span>
              {item.note !== undefined && <span className={styles.note}>{item.note}</span>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
