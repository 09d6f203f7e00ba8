import { describe, expect, it, vi } from "vitest";
import { type Binding, chordOf, Keymap, type KeyPress, type KeyScope } from "./keymap";

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  timeStamp: 0,
  ...more,
});
const page: KeyScope = { contexts: ["grid", "page", "global"], textField: false, activates: false };
const binding = (id: string, context: Binding["context"], keys: string[], run: Binding["run"] = () => true): Binding => ({
  id,
  context,
  keys,
  label: id,
  run,
});

describe("chordOf", () => {
  it("names letters, characters and named keys with what is held", () => {
    expect(chordOf(press("a"))).toBe("a");
    expect(chordOf(press("A", { shiftKey: true }))).toBe("Shift+a");
    expect(chordOf(press("?", { shiftKey: true }))).toBe("?");
    expect(chordOf(press("ArrowDown", { shiftKey: true }))).toBe("Shift+ArrowDown");
    expect(chordOf(press("k", { metaKey: true }))).toBe("Mod+k");
    expect(chordOf(press(" "))).toBe("Space");
  });
});

describe("Keymap", () => {
  it("offers a key to the most specific context first, and passes it on when that declines", () => {
    const keymap = new Keymap();
    const order: string[] = [];
    keymap.register(binding("page.close", "page", ["Escape"], () => (order.push("page"), true)));
    keymap.register(binding("grid.clear", "grid", ["Escape"], () => (order.push("grid"), false)));
    expect(keymap.handle(press("Escape"), page)).toBe(true);
    expect(order).toEqual(["grid", "page"]);
  });

  it("leaves text fields everything but Escape and Ctrl+Enter", () => {
    const keymap = new Keymap();
    const run = vi.fn(() => true);
    keymap.register(binding("all", "global", ["a", "/", "Escape", "Mod+Enter"], run));
    const field = { ...page, textField: true };
    expect(keymap.handle(press("a"), field)).toBe(false);
    expect(keymap.handle(press("/"), field)).toBe(false);
    expect(keymap.handle(press("Escape"), field)).toBe(true);
    expect(keymap.handle(press("Enter", { ctrlKey: true }), field)).toBe(true);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("leaves Enter and Space to a button that has the focus", () => {
    const keymap = new Keymap();
    keymap.register(binding("open", "grid", ["Enter", "Space"]));
    expect(keymap.handle(press("Enter"), { ...page, activates: true })).toBe(false);
    expect(keymap.handle(press(" "), page)).toBe(true);
  });

  it("runs a sequence of keys that comes within a second", () => {
    const keymap = new Keymap();
    const go = vi.fn(() => true);
    keymap.register(binding("go", "global", ["g a"], go));
    expect(keymap.handle(press("g", { timeStamp: 0 }), page)).toBe(true);
    expect(keymap.handle(press("a", { timeStamp: 900 }), page)).toBe(true);
    expect(go).toHaveBeenCalledOnce();
    keymap.handle(press("g", { timeStamp: 5000 }), page);
    expect(keymap.handle(press("a", { timeStamp: 6500 }), page)).toBe(false);
    expect(go).toHaveBeenCalledOnce();
  });

  it("ignores keys of an input method, handled events and bare modifiers", () => {
    const keymap = new Keymap();
    keymap.register(binding("a", "global", ["a", "Shift"]));
    expect(keymap.handle(press("a", { isComposing: true }), page)).toBe(false);
    expect(keymap.handle(press("a", { defaultPrevented: true }), page)).toBe(false);
    expect(keymap.handle(press("Shift", { shiftKey: true }), page)).toBe(false);
  });

  it("refuses two bindings for one key in one context, but not in two", () => {
    const keymap = new Keymap();
    keymap.register(binding("first", "page", ["f"]));
    keymap.register(binding("second", "grid", ["f"]));
    expect(() => keymap.register(binding("third", "page", ["f"]))).toThrow("third and first both want f in page");
  });

  it("lists what is registered and tells who listens", () => {
    const keymap = new Keymap();
    const heard = vi.fn();
    keymap.subscribe(heard);
    const remove = keymap.register(binding("a", "page", ["a"]));
    expect(keymap.list().map(({ id }) => id)).toEqual(["a"]);
    expect(keymap.list()).toBe(keymap.list());
    remove();
    expect(keymap.list()).toEqual([]);
    expect(heard).toHaveBeenCalledTimes(2);
  });
});
