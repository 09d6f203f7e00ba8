import { fireEvent, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { undoStack } from "@/lib/undo";
import { json, problem, renderApp, serve, withLayout } from "@/test_support/render";
import { AssetBrowser } from "./AssetBrowser";
import { type AssetView, viewOf } from "./asset_view";

const TOTAL = 2450;
const asset = (number: number) => ({
  id: `id-${String(number)}`,
  project_id: "p",
  code: `barrel_${String(number)}`,
  name: `Barrel ${String(number)}`,
  type: "prop",
  status: "concept",
  description: "",
  is_assembly: false,
  tags: number === 0 ? ["hero"] : [],
  thumbnail_url: number === 1 ? "/media/1.webp" : null,
  metadata: {},
  revision: 1,
  created_at: "2026-01-01T00:00:00Z",
  created_by: null,
  updated_at: "2026-01-01T00:00:00Z",
  archived_at: null,
});

const WORKFLOWS = {
  data: [
    {
      states: [
        { code: "concept", name: "First idea", colour: "#777777", category: "todo" },
        { code: "final", name: "Final", colour: "#777777", category: "done" },
      ],
    },
  ],
};
const TYPES = {
  data: [
    { code: "prop", name: "Prop", is_assembly: false, is_own: false },
    { code: "weapon", name: "Weapon", is_assembly: false, is_own: true },
  ],
};

/** Answers with the list of assets given, and with the project's types and states. */
function serveAssets(list: (url: URL) => Response): URL[] {
  const asked: URL[] = [];
  serve((_, url) => {
    if (url.pathname === "/api/v1/workflows") return json(WORKFLOWS);
    if (url.pathname === "/api/v1/projects/kart/asset-types") return json(TYPES);
    asked.push(url);
    return list(url);
  });
  return asked;
}

function page(url: URL) {
  const from = Number(url.searchParams.get("cursor") ?? 0);
  const limit = Number(url.searchParams.get("limit"));
  const to = Math.min(TOTAL, from + limit);
  return json({
    data: Array.from({ length: to - from }, (_, index) => asset(from + index)),
    next_cursor: to < TOTAL ? String(to) : null,
    ...(url.searchParams.get("count") === "true" && { total: TOTAL }),
  });
}

function Table({ initial = {}, onSelect = vi.fn() }: { initial?: Parameters<typeof viewOf>[0]; onSelect?: (id?: string) => void }) {
  const [view, setView] = useState<AssetView>(viewOf(initial));
  const [selected, setSelected] = useState<string>();
  return (
    <AssetBrowser
      project="kart"
      view={view}
      onView={setView}
      selected={selected}
      onEnter={vi.fn()}
      mayUpdate
      onSelect={(id) => {
        setSelected(id);
        onSelect(id);
      }}
    />
  );
}

function grid(): HTMLElement {
  const found = document.querySelector<HTMLElement>("[role='grid']");
  if (found === null) throw new Error("there is no grid");
  return found;
}

function scrollTo(offset: number): void {
  grid().scrollTop = offset;
  fireEvent.scroll(grid());
}

beforeEach(() => {
  withLayout(256);
});

describe("AssetBrowser", () => {
  it("reads the whole list once, and draws only what is seen of it", async () => {
    const requests = serveAssets(page);
    renderApp(<Table />);
    expect(await screen.findByText("Barrel 0")).toBeTruthy();
    expect(await screen.findByText("2,450 assets")).toBeTruthy();
    expect(requests.map(({ searchParams }) => searchParams.get("cursor"))).toEqual([null, "200", "1200", "2200"]);
    expect(document.querySelectorAll("[role='row']").length).toBeLessThan(40);
    expect(grid().getAttribute("aria-rowcount")).toBe("2451");

    scrollTo(2000 * 32);
    expect(await screen.findByText("Barrel 2003")).toBeTruthy();
    expect(screen.queryByText("Barrel 0")).toBeNull();
    expect(requests).toHaveLength(4);
  });

  it("shows a picture where there is one, and a glyph elsewhere", async () => {
    serveAssets(page);
    const { container } = renderApp(<Table />);
    await screen.findByText("Barrel 1");
    expect([...container.querySelectorAll("img")].map((image) => image.getAttribute("src"))).toEqual(["/media/1.webp?width=160"]);
  });

  it("filters and sorts without asking the server", async () => {
    const requests = serveAssets(page);
    renderApp(<Table initial={{ q: "barrel 12" }} />);
    expect(await screen.findByText("154 of 2,450 assets")).toBeTruthy();
    const asked = requests.length;
    fireEvent.click(screen.getByText("Name"));
    expect(await screen.findByText("Barrel 2412")).toBeTruthy();
    expect(screen.getByText("Name").closest("[aria-sort]")?.getAttribute("aria-sort")).toBe("descending");
    expect(requests).toHaveLength(asked);
  });

  it("asks the server for what is written in its query language, and shows what it has against it", async () => {
    const requests = serveAssets((url) =>
      url.searchParams.has("q")
        ? url.searchParams.get("q") === "name:~x"
          ? json({ data: [{ id: "id-7" }], next_cursor: null })
          : problem(422, "The query can't be read", "A field is missing before the colon.")
        : page(url),
    );
    const { rerender } = renderApp(<Table key="1" initial={{ q: "name:~x" }} />);
    expect(await screen.findByText("Barrel 7")).toBeTruthy();
    expect(requests.find(({ searchParams }) => searchParams.has("q"))?.searchParams.get("fields")).toBe("id");
    rerender(<Table key="2" initial={{ q: ":x" }} />);
    expect((await screen.findByRole("alert")).textContent).toContain("A field is missing before the colon.");
  });

  it("shows tiles instead of rows", async () => {
    serveAssets(page);
    renderApp(<Table initial={{ view: "tiles" }} />);
    await screen.findByText("Barrel 0");
    expect(document.querySelectorAll("[role='gridcell'][data-index]").length).toBeGreaterThan(4);
    expect(document.querySelector("[role='columnheader']")).toBeNull();
    fireEvent.keyDown(document.body, { key: "ArrowRight" });
    fireEvent.keyDown(grid(), { key: "ArrowRight" });
    expect(document.querySelector("[data-cursor='true']")?.textContent).toContain("Barrel 1");
  });

  it("changes the tags of all that is picked, at once, and takes it back", async () => {
    const bodies: unknown[] = [];
    serve(async (request, url) => {
      if (url.pathname === "/api/v1/workflows") return json(WORKFLOWS);
      if (url.pathname === "/api/v1/projects/kart/asset-types") return json(TYPES);
      if (request.method === "GET") return page(url);
      const body = (await request.json()) as { ids?: string[]; operations?: unknown[] };
      bodies.push(body);
      return json(
        body.ids === undefined
          ? { results: body.operations?.map(() => ({ status: 200, revision: 3 })) }
          : { data: body.ids.map((id) => ({ id, revision: 2, changed: true })), changed: body.ids.length },
      );
    });
    renderApp(<Table />);
    fireEvent.click(await screen.findByText("Barrel 2"), { ctrlKey: true });
    fireEvent.click(screen.getByText("Barrel 4"), { shiftKey: true });
    expect(screen.getByText("3 assets picked")).toBeTruthy();
    fireEvent.keyDown(grid(), { key: "l" });
    fireEvent.change(screen.getByLabelText("Add"), { target: { value: "hero," } });
    fireEvent.click(screen.getByRole("button", { name: "Change the tags", hidden: true }));
    await waitFor(() => {
      expect(bodies).toHaveLength(1);
    });
    expect(bodies[0]).toMatchObject({ kind: "asset", ids: ["id-2", "id-3", "id-4"], set: { tags: { add: ["hero"], remove: [] } } });
    await waitFor(() => {
      expect(screen.getAllByText("hero")).toHaveLength(4);
    });
    await undoStack.undo();
    expect(bodies[1]).toMatchObject({ operations: [{ op: "update", path: "/assets/id-2", body: { tags: [] }, if_match: '"2"' }, {}, {}] });
  });

  it("says which of them can't make a move, and why", async () => {
    serve((request, url) => {
      if (url.pathname === "/api/v1/workflows") return json(WORKFLOWS);
      if (url.pathname === "/api/v1/projects/kart/asset-types") return json(TYPES);
      if (request.method === "GET") return page(url);
      return json({ title: "Conflict", status: 409, detail: "Nothing was changed.", conflicts: [{ id: "id-2", detail: "needs a review first" }] }, 409);
    });
    renderApp(<Table />);
    await screen.findByText("Barrel 2");
    // The state that the workflow offers is another one than theirs.
    fireEvent.click(screen.getByText("Barrel 2"), { ctrlKey: true });
    fireEvent.click(screen.getByText("Status of all:"));
    fireEvent.click(screen.getByRole("menuitem", { name: "Final" }));
    expect(await screen.findByText("needs a review first")).toBeTruthy();
  });

  it("names types and states as the project does, and offers its own types", async () => {
    serveAssets(page);
    renderApp(<Table />);
    expect((await screen.findAllByText("First idea")).length).toBeGreaterThan(5);
    fireEvent.click(screen.getByText("Type filter:"));
    expect([...document.querySelectorAll("[role='menuitemcheckbox']")].map((item) => item.textContent)).toEqual(["Prop2,450", "Weapon"]);
  });

  it("opens rows by the mouse and by keys", async () => {
    serveAssets(page);
    const onSelect = vi.fn();
    renderApp(<Table onSelect={onSelect} />);
    fireEvent.click(await screen.findByText("Barrel 2"));
    expect(onSelect).toHaveBeenLastCalledWith("id-2");
    fireEvent.keyDown(document.body, { key: "ArrowDown" });
    expect(onSelect).toHaveBeenLastCalledWith("id-3");
    fireEvent.keyDown(grid(), { key: " " });
    expect(onSelect).toHaveBeenLastCalledWith(undefined);
  });

  it("says why there is nothing, and what to do", async () => {
    serveAssets(() => json({ data: [], next_cursor: null, total: 0 }));
    renderApp(<Table initial={{ q: "zzz" }} />);
    expect(await screen.findByText("No asset matches")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Clear the filter" }));
    expect(await screen.findByText("No assets yet")).toBeTruthy();
  });

  it("names a problem, and gets over it", async () => {
    let broken = true;
    serveAssets((url) => (broken ? problem(404, "Not found", "There is no such project.") : page(url)));
    renderApp(<Table />);
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("There is no such project.");
    expect(alert.textContent).toContain("trace-1");
    broken = false;
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Barrel 0")).toBeTruthy();
  });

  it("keeps what is loaded when a later page fails, and reads on when asked", async () => {
    let broken = true;
    const requests = serveAssets((url) =>
      broken && url.searchParams.has("cursor") ? problem(422, "Cursor refused", "The cursor is too old.") : page(url),
    );
    renderApp(<Table />);
    await screen.findByText("Barrel 0");
    expect((await screen.findByRole("alert")).textContent).toContain("The cursor is too old.");
    const asked = requests.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(requests).toHaveLength(asked);
    broken = false;
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => {
      expect(screen.queryByRole("alert")).toBeNull();
    });
  });
});
