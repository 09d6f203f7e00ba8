import { useContext, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { clashOf, hiddenBy, type KeyRow, readKeyChoices, refusalOf, withChoice, writeKeyChoices } from "@/lib/key_choices";
import { chordOf, type KeyChoices, type KeyContext } from "@/lib/keymap";
import { Button } from "@/ui/Button";
import { Keys } from "@/ui/keymap/Keys";
import { keyText } from "@/ui/keymap/use_key_names";
import { KeymapContext } from "@/ui/keymap/use_keys";
import { KEY_CATALOGUE } from "./key_catalogue";
import styles from "./keys.module.css";

const GROUPS: readonly { context: KeyContext; title: string }[] = [
  { context: "global", title: "Everywhere" },
  { context: "page", title: "On pages" },
  { context: "grid", title: "In lists" },
  { context: "player", title: "In the player" },
];
/** How long a second key is waited for: `G A` is a sequence. */
const NEXT_KEY_MS = 700;

/** Hears the next keys in the place of everything else; calls back with them, or with nothing after Esc. */
function useRecording(on: boolean, onKeys: (keys: string | undefined) => void): string {
  const [heard, setHeard] = useState<readonly string[]>([]);
  const done = useRef(onKeys);
  useEffect(() => {
    done.current = onKeys;
  });
  useEffect(() => {
    if (!on) return;
    let keys: string[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = (result: string | undefined) => {
      clearTimeout(timer);
      setHeard([]);
      done.current(result);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
      if (event.key === "Escape") {
        end(undefined);
        return;
      }
      keys = [...keys, chordOf(event)];
      setHeard(keys);
      clearTimeout(timer);
      if (keys.length === 2) end(keys.join(" "));
      else timer = setTimeout(() => { end(keys.join(" ")); }, NEXT_KEY_MS);
    };
    window.addEventListener("keydown", onKeyDown, { capture: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener("keydown", onKeyDown, { capture: true });
    };
  }, [on]);
  return heard.join(" ");
}

/** Keys of one's own, for this browser. */
export function KeyEditor() {
  const keymap = useContext(KeymapContext);
  const present = useSyncExternalStore(keymap.subscribe, keymap.list);
  const [choices, setChoices] = useState<KeyChoices>(readKeyChoices);
  const [recording, setRecording] = useState<string>();
  const [note, setNote] = useState<{ id: string; text: string; refused: boolean }>();
  // What pages of later versions register is offered while they are open.
  const more = present.filter((binding) => binding.fixed !== true && !binding.keys.includes("Escape") && !binding.keys.includes("Enter") && !KEY_CATALOGUE.some(({ id }) => id === binding.id));
  const rows: readonly KeyRow[] = [...KEY_CATALOGUE, ...more];

  const keep = (next: KeyChoices) => {
    setChoices(next);
    writeKeyChoices(next);
    keymap.choose(next);
  };
  const take = (id: string, keys: string | undefined) => {
    setRecording(undefined);
    if (keys === undefined) return;
    const refusal = keys.split(" ").map(refusalOf).find((each) => each !== undefined);
    const clash = clashOf(rows, choices, id, keys);
    if (refusal !== undefined || clash !== undefined) {
      setNote({ id, refused: true, text: refusal === undefined ? `${keyText(keys)} is already “${clash?.label ?? ""}”. Change that first.` : `${keyText(keys)} ${refusal}.` });
      return;
    }
    const hider = hiddenBy(rows, choices, id, keys);
    keep(withChoice(choices, id, [keys]));
    setNote({ id, refused: false, text: hider === undefined ? "Saved." : `Saved. Where “${hider.label}” has this key, that comes first.` });
  };
  const heard = useRecording(recording !== undefined, (keys) => { take(recording ?? "", keys); });

  return (
    <div className={styles.editor}>
      {GROUPS.map(({ context, title }) => (
        <section key={context} aria-label={`Keys: ${title}`}>
          <h3 className={styles.title}>{title}</h3>
          <ul>
            {rows.filter((row) => row.context === context).map(({ id, label, keys }) => {
              const chosen = choices[id];
              return (
                <li key={id} className={styles.row}>
                  <span>{label}</span>
                  <span className={styles.keys}>
                    {recording === id ? (
                      <em role="status">{heard === "" ? "Press the keys; Esc to leave it" : keyText(heard)}</em>
                    ) : (
                      (chosen ?? keys).map((each) => <Keys key={each} keys={each} />)
                    )}
                  </span>
                  <Button kind="quiet" aria-label={`Change the key: ${label}`} disabled={recording !== undefined} onClick={() => { setNote(undefined); setRecording(id); }}>
                    Change
                  </Button>
                  <Button kind="quiet" aria-label={`Reset the key: ${label}`} disabled={chosen === undefined} onClick={() => { setNote(undefined); keep(withChoice(choices, id, undefined)); }}>
                    Reset
                  </Button>
                  {note?.id === id && <p role={note.refused ? "alert" : "status"} className={note.refused ? styles.fault : styles.note}>{note.text}</p>}
                </li>
              );
            })}
          </ul>
        </section>
      ))}
      <Button disabled={Object.keys(choices).length === 0} onClick={() => { setNote(undefined); keep({}); }}>
        The usual keys everywhere
      </Button>
    </div>
  );
}
