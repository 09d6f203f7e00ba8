import { type Problem, problemFrom, sentenceOf } from "../problem";

/** The file on the disk is another one than when the upload began. */
export class FileChanged extends Error {
  override readonly name = "FileChanged";
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** The browser can no longer read the bytes that it was given: the file was changed, moved or removed. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof FileChanged || (error instanceof Error && (error.name === "NotReadableError" || error.name === "NotFoundError"));
}

export const CHANGED = "The file was changed or removed while it was uploaded. Choose it again to upload it as it is now.";

/** How long to wait before the next try: twice as long each time, not all at once, at most half a minute. */
export function backoff(attempt: number, problem: Problem, random = Math.random()): number {
  if (problem.retryAfter !== undefined) return problem.retryAfter * 1000;
  return Math.min(30_000, 500 * 2 ** attempt) * (0.5 + random / 2);
}

/** Whether to go on trying, and what to say meanwhile. */
export function waitingNote(error: unknown): { problem: Problem; note: string | undefined } {
  const problem = problemFrom(error);
  if (problem.status === 0) return { problem, note: "The server can’t be reached. Trying again by itself." };
  if (problem.status === 429 || problem.status >= 500) return { problem, note: `${problem.title}. Trying again by itself.` };
  return { problem, note: undefined };
}

export function faultText(error: unknown): string {
  const problem = problemFrom(error);
  return `${problem.title}${sentenceOf(problem) === "" ? "" : `: ${sentenceOf(problem)}`}`;
}
