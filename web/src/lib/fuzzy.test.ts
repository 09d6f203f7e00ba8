import { describe, expect, it } from "vitest";
import { fuzzyScore } from "./fuzzy";

describe("fuzzyScore", () => {
  it("wants every letter in its order", () => {
    expect(fuzzyScore("Go to the assets", "gta")).toBeDefined();
    expect(fuzzyScore("Go to the assets", "gx")).toBeUndefined();
    expect(fuzzyScore("anything", "  ")).toBe(0);
  });

  it("puts a whole word before scattered letters, and beginnings before middles", () => {
    const score = (text: string) => fuzzyScore(text, "ass") ?? -1;
    expect(score("Go to the assets")).toBeGreaterThan(score("A short story"));
    expect(score("Assets")).toBeGreaterThan(score("Compass"));
  });
});
