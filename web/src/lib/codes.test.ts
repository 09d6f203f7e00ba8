import { describe, expect, it } from "vitest";
import { codeOf } from "./codes";

describe("codeOf", () => {
  it("makes a code that can stand in a path", () => {
    expect(codeOf("Nolok’s Kart")).toBe("noloks_kart");
    expect(codeOf("  Ägir & the Sea  ")).toBe("agir_the_sea");
    expect(codeOf("<b>\u202Etxt</b>")).toBe("b_txt_b");
    expect(codeOf("日本")).toBe("");
    expect(codeOf("x".repeat(200))).toHaveLength(60);
  });
});
