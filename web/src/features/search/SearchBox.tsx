import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import type { SearchHit } from "@/api/schema";
import { problemFrom, sentenceOf } from "@/lib/problem";
import { nextIndex } from "@/lib/roving";
import { Icon } from "@/ui/icon/Icon";
import { useKeys } from "@/ui/keymap/use_keys";
import { useDelayed } from "@/ui/use_delayed";
import { HitLine } from "./HitLine";
import styles from "./search.module.css";
import { suggestQuery } from "./search_queries";

interface SearchBoxProps {
  projectName: (id: string | null) => string | undefined;
  onPick: (hit: SearchHit) => void;
  onSearch: (q: string) => void;
}

/** The search over everything: hits while one types, all of them on Enter. */
export function SearchBox({ projectName, onPick, onSearch }: SearchBoxProps) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const q = useDelayed(text.trim(), 150);
  const { data, error, isFetching } = useQuery(suggestQuery(q));
  const hits = q === "" ? [] : (data?.data ?? []);
  const shown = open && text.trim() !== "";

  useKeys([
    {
      id: "search.focus",
      context: "global",
      keys: ["/"],
      label: "Search everything",
      run: () => {
        input.current?.focus();
        input.current?.select();
        return true;
      },
    },
  ]);

  const leave = () => {
    setOpen(false);
    setAt(-1);
    input.current?.blur();
  };
  const pick = (hit: SearchHit) => {
    leave();
    onPick(hit);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      if (text === "") leave();
      setText("");
    } else if (event.key === "Enter" && text.trim() !== "") {
      event.preventDefault();
      const hit = hits[at];
      if (hit !== undefined) pick(hit);
      else {
        leave();
        onSearch(text.trim());
      }
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      setAt(nextIndex(event.key, at, hits.map((hit) => hit.name)) ?? -1);
    }
  };

  const note =
    error !== null
      ? sentenceOf(problemFrom(error)) || problemFrom(error).title
      : hits.length === 0 && !isFetching && q === text.trim()
        ? "Nothing found."
        : undefined;

  return (
    <div className={styles.box} role="search" aria-label="Search everything">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        role="combobox"
        aria-label="Search everything"
        aria-expanded={shown}
        aria-controls={shown ? id : undefined}
        aria-autocomplete="list"
        aria-activedescendant={shown && at >= 0 ? `${id}-${String(at)}` : undefined}
        placeholder="Search"
        autoComplete="off"
        spellCheck={false}
        className={styles.input}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setOpen(true);
          setAt(-1);
        }}
        onFocus={() => {
          setOpen(true);
        }}
        onBlur={() => {
          setOpen(false);
        }}
        onKeyDown={onKeyDown}
      />
      <kbd className={styles.key} aria-hidden="true">
        /
      </kbd>
      {shown && (
        <div className={styles.drop}>
          <ul id={id} role="listbox" aria-label="Hits">
            {hits.map((hit, index) => (
              <li
                key={hit.id}
                id={`${id}-${String(index)}`}
                role="option"
                aria-selected={index === at}
                className={styles.option}
                onPointerDown={(event) => {
                  event.preventDefault();
                  pick(hit);
                }}
              >
                <HitLine hit={hit} project={projectName(hit.project_id)} />
              </li>
            ))}
          </ul>
          {note !== undefined && <p className={styles.nothing}>{note}</p>}
        </div>
      )}
    </div>
  );
}
