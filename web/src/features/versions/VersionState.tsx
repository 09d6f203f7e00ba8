import { formatTerm } from "@/lib/format";
import { Badge, type Hue } from "@/ui/Badge";

// While a version is on its way, the state of its upload is what matters; once it is published, the workflow's status.

const STATES: Record<string, { icon: string; hue: Hue }> = {
  draft: { icon: "status-todo", hue: "grey" },
  verifying: { icon: "status-wip", hue: "blue" },
  failed: { icon: "warning", hue: "red" },
};

const STATUSES: Record<string, { icon: string; hue: Hue }> = {
  wip: { icon: "status-wip", hue: "blue" },
  in_progress: { icon: "status-wip", hue: "blue" },
  review: { icon: "status-review", hue: "amber" },
  approved: { icon: "status-approved", hue: "green" },
  final: { icon: "status-final", hue: "violet" },
  rejected: { icon: "close", hue: "red" },
  changes_requested: { icon: "retry", hue: "red" },
  retake: { icon: "retry", hue: "red" },
  on_hold: { icon: "status-blocked", hue: "brown" },
  archived: { icon: "status-archived", hue: "slate" },
  deprecated: { icon: "status-retired", hue: "brown" },
};

export function VersionState({ state, status }: { state: string; status: string }) {
  const pending = STATES[state];
  if (pending !== undefined) return <Badge {...pending} label={formatTerm(state)} />;
  const look = STATUSES[status] ?? { icon: "status-todo", hue: "grey" as const };
  return <Badge {...look} label={formatTerm(status === "" ? state : status)} />;
}
