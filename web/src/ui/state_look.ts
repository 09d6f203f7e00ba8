import type { Hue } from "./Badge";

// How the states of workflows look: the ones that ship have a look of their own, a studio's own ones that of their
// category. Every look is a shape and a colour, so that none needs the colour to be told apart.

export interface StateLook {
  icon: string;
  hue: Hue;
  struck?: boolean;
}

export type Category = "todo" | "active" | "review" | "done" | "blocked" | "retired";

const CATEGORIES: Record<Category, StateLook> = {
  todo: { icon: "status-todo", hue: "grey" },
  active: { icon: "status-wip", hue: "blue" },
  review: { icon: "status-review", hue: "amber" },
  done: { icon: "status-approved", hue: "green" },
  blocked: { icon: "status-blocked", hue: "brown" },
  retired: { icon: "status-retired", hue: "brown", struck: true },
};

const SHIPPED: Record<string, StateLook> = {
  concept: CATEGORIES.todo,
  draft: CATEGORIES.todo,
  wip: CATEGORIES.active,
  in_progress: CATEGORIES.active,
  verifying: CATEGORIES.active,
  review: CATEGORIES.review,
  approved: CATEGORIES.done,
  final: { icon: "status-final", hue: "violet" },
  rejected: { icon: "close", hue: "red" },
  changes_requested: { icon: "retry", hue: "red" },
  retake: { icon: "retry", hue: "red" },
  failed: { icon: "warning", hue: "red" },
  on_hold: CATEGORIES.blocked,
  archived: { icon: "status-archived", hue: "slate" },
  deprecated: CATEGORIES.retired,
};

export function stateLook(code: string, category: Category | undefined): StateLook {
  return SHIPPED[code] ?? CATEGORIES[category ?? "todo"];
}
