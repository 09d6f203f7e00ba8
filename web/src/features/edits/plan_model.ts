import type { ImportedEdit, PlanClip, PlanEntry } from "@/api/schema";

// A plan as a page shows it: what happens to which shot, and where the clips stand.

export type Plan = ImportedEdit["plan"];
export const CHANGES = ["new", "restored", "renamed", "trimmed", "moved", "retimed", "omitted"] as const;
export type Change = (typeof CHANGES)[number];

/** Shape and hue of a change: never colour alone. */
export const LOOKS: Record<Change | "unchanged" | "unmatched", { name: string; icon: string; hue: string }> = {
  new: { name: "New", icon: "plus", hue: "green" },
  restored: { name: "Restored", icon: "undo", hue: "violet" },
  renamed: { name: "Renamed", icon: "tag", hue: "violet" },
  trimmed: { name: "Trimmed", icon: "compare", hue: "blue" },
  moved: { name: "Moved", icon: "arrow-down", hue: "amber" },
  retimed: { name: "Retimed", icon: "rotate", hue: "amber" },
  omitted: { name: "Omitted", icon: "status-retired", hue: "red" },
  unchanged: { name: "Unchanged", icon: "check", hue: "grey" },
  unmatched: { name: "No shot", icon: "more", hue: "slate" },
};

export interface PlanLine {
  change: Change;
  shot: string;
  detail: string;
}

function address(entry: PlanEntry): string {
  return `${entry.episode === null ? "" : `${entry.episode}/`}${entry.sequence}/${entry.shot}`;
}

const FIELDS: Record<string, string> = { cut_in: "in", cut_out: "out", retime: "speed", code: "code", order: "place" };

function detailOf(entry: PlanEntry): string {
  const changes = entry.changes as Record<string, { from: unknown; to: unknown }>;
  return Object.entries(changes)
    .map(([field, { from, to }]) => {
      const text = (value: unknown) => (value === null || value === undefined ? "–" : String(value as string | number));
      return from === null ? `${FIELDS[field] ?? field} ${text(to)}` : `${FIELDS[field] ?? field} ${text(from)} → ${text(to)}`;
    })
    .join(", ");
}

/** Every change of a plan, kind by kind. */
export function planLines(plan: Plan): PlanLine[] {
  return CHANGES.flatMap((change) => plan[change].map((entry) => ({ change, shot: address(entry), detail: detailOf(entry) })));
}

export function planCounts(plan: Plan): { change: Change; count: number }[] {
  return CHANGES.map((change) => ({ change, count: plan[change].length })).filter(({ count }) => count > 0);
}

export interface Bar {
  track: number;
  clip: PlanClip;
  /** Of the whole width, 0 to 1. */
  from: number;
  width: number;
  look: keyof typeof LOOKS;
}

/** The clips of an edit as bars of a width of 1, a row for each track with the lowest track last. */
export function timelineOf(plan: Plan): { tracks: string[]; bars: Bar[]; first: number; last: number } {
  const tracks = [...new Set(plan.clips.map(({ track }) => track))].reverse();
  const first = plan.clips.reduce((least, { record_in }) => Math.min(least, record_in), Infinity);
  const last = plan.clips.reduce((most, { record_out }) => Math.max(most, record_out), -Infinity);
  const length = Math.max(1, last - first);
  const bars = plan.clips.map((clip): Bar => ({
    track: tracks.indexOf(clip.track),
    clip,
    from: (clip.record_in - first) / length,
    width: (clip.record_out - clip.record_in) / length,
    look: clip.shot === null ? "unmatched" : ((clip.changes[0] as Change | undefined) ?? "unchanged"),
  }));
  return plan.clips.length === 0 ? { tracks: [], bars: [], first: 0, last: 0 } : { tracks, bars, first, last };
}

/** The bar below a place (0 to 1, and a row); undefined in a gap. */
export function barAt(bars: readonly Bar[], at: number, track: number): Bar | undefined {
  return bars.find((bar) => bar.track === track && at >= bar.from && at < bar.from + bar.width);
}
