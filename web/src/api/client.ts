import createClient from "openapi-fetch";
import { problemFromAnswer } from "@/lib/problem";
import { withCsrf } from "./csrf";
import type { paths } from "./generated/openapi";

export const client = createClient<paths>({
  baseUrl: "",
  credentials: "same-origin",
  // Lists of values stand in a query with commas.
  querySerializer: { array: { style: "form", explode: false } },
  // Looked up at each call, so that whatever stands in its place then is used.
  fetch: (request) => globalThis.fetch(request),
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
