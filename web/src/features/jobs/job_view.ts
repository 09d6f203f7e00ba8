import type { Job, JobState } from "@/api/schema";
import { formatTerm } from "@/lib/format";
import { formatList, parseList } from "@/lib/url_state";

// What the page of jobs shows, as it stands in the address.

export interface JobSearch {
  state?: string;
  kind?: string;
  job?: string;
}

export const STATES: readonly JobState[] = ["running", "queued", "failed", "dead", "done", "cancelled"];

export function statesOf(search: JobSearch): JobState[] {
  return parseList(search.state).filter((state): state is JobState => (STATES as readonly string[]).includes(state));
}

export function withStates(search: JobSearch, states: readonly JobState[]): JobSearch {
  const rest = { ...search };
  delete rest.state;
  const state = formatList(states);
  return state === undefined ? rest : { ...rest, state };
}

const NAMES: Record<JobState, string> = {
  running: "Running",
  queued: "Waiting",
  failed: "Failed, tries again",
  dead: "Failed",
  done: "Done",
  cancelled: "Cancelled",
};

export function stateName(state: JobState): string {
  return NAMES[state];
}

const KINDS: Record<string, string> = {
  verify_upload: "Verify an upload",
  publish_version: "Publish a version",
  make_preview: "Make previews",
  collect: "Collect unused bytes",
  sweep: "Sweep the store",
  tidy: "Tidy up",
};

export function kindName(kind: string): string {
  return KINDS[kind] ?? formatTerm(kind.replaceAll(".", " "));
}

/** Whether the job still changes by itself. */
export function isMoving({ state }: Job): boolean {
  return state === "running" || state === "queued" || state === "failed";
}

export function mayRetry({ state }: Job): boolean {
  return state === "dead" || state === "failed" || state === "cancelled";
}

export function mayCancel(job: Job): boolean {
  return (job.state === "queued" || job.state === "failed" || job.state === "running") && !job.cancel_requested;
}

/** How long it took, or has taken so far. */
export function durationText({ started_at, finished_at }: Job, now: number): string {
  if (started_at === null) return "";
  const end = finished_at === null ? now : Date.parse(finished_at);
  const seconds = Math.max(0, end - Date.parse(started_at)) / 1000;
  if (seconds < 1) return `${String(Math.round(seconds * 1000))} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${String(minutes)} min ${String(Math.round(seconds % 60))} s` : `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}
