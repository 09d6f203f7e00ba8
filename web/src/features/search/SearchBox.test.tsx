import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { json, problem, renderApp, serve } from "@/test_support/render";
import { SearchBox } from "./SearchBox";

const hits = [
  { kind: "asset", id: "1", project_id: "p", code: "tux", name: "Tux", highlights: [], score: 2 },
  { kind: "asset", id: "2", project_id: "p", code: "tux_kart", name: "Tux’s kart", highlights: [{ field: "name", text: "Tux’s kart", ranges: [[0, 3]] }], score: 1 },
];

function setUp() {
  const onPick = vi.fn();
  const onSearch = vi.fn();
  const { keymap } = renderApp(<SearchBox projectName={() => "Kart"} onPick={onPick} onSearch={onSearch} />);
  const box = screen.getByRole<HTMLInputElement>("combobox");
  const type = (value: string) => {
    box.focus();
    fireEvent.change(box, { target: { value } });
  };
  return { box, type, onPick, onSearch, keymap };
}

describe("SearchBox", () => {
  it("gets the focus by its key", () => {
    serve(() => json({ data: [] }));
    const { box } = setUp();
    fireEvent.keyDown(document.body, { key: "/" });
    expect(document.activeElement).toBe(box);
  });

  it("shows hits while one types, and opens the chosen one", async () => {
    const requests = serve(() => json({ data: hits, next_cursor: null }));
    const { box, type, onPick } = setUp();
    type("tu");
    type("tux");
    await waitFor(() => {
      expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual([
        "TuxtuxAsset · Kart",
        "Tux’s karttux_kartAsset · Kart",
      ]);
    });
    expect(document.querySelector("mark")?.textContent).toBe("Tux");
    expect(requests).toHaveLength(1);
    fireEvent.keyDown(box, { key: "ArrowDown" });
    fireEvent.keyDown(box, { key: "ArrowDown" });
    expect(box.getAttribute("aria-activedescendant")).toBe(screen.getAllByRole("option")[1]?.id);
    fireEvent.keyDown(box, { key: "Enter" });
    expect(onPick).toHaveBeenCalledWith(hits[1]);
  });

  it("searches on Enter when no hit is chosen", () => {
    serve(() => json({ data: hits, next_cursor: null }));
    const { box, type, onSearch } = setUp();
    type(" wood robot ");
    fireEvent.keyDown(box, { key: "Enter" });
    expect(onSearch).toHaveBeenCalledWith("wood robot");
  });

  it("says what is wrong with a query", async () => {
    serve(() => problem(422, "Broken query", "A closing parenthesis is missing."));
    const { type } = setUp();
    type("(a");
    expect(await screen.findByText("A closing parenthesis is missing.")).toBeTruthy();
  });
});
