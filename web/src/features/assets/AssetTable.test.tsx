import { fireEvent, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { json, problem, renderApp, serve, withLayout } from "@/test_support/render";
import { AssetTable } from "./AssetTable";
import { type AssetView, viewOf } from "./asset_view";

const TOTAL = 450;
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
  data: [{ states: [{ code: "concept", name: "First idea", colour: "#777777", category: "todo" }] }],
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
    <AssetTable
      project="kart"
      view={view}
      onView={setView}
      selected={selected}
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

describe("AssetTable", () => {
  it("draws what is seen of a long list, and reads on to its end", async () => {
    const requests = serveAssets(page);
    renderApp(<Table />);
    expect(await screen.findByText("Barrel 0")).toBeTruthy();
    expect(screen.getByText("450 assets")).toBeTruthy();
    expect(document.querySelectorAll("[role='row']").length).toBeLessThan(50);
    expect(grid().getAttribute("aria-rowcount")).toBe("451");

    scrollTo(200 * 32);
    await waitFor(() => {
      expect(requests).toHaveLength(2);
    });
    await screen.findByText("Barrel 205");
    scrollTo(400 * 32);
    await waitFor(() => {
      expect(requests).toHaveLength(3);
    });
    expect(requests.map(({ searchParams }) => searchParams.get("cursor"))).toEqual([null, "200", "400"]);
  });

  it("shows a picture where there is one, and a glyph elsewhere", async () => {
    serveAssets(page);
    const { container } = renderApp(<Table />);
    await screen.findByText("Barrel 1");
    expect([...container.querySelectorAll("img")].map((image) => image.getAttribute("src"))).toEqual(["/media/1.webp"]);
  });

  it("asks the server for the filter and the order", async () => {
    const requests = serveAssets(page);
    renderApp(<Table initial={{ type: "prop", status: "final" }} />);
    await screen.findByText("Barrel 0");
    fireEvent.click(screen.getByText("Updated"));
    await waitFor(() => {
      expect(requests.at(-1)?.search).toContain("sort=updated_at");
    });
    expect(requests.at(-1)?.search).toContain("type=prop");
    expect(requests.at(-1)?.search).toContain("status=final");
    expect(screen.getByText("Updated").closest("[aria-sort]")?.getAttribute("aria-sort")).toBe("ascending");
  });

  it("names types and states as the project does, and offers its own types", async () => {
    serveAssets(page);
    renderApp(<Table />);
    expect((await screen.findAllByText("First idea")).length).toBeGreaterThan(5);
    fireEvent.click(screen.getByText("Type filter:"));
    expect([...document.querySelectorAll("[role='menuitemcheckbox']")].map((item) => item.textContent)).toEqual(["Prop", "Weapon"]);
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

  it("keeps what is loaded when a later page fails, and asks again only on demand", async () => {
    let broken = true;
    const requests = serveAssets((url) =>
      broken && url.searchParams.has("cursor") ? problem(422, "Cursor refused", "The cursor is too old.") : page(url),
    );
    renderApp(<Table />);
    await screen.findByText("Barrel 0");
    scrollTo(200 * 32);
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
