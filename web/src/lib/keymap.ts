// The one registry of keys. A binding belongs to a context; an event is offered to the contexts of the place where it
// happened, the most specific one first. Text fields swallow everything but Escape and Ctrl+Enter.

export type KeyContext = "dialog" | "player" | "grid" | "page" | "global";

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  timeStamp: number;
  isComposing?: boolean;
  defaultPrevented?: boolean;
}

export interface Binding {
  /** A name that stays the same when the keys change: `search.focus`. */
  id: string;
  context: KeyContext;
  /** Chords such as `?`, `Shift+ArrowDown`, `Mod+k` (Ctrl, or ⌘ on a Mac); a space stands between keys of a sequence: `g a`. */
  keys: readonly string[];
  label: string;
  /** Left out of the command palette: it makes sense only as a key (arrows), or it opens the palette itself. */
  keyOnly?: boolean;
  /** Its keys say what it does (arrows): nobody chooses others for it. */
  fixed?: boolean;
  /** Returning false passes the key on to the next context. */
  run: (press: KeyPress) => boolean | undefined;
}

export interface KeyScope {
  contexts: readonly KeyContext[];
  textField: boolean;
  /** The focused element acts on Enter and Space itself: a button, a link. */
  activates: boolean;
}

const SEQUENCE_MS = 1000;

/** The name of a key press. Shift is left out where the character already says it (`?`), and kept for letters and named keys. */
export function chordOf(press: KeyPress): string {
  const key = press.key === " " ? "Space" : press.key;
  const letter = /^\p{L}$/u.test(key);
  const parts: string[] = [];
  if (press.ctrlKey || press.metaKey) parts.push("Mod");
  if (press.altKey) parts.push("Alt");
  if (press.shiftKey && (letter || key.length > 1)) parts.push("Shift");
  parts.push(letter ? key.toLowerCase() : key);
  return parts.join("+");
}

/** Keys that someone chose instead of the usual ones, by the binding's id. */
export type KeyChoices = Readonly<Record<string, readonly string[]>>;

export class Keymap {
  private readonly bindings: Binding[] = [];
  private choices: KeyChoices = {};
  private readonly listeners = new Set<() => void>();
  private snapshot: readonly Binding[] = [];
  private pending = "";
  private pendingAt = 0;

  /** Adds a binding and returns how to remove it. Two different bindings may not share a key in a context. */
  register(binding: Binding): () => void {
    for (const other of this.bindings) {
      if (other.context !== binding.context || other.id === binding.id) continue;
      const key = binding.keys.find((candidate) => other.keys.includes(candidate));
      if (key !== undefined) throw new Error(`${binding.id} and ${other.id} both want ${key} in ${binding.context}`);
    }
    this.bindings.push(binding);
    this.changed();
    return () => {
      const index = this.bindings.indexOf(binding);
      if (index >= 0) this.bindings.splice(index, 1);
      this.changed();
    };
  }

  /** Takes these keys instead of the usual ones. */
  choose(choices: KeyChoices): void {
    this.choices = choices;
    this.changed();
  }

  private keysOf(binding: Binding): readonly string[] {
    return (binding.fixed === true ? undefined : this.choices[binding.id]) ?? binding.keys;
  }

  /** What stands on the page of keys, each id once, with the keys that work. The answer is the same object until a binding changes. */
  readonly list = (): readonly Binding[] => this.snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Offers a key press to the bindings; true when one took it, or when it begins a sequence. */
  handle(press: KeyPress, scope: KeyScope): boolean {
    if (press.defaultPrevented === true || press.isComposing === true) return false;
    if (["Shift", "Control", "Alt", "Meta"].includes(press.key)) return false;
    const chord = chordOf(press);
    if (scope.textField && chord !== "Escape" && chord !== "Mod+Enter") return false;
    if (scope.activates && (chord === "Enter" || chord === "Space")) return false;

    const inTime = this.pending !== "" && press.timeStamp - this.pendingAt <= SEQUENCE_MS;
    const attempts = inTime ? [`${this.pending} ${chord}`, chord] : [chord];
    this.pending = "";
    return attempts.some((keys) => this.run(keys, press, scope));
  }

  private run(keys: string, press: KeyPress, scope: KeyScope): boolean {
    for (const context of scope.contexts) {
      for (let index = this.bindings.length - 1; index >= 0; index -= 1) {
        const binding = this.bindings[index];
        if (binding?.context !== context) continue;
        if (this.keysOf(binding).includes(keys) && binding.run(press) !== false) return true;
      }
    }
    const begins = this.bindings.some(
      (binding) => scope.contexts.includes(binding.context) && this.keysOf(binding).some((key) => key.startsWith(`${keys} `)),
    );
    if (begins) {
      this.pending = keys;
      this.pendingAt = press.timeStamp;
    }
    return begins;
  }

  private changed(): void {
    const byId = new Map(this.bindings.map((binding) => [binding.id, binding]));
    this.snapshot = [...byId.values()].map((binding) => ({ ...binding, keys: this.keysOf(binding) }));
    for (const listener of this.listeners) listener();
  }
}
