import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { json, renderApp, serve } from "@/test_support/render";
import { ScanBoard } from "./ScanBoard";

const counts = { files: 12, unchanged: 10, read: 0, missing: 1, unknown: 1, changed: 0, wrong_place: 0, unreadable: 0 };
const scan = { id: "s-1", project_id: "p", job_id: "j", options: {}, counts, created_at: "2026-01-01T00:00:00Z", created_by: null, finished_at: "2026-01-01T00:00:01Z" };
const finding = (number: number, state: string, path: string) => ({
  number,
  state,
  path,
  expected_path: null,
  version_id: null,
  file_id: null,
  size: state === "unknown" ? 2048 : null,
  sha256: null,
  detail: "",
});
const fix = (id: string, action: string, state: string, path: string) => ({ id, project_id: "p", scan_id: "s-1", finding: 1, action, state, path, to_path: null, aside_path: null, version_id: null, detail: "", created_at: scan.created_at, created_by: null, updated_at: scan.created_at });

/** A server that has one scan, and remembers what was asked of it. */
function answers() {
  let applied = false;
  return async (request: Request, url: URL): Promise<Response> => {
    const at = url.pathname.replace("/api/v1/projects/kart/folders/scan", "");
    if (at === "") return json({ data: [scan] });
    if (at === "/s-1/fixes") return json({ data: applied ? [fix("f-1", "restore", "applied", "kart/a.ma"), fix("f-2", "quarantine", "failed", "kart/notes.txt")] : [] });
    if (at === "/s-1/reconcile") {
      const body = (await request.json()) as { dry_run: boolean };
      if (!body.dry_run) applied = true;
      return json({ applied: !body.dry_run, job_id: null, total: 2, by_action: { restore: 1, quarantine: 1 }, data: [fix("f-1", "restore", "planned", "kart/a.ma")] });
    }
    const state = url.searchParams.get("state");
    const all = [finding(1, "missing", "kart/a.ma"), finding(2, "unknown", "kart/notes.txt")];
    return json({ ...scan, state: "done", progress: 1, data: state === null ? all : all.filter((one) => one.state === state), next_cursor: null });
  };
}

describe("ScanBoard", () => {
  it("shows what a scan found, all of it or one kind", async () => {
    serve(answers());
    renderApp(<ScanBoard project="kart" mayManage={false} />);
    expect(await screen.findByText("kart/notes.txt")).toBeTruthy();
    expect(screen.getByText("kart/a.ma")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Unknown 1" }));
    await screen.findByText("2.0 KB");
    await expect.poll(() => screen.queryByText("kart/a.ma")).toBeNull();
    expect(screen.queryByRole("button", { name: "Scan" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Show the plan" })).toBeNull();
  });

  it("does nothing before the plan was seen, and then names what failed", async () => {
    const requests = serve(answers());
    renderApp(<ScanBoard project="kart" mayManage />);
    fireEvent.change(await screen.findByLabelText("Unknown"), { target: { value: "quarantine" } });
    fireEvent.click(screen.getByRole("button", { name: "Show the plan" }));
    const plan = await screen.findByRole("region", { name: "Plan" });
    expect(within(plan).getByText(/1 file would be restored, 1 put aside/)).toBeTruthy();
    const asked = async () => {
      const bodies = await Promise.all(requests.filter(({ url }) => url.endsWith("/reconcile")).map((request) => request.clone().json() as Promise<unknown>));
      return bodies;
    };
    const wanted = { links: false, actions: { missing: "restore", changed: "restore", wrong_place: "move", unknown: "quarantine" } };
    expect(await asked()).toEqual([{ dry_run: true, ...wanted }]);
    fireEvent.click(within(plan).getByRole("button", { name: "Do it" }));
    const fixes = await screen.findByRole("list", { name: "Fixes" });
    expect(within(fixes).getByText("Failed")).toBeTruthy();
    expect(within(fixes).getAllByRole("button", { name: /^Undo/ })).toHaveLength(1);
    expect(await asked()).toEqual([{ dry_run: true, ...wanted }, { dry_run: false, ...wanted }]);
  });
});
