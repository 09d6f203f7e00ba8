import type { Hue } from "@/ui/Badge";

// The types and states of assets that ship. A project may add its own: those show under their code, with the glyph of
// `other` and the shape of a state that is still to do.

export const ASSET_TYPES = [
  "character",
  "prop",
  "vehicle",
  "environment",
  "interior",
  "exterior",
  "set_piece",
  "fx",
  "lighting",
  "material",
  "rig",
  "texture",
  "animation",
  "other",
] as const;

export interface StatusLook {
  icon: string;
  hue: Hue;
  struck?: boolean;
}

const LOOKS: Record<string, StatusLook> = {
  concept: { icon: "status-todo", hue: "grey" },
  in_progress: { icon: "status-wip", hue: "blue" },
  review: { icon: "status-review", hue: "amber" },
  approved: { icon: "status-approved", hue: "green" },
  final: { icon: "status-final", hue: "violet" },
  archived: { icon: "status-archived", hue: "slate" },
  deprecated: { icon: "status-retired", hue: "brown", struck: true },
};

export const ASSET_STATUSES = Object.keys(LOOKS);

export function statusLook(status: string): StatusLook {
  return LOOKS[status] ?? { icon: "status-todo", hue: "grey" };
}

export function typeIcon(type: string): string {
  return (ASSET_TYPES as readonly string[]).includes(type) ? `type-${type}` : "type-other";
}

/** The choices of a filter: what ships, and what is chosen already though it doesn't. */
export function choices(shipped: readonly string[], chosen: readonly string[]): string[] {
  return [...shipped, ...chosen.filter((item) => !shipped.includes(item))];
}
