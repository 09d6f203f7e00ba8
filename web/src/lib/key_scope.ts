import type { KeyContext, KeyScope } from "./keymap";

// Where a key press happened, read from the document: `data-keymap` names the context of a part of the page.

const RESTING: readonly KeyContext[] = ["player", "grid", "page", "global"];
const TEXT_TYPES = new Set(["text", "search", "password", "email", "number", "tel", "url", "date", "time"]);

function isTextField(element: Element): boolean {
  if (element instanceof HTMLInputElement) return TEXT_TYPES.has(element.type);
  return (
    element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement || (element as HTMLElement).isContentEditable
  );
}

export function keyScopeOf(target: EventTarget | null): KeyScope {
  // With nothing focused the keys of the list work too, so that a page can be used before anything was clicked.
  if (!(target instanceof Element) || target === document.body) {
    return { contexts: document.querySelector("dialog[open]") ? [] : RESTING, textField: false, activates: false };
  }
  const contexts: KeyContext[] = [];
  for (let element: Element | null = target; element !== null; element = element.parentElement) {
    const context = (element as HTMLElement).dataset.keymap as KeyContext | undefined;
    if (context === undefined) continue;
    contexts.push(context);
    // A dialog is modal: nothing behind it hears a key.
    if (context === "dialog") return scope(contexts, target);
  }
  return scope([...contexts, ...(["page", "global"] as const)], target);
}

function scope(contexts: readonly KeyContext[], target: Element): KeyScope {
  return {
    contexts,
    textField: isTextField(target),
    activates: target.closest("button, a[href], summary, [role='menuitem'], [role='option']") !== null,
  };
}
