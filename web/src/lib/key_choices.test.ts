import { describe, expect, it, vi } from "vitest";
import { clashOf, hiddenBy, type KeyRow, parseKeyChoices, refusalOf, withChoice } from "./key_choices";
import { Keymap } from "./keymap";

const ROWS: readonly KeyRow[] = [
  { id: "go.assets", context: "global", keys: ["g a"], label: "Go to the assets" },
  { id: "help", context: "global", keys: ["?"], label: "Show the keys" },
  { id: "pick", context: "grid", keys: ["x"], label: "Pick it" },
];

describe("keys of one's own", () => {
  it("clash with what has the key in the same place, and a sequence with its beginning", () => {
    expect(clashOf(ROWS, {}, "help", "g a")?.id).toBe("go.assets");
    expect(clashOf(ROWS, {}, "help", "g")?.id).toBe("go.assets");
    expect(clashOf(ROWS, {}, "help", "x")).toBeUndefined();
    expect(clashOf(ROWS, { "go.assets": ["a"] }, "help", "g")).toBeUndefined();
    expect(clashOf(ROWS, { "go.assets": ["a"] }, "help", "a")?.id).toBe("go.assets");
  });

  it("may be hidden by what hears a key first", () => {
    expect(hiddenBy(ROWS, {}, "help", "x")?.id).toBe("pick");
    expect(hiddenBy(ROWS, {}, "pick", "?")).toBeUndefined();
  });

  it("leave alone what the browser and the page need", () => {
    expect(refusalOf("Escape")).toBeDefined();
    expect(refusalOf("Mod+w")).toBeDefined();
    expect(refusalOf("x")).toBeUndefined();
  });

  it("survive what others wrote into the same place", () => {
    expect(parseKeyChoices("{\"a\":[\"x\"],\"b\":3,\"c\":[1]}")).toEqual({ a: ["x"] });
    expect(parseKeyChoices("[")).toEqual({});
    expect(parseKeyChoices(null)).toEqual({});
    expect(withChoice({ a: ["x"], b: ["y"] }, "a", undefined)).toEqual({ b: ["y"] });
  });

  it("work instead of the usual ones, and are what is shown", () => {
    const run = vi.fn(() => true);
    const keymap = new Keymap();
    keymap.choose({ help: ["h"], arrows: ["z"] });
    keymap.register({ id: "help", context: "global", keys: ["?"], label: "Help", run });
    keymap.register({ id: "arrows", context: "global", keys: ["ArrowUp"], label: "Up", fixed: true, run: () => true });
    const scope = { contexts: ["global"] as const, textField: false, activates: false };
    const press = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, timeStamp: 0 };
    expect(keymap.handle({ ...press, key: "?" }, scope)).toBe(false);
    expect(keymap.handle({ ...press, key: "h" }, scope)).toBe(true);
    expect(run).toHaveBeenCalledOnce();
    expect(keymap.list().map(({ keys }) => keys)).toEqual([["h"], ["ArrowUp"]]);
    keymap.choose({});
    expect(keymap.handle({ ...press, key: "?" }, scope)).toBe(true);
  });
});
