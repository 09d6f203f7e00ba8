// What went wrong, in one shape, whether the server said it as problem+json (RFC 9457), a proxy said it in its own
// way, or nothing answered at all.

export interface FieldError {
  pointer: string;
  detail: string;
}

/** One of several entities that could not be changed together, and why. */
export interface Conflict {
  id: string;
  detail: string;
}

export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    /** The HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly requestId: string | undefined,
    readonly errors: readonly FieldError[] = [],
    readonly retryAfter: number | undefined = undefined,
    readonly conflicts: readonly Conflict[] = [],
  ) {
    super(detail === "" ? title : `${title}: ${detail}`);
  }
}

const TITLES: Record<number, string> = {
  400: "The request was not understood",
  401: "You are not signed in",
  403: "You may see this, but not do that",
  404: "Not found",
  409: "That conflicts with the present state",
  412: "Someone else changed this in the meantime",
  413: "That is too large",
  422: "Some values can't be accepted",
  429: "Too many requests",
  502: "The server behind the proxy did not answer",
  503: "The server is busy",
  504: "The server behind the proxy took too long",
};

function titleOf(status: number): string {
  return TITLES[status] ?? (status >= 500 ? "The server failed" : "The request failed");
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function fieldErrors(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== "object" || item === null) return [];
    const { pointer, detail } = item as Record<string, unknown>;
    return [{ pointer: text(pointer), detail: text(detail) }];
  });
}

function conflictsOf(value: unknown): Conflict[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== "object" || item === null) return [];
    const { id, detail } = item as Record<string, unknown>;
    return [{ id: text(id), detail: text(detail) }];
  });
}

function seconds(header: string | null): number | undefined {
  const value = Number(header);
  return header !== null && Number.isFinite(value) && value >= 0 ? Math.ceil(value) : undefined;
}

/** The problem that an answer with a status of 400 or more carries; `body` is its parsed JSON, its text or nothing. */
export function problemFromAnswer(status: number, headers: Headers, body: unknown): Problem {
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  return new Problem(
    status,
    text(fields.title) || titleOf(status),
    text(fields.detail),
    text(fields.request_id) || (headers.get("X-Request-Id") ?? undefined),
    fieldErrors(fields.errors),
    seconds(headers.get("Retry-After")),
    conflictsOf(fields.conflicts),
  );
}

/** The problem behind anything that was thrown. */
export function problemFrom(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) {
    return new Problem(0, "The server can't be reached", "Check the network and that Bifrost is running.", undefined);
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new Problem(0, "Something went wrong in this page", detail, undefined);
}

/** Whether asking again may help without anyone changing anything. */
export function isTransient(problem: Problem): boolean {
  return problem.status === 0 || problem.status === 429 || problem.status >= 500;
}

/** One sentence for a person: what happened, why, and what is wrong with each field. */
export function sentenceOf(problem: Problem): string {
  const causes = problem.errors.map((error) => error.detail).filter((detail) => detail !== "");
  const parts = [problem.detail, ...causes.filter((cause) => cause !== problem.detail)].filter((part) => part !== "");
  if (problem.retryAfter !== undefined && problem.retryAfter > 0) {
    parts.push(`Try again in ${String(problem.retryAfter)} s.`);
  }
  return parts.join(" ");
}
