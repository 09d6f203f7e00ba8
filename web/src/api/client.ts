import createClient from "openapi-fetch";
import { problemFromAnswer } from "@/lib/problem";
import { sessionGate } from "@/lib/session_gate";
import { withCsrf } from "./csrf";
import type { paths } from "./generated/openapi";

const SIGNING_IN = /\/api\/v1\/auth\//;

/** Sends a request; when the session has expired it waits for the next sign-in and is sent once more. */
async function send(request: Request): Promise<Response> {
  const again = sessionGate.isArmed && !SIGNING_IN.test(request.url) ? request.clone() : undefined;
  // Looked up at each call, so that whatever stands in its place then is used.
  const response = await globalThis.fetch(request);
  if (response.status !== 401 || again === undefined) return response;
  if (!(await sessionGate.expired())) return response;
  return globalThis.fetch(withCsrf(again, document.cookie));
}

export const client = createClient<paths>({
  baseUrl: "",
  credentials: "same-origin",
  // Lists of values stand in a query with commas.
  querySerializer: { array: { style: "form", explode: false } },
  fetch: send,
});

client.use({
  onRequest: ({ request }) => withCsrf(request, document.cookie),
});

interface Result<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer of a call, or a thrown `Problem`. */
export async function answerOf<T>(call: Promise<Result<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemFromAnswer(response.status, response.headers, error);
  return data as T;
}
