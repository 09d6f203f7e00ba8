import { describe, expect, it } from "vitest";
import { splitMarks } from "./marks";

const shown = (text: string, ranges: number[][]) =>
  splitMarks(text, ranges)
    .map((piece) => (piece.marked ? `[${piece.text}]` : piece.text))
    .join("");

describe("splitMarks", () => {
  it("marks what was found", () => {
    expect(shown("hero robot", [[5, 8]])).toBe("hero [rob]ot");
    expect(shown("hero robot", [[5, 10], [0, 4]])).toBe("[hero] [robot]");
    expect(shown("hero", [])).toBe("hero");
    expect(shown("", [[0, 2]])).toBe("");
  });

  it("counts code points", () => {
    expect(shown("🎬 cut", [[2, 5]])).toBe("🎬 [cut]");
  });

  it("makes the best of odd ranges", () => {
    expect(shown("hero", [[2, 9]])).toBe("he[ro]");
    expect(shown("hero", [[0, 3], [1, 4]])).toBe("[her][o]");
    expect(shown("hero", [[7, 9]])).toBe("hero");
  });
});
