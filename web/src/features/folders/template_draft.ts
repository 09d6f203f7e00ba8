// A folder template while somebody changes it.
import type { FolderTemplate, FolderTemplateDraft } from "@/api/schema";

export const TOKENS: readonly { token: string; meaning: string }[] = [
  { token: "{project} {episode} {sequence} {shot} {asset} {product}", meaning: "the code, folded" },
  { token: "{asset:label}", meaning: "what was typed for it; also of the others" },
  { token: "{code} {label}", meaning: "the same for the entity that the template is of" },
  { token: "{asset_type} {representation} {task}", meaning: "codes" },
  { token: "{version:03} {workfile:03}", meaning: "a number with at least three digits" },
  { token: "{extension}", meaning: "an ending, such as exr" },
  { token: "[ … ]", meaning: "left out when a token directly in it has no value" },
];

export function draftOf({ data_type, entity_kind, pattern, root, children }: FolderTemplate): FolderTemplateDraft {
  return { data_type, entity_kind, pattern, root, children };
}

/** One path a line; empty lines are nothing. */
export function childrenOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

export function isChanged(holds: FolderTemplate, draft: FolderTemplateDraft): boolean {
  return holds.pattern !== draft.pattern || holds.root !== draft.root || holds.children.join("\n") !== (draft.children ?? []).join("\n");
}

/** `main:bar/assets` → `bar/assets`; the root is named only where it is another than main. */
export function pathText(path: string): string {
  return path.startsWith("main:") ? path.slice("main:".length) : path;
}
