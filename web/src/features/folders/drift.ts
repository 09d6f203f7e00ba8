// What a scan finds, how it is shown, and what may be done about it.
import type { FindingState, FixPlan, FolderDrift, ReconcileActions } from "@/api/schema";
import { plural } from "@/lib/format";
import type { Hue } from "@/ui/Badge";

export const STATES: readonly FindingState[] = ["missing", "changed", "wrong_place", "unknown", "unreadable"];

export const LOOKS: Record<FindingState, { name: string; icon: string; hue: Hue; meaning: string }> = {
  missing: { name: "Missing", icon: "status-blocked", hue: "red", meaning: "A published version has the file, the disk has not." },
  changed: { name: "Changed", icon: "compare", hue: "amber", meaning: "Other bytes, or something else, stand in its place." },
  wrong_place: { name: "Wrong place", icon: "rotate", hue: "violet", meaning: "The bytes of a missing file, under another name." },
  unknown: { name: "Unknown", icon: "help", hue: "slate", meaning: "Nothing that the database knows." },
  unreadable: { name: "Unreadable", icon: "lock", hue: "brown", meaning: "It could not be read: permissions, or somebody was writing to it." },
};

export type Action = "restore" | "move" | "quarantine" | "adopt" | "leave";
export type Actions = Partial<Record<FindingState, Action>>;

const ACTION_NAMES: Record<Action, string> = {
  restore: "Restore from the store",
  move: "Move to the right place",
  quarantine: "Put aside",
  adopt: "Make a version of it",
  leave: "Leave it",
};

const CHOICES: Record<FindingState, readonly Action[]> = {
  missing: ["restore", "leave"],
  changed: ["restore", "quarantine", "leave"],
  wrong_place: ["move", "quarantine", "leave"],
  unknown: ["leave", "quarantine", "adopt"],
  unreadable: ["leave"],
};

/** The acts that are offered for findings of a state, the usual one first. */
export function choicesOf(state: FindingState): { value: Action; name: string }[] {
  return CHOICES[state].map((value) => ({ value, name: ACTION_NAMES[value] }));
}

export function usualActions(): Actions {
  return Object.fromEntries(STATES.map((state) => [state, CHOICES[state][0] ?? "leave"]));
}

/** The states of which there is something, with how much. */
export function countsOf(drift: FolderDrift): { state: FindingState; count: number }[] {
  return STATES.map((state) => ({ state, count: drift[state] ?? 0 })).filter(({ count }) => count > 0);
}

export function driftText(drift: FolderDrift): string {
  return countsOf(drift)
    .map(({ state, count }) => `${String(count)} ${LOOKS[state].name.toLowerCase()}`)
    .join(", ");
}

/** The acts as a request names them; what is left alone isn't named. */
export function wantedActions(actions: Actions): ReconcileActions {
  return Object.fromEntries(Object.entries(actions).filter(([, action]) => action !== "leave")) as ReconcileActions;
}

const DONE: Record<string, string> = { restore: "restored", move: "moved", quarantine: "put aside", adopt: "made versions of" };

/** `2 files would be restored, 1 moved`. */
export function planText(plan: Pick<FixPlan, "total" | "by_action">): string {
  if (plan.total === 0) return "Nothing would be done.";
  const parts = Object.entries(plan.by_action)
    .filter(([, count]) => count > 0)
    .map(([action, count], index) => `${index === 0 ? `${plural(count, "file")} would be` : String(count)} ${DONE[action] ?? action}`);
  return `${parts.join(", ")}.`;
}
