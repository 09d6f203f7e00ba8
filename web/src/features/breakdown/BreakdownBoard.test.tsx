import { fireEvent, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { undoStack } from "@/lib/undo";
import { json, problem, renderApp, serve, withLayout } from "@/test_support/render";
import type { Filter } from "./breakdown_model";
import { BreakdownBoard } from "./BreakdownBoard";

const shot = (code: string) => ({ id: code, code, sequence_id: "sq", sequence_code: "sq010", episode_code: null, name: code, status: "waiting" });
const asset = (code: string) => ({ id: code, project_id: "p", code, name: code.toUpperCase(), type: "prop", status: "concept" });
const BREAKDOWN = { shots: [shot("sh10"), shot("sh20")], assets: [asset("hero"), asset("rock")], cells: [[0, 0, 1, 0], [1, 0, 2, 2]] };

function Board({ mayUpdate = true }: { mayUpdate?: boolean }) {
  const [filter, setFilter] = useState<Filter>({ text: "", sequences: [], types: [] });
  return <BreakdownBoard project="bar" filter={filter} onFilter={setFilter} mayUpdate={mayUpdate} onEnter={vi.fn()} />;
}

beforeEach(() => {
  vi.restoreAllMocks();
  undoStack.clear();
  withLayout(600);
});

describe("the breakdown", () => {
  it("takes a number that is typed, as a change of that shot's casting alone, and takes it back", async () => {
    let rows = [{ id: "r1", asset_id: "hero", occurrences: 1 }];
    const requests = serve(async (request, url) => {
      if (url.pathname.endsWith("/breakdown")) return json(BREAKDOWN);
      if (request.method === "PATCH") {
        const body = (await request.json()) as { add?: { asset_id: string; occurrences: number }[]; remove?: string[] };
        rows = [...rows.filter(({ id }) => body.remove?.includes(id) !== true), ...(body.add ?? []).map((row) => ({ id: "r2", ...row }))];
      }
      return json({ data: rows, revision: 2 });
    });
    renderApp(<Board />);
    const grid = await screen.findByRole("grid", { name: "Breakdown" });
    expect(screen.getByRole("gridcell", { name: "sh20, HERO: 2 from the sequence" })).toBeTruthy();
    fireEvent.keyDown(grid, { key: "ArrowRight" });
    fireEvent.keyDown(grid, { key: "4" });
    const input = await screen.findByLabelText("Occurrences of ROCK in sh10");
    fireEvent.change(input, { target: { value: "42" } });
    fireEvent.keyDown(input, { key: "Enter" });
    await screen.findByRole("gridcell", { name: "sh10, ROCK: 42" });
    await waitFor(() => {
      expect(rows).toContainEqual({ id: "r2", asset_id: "rock", occurrences: 42 });
    });
    expect(requests.filter(({ method }) => method === "PATCH").every(({ url }) => url.endsWith("/shots/sh10/casting"))).toBe(true);
    await waitFor(async () => {
      expect((await undoStack.undo())?.label).toBe("ROCK in sh10");
    });
    expect(rows).toHaveLength(1);
  });

  it("takes nothing that is no count, and says when the server refuses", async () => {
    let refused = 0;
    serve((request, url) => {
      if (url.pathname.endsWith("/breakdown")) return json(BREAKDOWN);
      if (request.method === "PATCH") {
        refused += 1;
        return problem(409, "Conflict", "The shot is archived.");
      }
      return json({ data: [], revision: 1 });
    });
    renderApp(<Board />);
    const grid = await screen.findByRole("grid", { name: "Breakdown" });
    fireEvent.keyDown(grid, { key: "Enter" });
    const input = await screen.findByLabelText("Occurrences of HERO in sh10");
    fireEvent.change(input, { target: { value: "many" } });
    expect(input.getAttribute("aria-invalid")).toBe("true");
    fireEvent.keyDown(input, { key: "Enter" });
    await waitFor(() => {
      expect(screen.queryByLabelText(/^Occurrences/)).toBeNull();
    });
    expect(refused).toBe(0);
    fireEvent.keyDown(grid, { key: "ArrowRight" });
    fireEvent.keyDown(grid, { key: "7" });
    fireEvent.keyDown(await screen.findByLabelText(/^Occurrences/), { key: "Enter" });
    await waitFor(() => {
      expect(refused).toBe(1);
    });
  });

  it("is read only for who may not change it", async () => {
    serve(() => json(BREAKDOWN));
    renderApp(<Board mayUpdate={false} />);
    const grid = await screen.findByRole("grid", { name: "Breakdown" });
    fireEvent.keyDown(grid, { key: "5" });
    expect(screen.queryByLabelText(/^Occurrences/)).toBeNull();
    expect(screen.queryByRole("button", { name: "Cast an asset" })).toBeNull();
  });
});
