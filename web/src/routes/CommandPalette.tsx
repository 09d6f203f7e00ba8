import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useContext, useEffect, useId, useRef, useState, useSyncExternalStore } from "react";
import type { SearchHit } from "@/api/schema";
import { HitLine } from "@/features/search/HitLine";
import { suggestQuery } from "@/features/search/search_queries";
import { nextIndex } from "@/lib/roving";
import { Dialog } from "@/ui/Dialog";
import { Icon } from "@/ui/icon/Icon";
import { Keys } from "@/ui/keymap/Keys";
import { KeymapContext } from "@/ui/keymap/use_keys";
import { useDelayed } from "@/ui/use_delayed";
import { type Command, commandsOf } from "./commands";
import styles from "./palette.module.css";

interface CommandPaletteProps {
  open: boolean;
  onClose: () => void;
  projects: readonly { code: string; name: string }[];
  projectName: (id: string | null) => string | undefined;
  onProject: (code: string) => void;
  onHit: (hit: SearchHit) => void;
}

type Entry = { id: string; label: string; command: Command } | { id: string; label: string; hit: SearchHit };

function PaletteBody({ onClose, projects, projectName, onProject, onHit }: Omit<CommandPaletteProps, "open">) {
  const keymap = useContext(KeymapContext);
  const bindings = useSyncExternalStore(keymap.subscribe, keymap.list);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const q = useDelayed(text.trim(), 150);
  const { data } = useQuery(suggestQuery(q));

  const commands = commandsOf(bindings, projects, onProject, text);
  const entries: Entry[] = [
    ...commands.map((command) => ({ id: command.id, label: command.label, command })),
    ...(text.trim() === "" ? [] : (data?.data ?? [])).map((hit) => ({ id: hit.id, label: hit.name, hit })),
  ];
  const active = Math.min(at, entries.length - 1);

  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const choose = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    onClose();
    // Once the dialog has given the focus back, so that a command may put it elsewhere.
    requestAnimationFrame(() => {
      if ("hit" in entry) onHit(entry.hit);
      else entry.command.run();
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      choose(entries[active]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt(nextIndex(event.key, active, entries.map(({ label }) => label)) ?? 0);
    }
  };

  return (
    <>
      <div className={styles.box}>
        <Icon name="command" />
        <input
          role="combobox"
          aria-label="Command or name"
          aria-expanded={entries.length > 0}
          aria-controls={id}
          aria-activedescendant={active >= 0 ? `${id}-${String(active)}` : undefined}
          placeholder="Type a command or a name"
          autoFocus
          autoComplete="off"
          spellCheck={false}
          className={styles.input}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul ref={list} id={id} role="listbox" aria-label="Commands" className={styles.list}>
        {entries.map((entry, index) => (
          <li
            key={entry.id}
            id={`${id}-${String(index)}`}
            role="option"
            aria-selected={index === active}
            className={styles.entry}
            onClick={() => {
              choose(entry);
            }}
          >
            {"hit" in entry ? (
              <HitLine hit={entry.hit} project={projectName(entry.hit.project_id)} />
            ) : (
              <>
                <span className={styles.label}>{entry.label}</span>
                <span className={styles.note}>{entry.command.note}</span>
                {entry.command.keys !== undefined && <Keys keys={entry.command.keys} />}
              </>
            )}
          </li>
        ))}
      </ul>
      {entries.length === 0 && <p className={styles.none}>No command or name like this.</p>}
    </>
  );
}

/** Every act that has a name, every project, and whatever the search finds, by a few letters. */
export function CommandPalette({ open, onClose, ...rest }: CommandPaletteProps) {
  return (
    <Dialog title="Commands" size="palette" open={open} onClose={onClose}>
      <PaletteBody onClose={onClose} {...rest} />
    </Dialog>
  );
}
