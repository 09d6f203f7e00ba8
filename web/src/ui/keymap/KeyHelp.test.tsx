import { screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { renderApp } from "@/test_support/render";
import { keyNames } from "./key_names";
import { KeyHelp } from "./KeyHelp";
import { useKeys } from "./use_keys";

function Page() {
  useKeys([{ id: "go", context: "global", keys: ["g a", "Mod+k"], label: "Go to the assets", run: () => true }]);
  return <KeyHelp open onClose={vi.fn()} />;
}

describe("KeyHelp", () => {
  it("shows what the registry holds", () => {
    renderApp(<Page />);
    const row = screen.getByText("Go to the assets").parentElement;
    expect([...(row?.querySelectorAll("kbd") ?? [])].map((key) => key.textContent)).toEqual(["G", "A", "Ctrl", "K"]);
  });
});

describe("keyNames", () => {
  it("prints keys as they stand on a keyboard", () => {
    expect(keyNames("Shift+ArrowDown")).toEqual([["Shift", "↓"]]);
    expect(keyNames("g h")).toEqual([["G"], ["H"]]);
    expect(keyNames("?")).toEqual([["?"]]);
  });
});
