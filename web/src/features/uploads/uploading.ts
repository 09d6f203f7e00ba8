import type { Chosen } from "@/lib/transfer/plan";

// What was dropped on a page, until its dialog takes it. A list of files can't stand in an address.

let pending: readonly Chosen[] = [];

export function leaveFiles(files: readonly Chosen[]): void {
  pending = files;
}

export function takeFiles(): readonly Chosen[] {
  return pending;
}
