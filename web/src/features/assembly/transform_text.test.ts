import { describe, expect, it } from "vitest";
import { placeText } from "./transform_text";

describe("placeText", () => {
  it("tells place and size", () => {
    expect(placeText([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])).toBe("at the origin");
    expect(placeText([2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 1, 0, -3.5, 1])).toBe("1, 0, −3.5 × 2");
    expect(placeText([1, 0, 0, 4, 0, 1, 0, 5, 0, 0, 1, 6, 0, 0, 0, 1])).toBe("4, 5, 6");
  });
});
