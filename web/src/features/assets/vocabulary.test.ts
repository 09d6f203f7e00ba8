import { describe, expect, it } from "vitest";
import { choices, orderTypes, typeIcon } from "./vocabulary";

const term = (code: string) => ({ code, name: code });

describe("the types of assets", () => {
  it("come in a fixed order, a project's own behind", () => {
    const types = orderTypes(["weapon", "prop", "alien", "character"].map(term));
    expect(types.map(({ code }) => code)).toEqual(["character", "prop", "alien", "weapon"]);
  });

  it("have a glyph each", () => {
    expect(typeIcon("set_piece")).toBe("type-set_piece");
    expect(typeIcon("weapon")).toBe("type-other");
  });
});

describe("the choices of a filter", () => {
  it("keep what is chosen, so that it can be taken back", () => {
    expect(choices([term("prop")], ["old_type", "prop"])).toEqual([term("prop"), { code: "old_type", name: "Old type" }]);
  });
});
