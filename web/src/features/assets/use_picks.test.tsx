import { act, renderHook } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { pickAll, togglePick } from "@/ui/grid/selection";
import { type AssetView, viewOf } from "./asset_view";
import { MOST_IN_ADDRESS, pickText, usePicks } from "./use_picks";

const ROWS = Array.from({ length: 80 }, (_, index) => ({ id: `id-${String(index)}` }));

function usePage(first: AssetView) {
  const [view, setView] = useState(first);
  const [picks, setPicks] = usePicks(view, setView, ROWS);
  return { view, setView, picks, setPicks };
}

describe("picks", () => {
  it("stand in the address and come from it", () => {
    const { result } = renderHook(() => usePage(viewOf({ pick: "id-1,id-7" })));
    expect([...result.current.picks.ids]).toEqual(["id-1", "id-7"]);
    act(() => { result.current.setPicks(togglePick(result.current.picks, "id-3", 3)); });
    expect(result.current.view.pick).toBe("id-1,id-3,id-7");
    act(() => { result.current.setView(viewOf({ pick: "id-9" })); });
    expect([...result.current.picks.ids]).toEqual(["id-9"]);
  });

  it("are one word when everything is picked", () => {
    const { result } = renderHook(() => usePage(viewOf({})));
    act(() => { result.current.setPicks(pickAll(ROWS)); });
    expect(result.current.view.pick).toBe("all");
    const { result: other } = renderHook(() => usePage(viewOf({ pick: "all" })));
    expect(other.current.picks.ids.size).toBe(ROWS.length);
  });

  it("stay picked when they are too many for an address", () => {
    const { result } = renderHook(() => usePage(viewOf({ pick: "id-1" })));
    const many = { ids: new Set(ROWS.slice(0, MOST_IN_ADDRESS + 1).map(({ id }) => id)), anchor: 0 };
    act(() => { result.current.setPicks(many); });
    expect(result.current.view.pick).toBe("");
    expect(result.current.picks.ids.size).toBe(MOST_IN_ADDRESS + 1);
    expect(pickText(many, ROWS)).toBe("");
  });
});
