import type { KeyChoices, KeyContext } from "./keymap";
import { readSetting, writeSetting } from "./storage";

// The keys that someone chose in this browser.

export const KEY_CHOICES = "bifrost.keys";

/** What can have keys of one's own, with its usual ones. */
export interface KeyRow {
  id: string;
  context: KeyContext;
  keys: readonly string[];
  label: string;
}

export function parseKeyChoices(text: string | null | undefined): KeyChoices {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string[]] => Array.isArray(entry[1]) && entry[1].every((key) => typeof key === "string" && key !== "")),
    );
  } catch {
    return {};
  }
}

export function readKeyChoices(): KeyChoices {
  return parseKeyChoices(readSetting(KEY_CHOICES));
}

export function writeKeyChoices(choices: KeyChoices): void {
  writeSetting(KEY_CHOICES, JSON.stringify(choices));
}

/** With keys of one's own, or without: back to the usual ones. */
export function withChoice(choices: KeyChoices, id: string, keys: readonly string[] | undefined): KeyChoices {
  const rest = Object.fromEntries(Object.entries(choices).filter(([other]) => other !== id));
  return keys === undefined ? rest : { ...rest, [id]: keys };
}

function meet(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other} `) || other.startsWith(`${one} `);
}

/** What a key does already in the same place; a sequence clashes with its beginning. */
export function clashOf(rows: readonly KeyRow[], choices: KeyChoices, id: string, keys: string): KeyRow | undefined {
  const context = rows.find((row) => row.id === id)?.context;
  return rows.find((row) => row.id !== id && row.context === context && (choices[row.id] ?? row.keys).some((other) => meet(other, keys)));
}

const RANK: Record<KeyContext, number> = { dialog: 0, player: 1, grid: 2, page: 3, global: 4 };

/** What hears the key first where it is there, too. */
export function hiddenBy(rows: readonly KeyRow[], choices: KeyChoices, id: string, keys: string): KeyRow | undefined {
  const context = rows.find((row) => row.id === id)?.context;
  if (context === undefined) return undefined;
  return rows.find((row) => RANK[row.context] < RANK[context] && (choices[row.id] ?? row.keys).some((other) => meet(other, keys)));
}

/** Why a key can't be chosen: the browser or the way through the page needs it. */
export function refusalOf(chord: string): string | undefined {
  if (["Escape", "Tab", "Shift+Tab", "Enter"].includes(chord)) return "closes, confirms or moves on everywhere";
  if (["Mod+w", "Mod+t", "Mod+n", "Mod+r", "Mod+l", "Mod+q", "F5", "F11", "F12"].includes(chord)) return "belongs to the browser";
  return undefined;
}
