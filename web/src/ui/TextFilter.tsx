import { type Ref, useEffect, useState } from "react";
import { Icon } from "./icon/Icon";
import styles from "./TextFilter.module.css";

interface TextFilterProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  ref?: Ref<HTMLInputElement>;
}

const DELAY_MS = 200;

/** A text that is applied shortly after the last key. Esc empties it, and leaves it when it is empty. */
export function TextFilter({ label, value, onChange, ref }: TextFilterProps) {
  const [text, setText] = useState(value);
  const [applied, setApplied] = useState(value);

  // The value also changes from outside: Back, Forward, "Clear".
  if (applied !== value) {
    setApplied(value);
    if (text.trim() !== value) setText(value);
  }

  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => {
      onChange(text.trim());
    }, DELAY_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [text, value, onChange]);

  return (
    <div className={styles.filter}>
      <Icon name="search" />
      <input
        ref={ref}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        autoComplete="off"
        spellCheck={false}
        className={styles.input}
        onChange={(event) => {
          setText(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") onChange(text.trim());
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (text === "") event.currentTarget.blur();
          else setText("");
        }}
      />
    </div>
  );
}
