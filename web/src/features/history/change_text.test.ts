import { describe, expect, it } from "vitest";
import type { HistoryEntry } from "@/api/schema";
import { actionText, tellingChanges, valueText } from "./change_text";

describe("history", () => {
  it("says what was done", () => {
    expect(actionText("asset.transitioned")).toBe("Moved");
    expect(actionText("asset.something_new")).toBe("Something new");
  });

  it("shows values of any kind", () => {
    expect(valueText(["a", "b"])).toBe("a, b");
    expect(valueText([])).toBe("nothing");
    expect(valueText({ a: 1 })).toBe('{"a":1}');
    expect(valueText(false)).toBe("false");
    expect(valueText("x".repeat(400))).toHaveLength(160);
  });

  it("leaves out what says nothing", () => {
    const entry = {
      changes: [
        { field: "id", from: null, to: "1" },
        { field: "description", from: null, to: "" },
        { field: "metadata", from: null, to: {} },
        { field: "name", from: null, to: "Barrel" },
      ],
    } as HistoryEntry;
    expect(tellingChanges(entry).map(({ field }) => field)).toEqual(["name"]);
  });
});
