const NAMES: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  PageUp: "Page ↑",
  PageDown: "Page ↓",
  Mod: "Ctrl",
};

/** A binding's key as it is printed: a list of keys pressed one after another, each a list of keys held together. */
export function keyNames(keys: string): string[][] {
  return keys.split(" ").map((chord) =>
    chord.split("+").map((part) => NAMES[part] ?? (/^[a-z]$/.test(part) ? part.toUpperCase() : part)),
  );
}
