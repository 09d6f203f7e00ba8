import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { readLiveStart } from "@/api/live_start";
import { meQuery } from "@/api/me_queries";
import type { AssetSearch } from "@/features/assets/asset_view";
import type { AssetPageSearch } from "./asset_page_view";
import type { JobSearch } from "@/features/jobs/job_view";
import { lastProject, projectsQuery } from "@/features/projects/project_queries";
import type { ProjectSearch } from "@/features/projects/project_view";
import type { ShotSearch } from "@/features/shots/shot_view";
import { problemFrom } from "@/lib/problem";
import { sessionGate } from "@/lib/session_gate";
import { parseSearch, safeNext, stringifySearch } from "@/lib/url_state";
import type { RouterContext } from "./context";
import { foldersSearch } from "./folders_page_view";
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
      await Promise.all([context.queryClient.ensureQueryData(meQuery), readLiveStart()]);
      sessionGate.arm();
    } catch (error) {
      if (problemFrom(error).status !== 401) throw error;
      const next = safeNext(location.href);
      throw redirect({ to: "/login", search: next === "/" ? {} : { next } });
    }
  },
  component: lazyRouteComponent(() => import("./AppShell"), "AppShell"),
  errorComponent: ShellErrorPage,
});

// The start is where one was last; who has been nowhere yet begins with the projects.
const home = createRoute({
  getParentRoute: () => app,
  path: "/",
  beforeLoad: async ({ context }) => {
    const project = lastProject(await context.queryClient.ensureQueryData(projectsQuery));
    if (project === undefined) throw redirect({ to: "/projects", replace: true });
    throw redirect({ to: "/p/$code/assets", params: { code: project.code }, replace: true });
  },
});

const projects = createRoute({
  getParentRoute: () => app,
  path: "/projects",
  validateSearch: (search): ProjectSearch => ({
    ...pick(search, "q"),
    ...(search.view === "table" && { view: "table" as const }),
    ...(search.create === "1" && { create: "1" as const }),
  }),
  component: lazyRouteComponent(() => import("./ProjectsPage"), "ProjectsPage"),
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
  validateSearch: (search): AssetSearch => ({
    ...pick(search, "q", "type", "status", "tag", "sort", "sel", "pick"),
    ...(search.view === "tiles" && { view: "tiles" as const }),
    ...((search.size === "1" || search.size === "3") && { size: search.size }),
    ...(search.upload === "1" && { upload: "1" as const }),
    ...(search.create === "1" && { create: "1" as const }),
  }),
  component: lazyRouteComponent(() => import("./AssetsPage"), "AssetsPage"),
});

const asset = createRoute({
  getParentRoute: () => app,
  path: "/p/$code/assets/$asset",
  validateSearch: (search): AssetPageSearch => pick(search, "tab", "version", "with", "depth", "upload"),
  component: lazyRouteComponent(() => import("./AssetPage"), "AssetPage"),
});

const shots = createRoute({
  getParentRoute: () => app,
  path: "/p/$code/shots",
  validateSearch: (search): ShotSearch => pick(search, "q", "sequence", "status", "sort", "sel"),
  component: lazyRouteComponent(() => import("./ShotsPage"), "ShotsPage"),
});

const shot = createRoute({
  getParentRoute: () => app,
  path: "/p/$code/shots/$shot",
  validateSearch: (search): { tab?: string } => pick(search, "tab"),
  component: lazyRouteComponent(() => import("./ShotPage"), "ShotPage"),
});

const breakdown = createRoute({
  getParentRoute: () => app,
  path: "/p/$code/breakdown",
  validateSearch: (search): { q?: string; sequence?: string; type?: string } => pick(search, "q", "sequence", "type"),
  component: lazyRouteComponent(() => import("./BreakdownPage"), "BreakdownPage"),
});

const edits = createRoute({
  getParentRoute: () => app,
  path: "/p/$code/edits",
  component: lazyRouteComponent(() => import("./EditsPage"), "EditsPage"),
});

const folders = createRoute({
  getParentRoute: () => app,
  path: "/p/$code/folders",
  validateSearch: foldersSearch,
  component: lazyRouteComponent(() => import("./FoldersPage"), "FoldersPage"),
});

const webhooks = createRoute({
  getParentRoute: () => app,
  path: "/p/$code/webhooks",
  component: lazyRouteComponent(() => import("./WebhooksPage"), "WebhooksPage"),
});

const jobSearch = (values: Record<string, unknown>): JobSearch => pick(values, "state", "kind", "job");

const allJobs = createRoute({
  getParentRoute: () => app,
  path: "/jobs",
  validateSearch: jobSearch,
  component: lazyRouteComponent(() => import("./JobsPage"), "JobsPage"),
});

const projectJobs = createRoute({
  getParentRoute: () => app,
  path: "/p/$code/jobs",
  validateSearch: jobSearch,
  component: lazyRouteComponent(() => import("./JobsPage"), "JobsPage"),
});

const account = createRoute({
  getParentRoute: () => app,
  path: "/me",
  component: lazyRouteComponent(() => import("./AccountPage"), "AccountPage"),
});

const search = createRoute({
  getParentRoute: () => app,
  path: "/search",
  validateSearch: (values): { q?: string } => pick(values, "q"),
  component: lazyRouteComponent(() => import("./SearchPage"), "SearchPage"),
});

const routeTree = root.addChildren([login, setup, app.addChildren([home, projects, project, assets, asset, shots, shot, breakdown, edits, folders, webhooks, projectJobs, allJobs, search, account])]);

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
