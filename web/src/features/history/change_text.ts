import type { HistoryEntry } from "@/api/schema";
import { formatTerm } from "@/lib/format";

const VERBS: Record<string, string> = {
  created: "Created",
  updated: "Changed",
  archived: "Archived",
  restored: "Brought back",
  transitioned: "Moved",
  components_changed: "Components changed",
  casting_changed: "Casting changed",
  published: "Published",
};

/** `asset.transitioned` → “Moved”. */
export function actionText(action: string): string {
  const verb = action.slice(action.indexOf(".") + 1);
  return VERBS[verb] ?? formatTerm(verb);
}

/** A value as one short text; what is long or nested is cut. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "nothing" : value.map((item) => valueText(item)).join(", ");
  const text = typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean);
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}

const OWN = new Set(["id", "project_id", "created_at", "created_by", "updated_at", "updated_by", "revision", "label", "archived_at"]);

/** The changes that say something to a person; of what was just made, those that are not empty. */
export function tellingChanges(entry: HistoryEntry): HistoryEntry["changes"] {
  return entry.changes.filter(
    ({ field, from, to }) => !OWN.has(field) && !(valueText(from) === "nothing" && (valueText(to) === "nothing" || valueText(to) === "{}")),
  );
}
