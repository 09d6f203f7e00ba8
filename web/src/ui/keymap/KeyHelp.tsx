import { useContext, useSyncExternalStore } from "react";
import type { KeyContext } from "@/lib/keymap";
import { Dialog } from "../Dialog";
import { Keys } from "./Keys";
import { KeymapContext } from "./use_keys";
import styles from "./KeyHelp.module.css";

const GROUPS: readonly { context: KeyContext; title: string }[] = [
  { context: "global", title: "Everywhere" },
  { context: "page", title: "This page" },
  { context: "grid", title: "In the list" },
  { context: "player", title: "In the player" },
];

/** Every key that works now, read from the registry itself. */
export function KeyHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const keymap = useContext(KeymapContext);
  const bindings = useSyncExternalStore(keymap.subscribe, keymap.list);
  return (
    <Dialog title="Keyboard" open={open} onClose={onClose}>
      <div className={styles.groups}>
        {GROUPS.map(({ context, title }) => {
          const group = bindings.filter((binding) => binding.context === context && binding.keys.length > 0);
          if (group.length === 0) return null;
          return (
            <section key={context}>
              <h3 className={styles.title}>{title}</h3>
              <dl className={styles.list}>
                {group.map((binding) => (
                  <div key={binding.id} className={styles.row}>
                    <dt>{binding.label}</dt>
                    <dd className={styles.keys}>
                      {binding.keys.map((keys) => (
                        <Keys key={keys} keys={keys} />
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
