import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, vi } from "vitest";
import { createQueryClient } from "@/api/query_client";
import { Keymap } from "@/lib/keymap";
import { KeymapProvider } from "@/ui/keymap/KeymapProvider";

afterEach(cleanup);

// What is waited for comes at once, unless the machine is busy with other work.
configure({ asyncUtilTimeout: 20_000 });

/** Renders with a cache and a keymap of its own. */
export function renderApp(children: ReactNode) {
  const queryClient = createQueryClient(() => undefined);
  const keymap = new Keymap();
  const wrapper = ({ children: inner }: { children: ReactNode }) => (
    <QueryClientProvider client={queryClient}>
      <KeymapProvider keymap={keymap}>{inner}</KeymapProvider>
    </QueryClientProvider>
  );
  return { ...render(children, { wrapper }), keymap };
}

export type Route = (request: Request, url: URL) => Response | Promise<Response>;

/** Answers every request in place of a server, and keeps them. */
export function serve(route: Route): Request[] {
  const requests: Request[] = [];
  vi.stubGlobal("fetch", async (input: Request) => {
    requests.push(input.clone());
    return route(input, new URL(input.url, "http://localhost"));
  });
  return requests;
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

export function problem(status: number, title: string, detail: string): Response {
  return json({ title, detail, status, request_id: "trace-1" }, status);
}

/** The document of the tests has no layout: elements are given a height, so that a list has something to fill. */
export function withLayout(height: number): void {
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(height);
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(1000);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(height);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1000);
}
