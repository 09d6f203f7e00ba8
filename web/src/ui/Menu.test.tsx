import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { renderApp } from "@/test_support/render";
import { Menu } from "./Menu";

describe("Menu", () => {
  it("opens, moves, chooses, closes and gives the focus back", () => {
    const chosen = vi.fn();
    const items = ["Prop", "Vehicle"].map((label) => ({ id: label, label, onSelect: () => chosen(label) as undefined }));
    renderApp(<Menu label="Type" button="All" items={items} />);
    const trigger = screen.getByRole("button", { name: "Type: All" });
    fireEvent.click(trigger);
    expect(document.activeElement?.textContent).toBe("Prop");
    fireEvent.keyDown(screen.getByRole("menu"), { key: "v" });
    expect(document.activeElement?.textContent).toBe("Vehicle");
    fireEvent.click(screen.getByRole("menuitem", { name: "Vehicle" }));
    expect(chosen).toHaveBeenCalledWith("Vehicle");
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(trigger);
  });

  it("stays open for several ticks, and closes on Esc and on a press elsewhere", () => {
    const items = [{ id: "a", label: "A", checked: true, onSelect: vi.fn() }];
    renderApp(<Menu label="Type" button="All" stays items={items} />);
    fireEvent.click(screen.getByRole("button"));
    fireEvent.click(screen.getByRole("menuitemcheckbox", { checked: true }));
    expect(screen.getByRole("menu")).toBeTruthy();
    fireEvent.keyDown(screen.getByRole("menu"), { key: "Escape" });
    expect(screen.queryByRole("menu")).toBeNull();
    fireEvent.click(screen.getByRole("button"));
    fireEvent.pointerDown(document.body);
    expect(screen.queryByRole("menu")).toBeNull();
  });
});
