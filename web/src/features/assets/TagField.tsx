import { type KeyboardEvent, useId, useState } from "react";
import { IconButton } from "@/ui/Button";
import styles from "./assets.module.css";

interface TagFieldProps {
  label: string;
  tags: readonly string[];
  onChange: (tags: readonly string[]) => void;
  known: readonly string[];
  autoFocus?: boolean;
}

/** Tags as people type them: Enter or a comma ends one, Backspace takes the last one back. */
export function TagField({ label, tags, onChange, known, autoFocus = false }: TagFieldProps) {
  const id = useId();
  const [text, setText] = useState("");
  const take = (raw: string) => {
    const fresh = raw.split(",").map((part) => part.trim()).filter((part) => part !== "" && !tags.includes(part));
    if (fresh.length > 0) onChange([...tags, ...new Set(fresh)]);
    setText("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.key === "Enter" || event.key === ",") && text.trim() !== "") {
      event.preventDefault();
      take(text);
    } else if (event.key === "Backspace" && text === "") {
      onChange(tags.slice(0, -1));
    }
  };
  return (
    <div className={styles.tagField}>
      <label htmlFor={id}>{label}</label>
      {tags.length > 0 && (
        <ul className={styles.tags} aria-label={`${label}: chosen`}>
          {tags.map((tag) => (
            <li key={tag}>
              <span dir="auto">{tag}</span>
              <IconButton
                icon="close"
                label={`Leave out ${tag}`}
                onClick={() => {
                  onChange(tags.filter((other) => other !== tag));
                }}
              />
            </li>
          ))}
        </ul>
      )}
      <input
        id={id}
        list={`${id}-known`}
        autoFocus={autoFocus}
        autoComplete="off"
        maxLength={64}
        placeholder="A tag, then Enter"
        value={text}
        onChange={(event) => {
          if (event.target.value.endsWith(",")) take(event.target.value);
          else setText(event.target.value);
        }}
        onBlur={() => {
          take(text);
        }}
        onKeyDown={onKeyDown}
      />
      <datalist id={`${id}-known`}>
        {known.slice(0, 200).map((tag) => (
          <option key={tag} value={tag} />
        ))}
      </datalist>
    </div>
  );
}
