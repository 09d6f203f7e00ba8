// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { keyScopeOf } from "./key_scope";

function element(html: string, selector: string): Element {
  document.body.innerHTML = html;
  const found = document.querySelector(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
}

afterEach(() => {
  document.body.innerHTML = "";
});

describe("keyScopeOf", () => {
  it("offers the list's keys when nothing has the focus", () => {
    expect(keyScopeOf(document.body).contexts).toEqual(["player", "grid", "page", "global"]);
  });

  it("offers nothing behind an open dialog", () => {
    document.body.innerHTML = "<dialog open></dialog>";
    expect(keyScopeOf(document.body).contexts).toEqual([]);
  });

  it("collects the contexts around the focus", () => {
    const row = element('<div data-keymap="grid" tabindex="0"><p id="x"></p></div>', "#x");
    expect(keyScopeOf(row)).toEqual({ contexts: ["grid", "page", "global"], textField: false, activates: false });
  });

  it("keeps a dialog's keys in the dialog", () => {
    const button = element('<div data-keymap="grid"><div data-keymap="dialog"><button id="x"></button></div></div>', "#x");
    expect(keyScopeOf(button)).toEqual({ contexts: ["dialog"], textField: false, activates: true });
  });

  it("knows text fields from boxes to tick", () => {
    expect(keyScopeOf(element('<input id="x" type="search">', "#x")).textField).toBe(true);
    expect(keyScopeOf(element('<textarea id="x"></textarea>', "#x")).textField).toBe(true);
    expect(keyScopeOf(element('<input id="x" type="checkbox">', "#x")).textField).toBe(false);
  });
});
