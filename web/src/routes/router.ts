import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import type { AssetSearch } from "@/features/assets/asset_view";
import { projectsQuery, startProject } from "@/features/projects/project_queries";
import { meQuery } from "@/features/session/session_queries";
import { problemFrom } from "@/lib/problem";
import { parseSearch, safeNext, stringifySearch } from "@/lib/url_state";
import type { RouterContext } from "./context";
import { NotFoundPage } from "./NotFoundPage";
import { RouteErrorPage, ShellErrorPage } from "./RouteErrorPage";

/** Keeps the named parameters of an address that are texts. */
function pick<K extends string>(search: Record<string, unknown>, ...names: K[]): Partial<Record<K, string>> {
  const result: Partial<Record<K, string>> = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === "string" && value !== "") result[name] = value;
  }
  return result;
}

const root = createRootRouteWithContext<RouterContext>()({ notFoundComponent: NotFoundPage });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search): { next?: string } => pick(search, "next"),
  component: lazyRouteComponent(() => import("./LoginPage"), "LoginPage"),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  validateSearch: (search): { token?: string } => pick(search, "token"),
  component: lazyRouteComponent(() => import("./SetupPage"), "SetupPage"),
});

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (problemFrom(error).status !== 401) throw error;
      const next = safeNext(location.href);
      throw redirect({ to: "/login", search: next === "/" ? {} : { next } });
    }
  },
  component: lazyRouteComponent(() => import("./AppShell"), "AppShell"),
  errorComponent: ShellErrorPage,
});

const home = createRoute({
  getParentRoute: () => app,
  path: "/",
  beforeLoad: async ({ context }) => {
    const project = startProject(await context.queryClient.ensureQueryData(projectsQuery));
    if (project !== undefined) throw redirect({ to: "/p/$code/assets", params: { code: project.code }, replace: true });
  },
  component: lazyRouteComponent(() => import("./NoProjectPage"), "NoProjectPage"),
});

const project = createRoute({
  getParentRoute: () => app,
  path: "/p/$code",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/p/$code/assets", params, replace: true });
  },
});

const assets = createRoute({
  getParentRoute: () => app,
  path: "/p/$code/assets",
  validateSearch: (search): AssetSearch => pick(search, "q", "type", "status", "sort", "sel"),
  component: lazyRouteComponent(() => import("./AssetsPage"), "AssetsPage"),
});

const search = createRoute({
  getParentRoute: () => app,
  path: "/search",
  validateSearch: (values): { q?: string } => pick(values, "q"),
  component: lazyRouteComponent(() => import("./SearchPage"), "SearchPage"),
});

const routeTree = root.addChildren([login, setup, app.addChildren([home, project, assets, search])]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch: (text) => parseSearch(text),
    stringifySearch,
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: RouteErrorPage,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
