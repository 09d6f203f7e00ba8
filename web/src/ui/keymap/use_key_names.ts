import { useContext, useSyncExternalStore } from "react";
import { keyNames } from "./key_names";
import { KeymapContext } from "./use_keys";

/** The key that does the same as a button, as it is printed: for tooltips. Undefined when none does. */
export function useKeyNames(id: string): string | undefined {
  const keymap = useContext(KeymapContext);
  const bindings = useSyncExternalStore(keymap.subscribe, keymap.list);
  const keys = bindings.find((binding) => binding.id === id)?.keys[0];
  return keys === undefined ? undefined : keyText(keys);
}

/** The same for tooltips of many: `hint("Assets", "go.assets")`. */
export function useKeyHints(): (title: string, id: string) => string {
  const keymap = useContext(KeymapContext);
  const bindings = useSyncExternalStore(keymap.subscribe, keymap.list);
  return (title, id) => {
    const keys = bindings.find((binding) => binding.id === id)?.keys[0];
    return titleWithKey(title, keys === undefined ? undefined : keyText(keys));
  };
}

export function keyText(keys: string): string {
  return keyNames(keys)
    .map((chord) => chord.join(" "))
    .join(" ");
}

/** A tooltip that names the key. */
export function titleWithKey(title: string, names: string | undefined): string {
  return names === undefined ? title : `${title} (${names})`;
}
