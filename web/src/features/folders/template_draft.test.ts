import { describe, expect, it } from "vitest";
import type { FolderTemplate } from "@/api/schema";
import { childrenOf, draftOf, isChanged, pathText } from "./template_draft";

const holds = { id: null, revision: 0, data_type: "work", entity_kind: "asset", pattern: "{project}/{asset}", root: "main", children: ["a", "b"] } as unknown as FolderTemplate;

describe("template draft", () => {
  it("is the template until something is changed", () => {
    const draft = draftOf(holds);
    expect(isChanged(holds, draft)).toBe(false);
    expect(isChanged(holds, { ...draft, children: ["a"] })).toBe(true);
    expect(isChanged(holds, { ...draft, root: "render" })).toBe(true);
    expect(isChanged(holds, { ...draft, pattern: "{project}/x/{asset}" })).toBe(true);
  });

  it("takes one folder a line", () => {
    expect(childrenOf(" a/b \n\n c")).toEqual(["a/b", "c"]);
    expect(childrenOf("  \n")).toEqual([]);
  });

  it("names the root only where it is not the usual one", () => {
    expect(pathText("main:bar/x")).toBe("bar/x");
    expect(pathText("render:bar/x")).toBe("render:bar/x");
  });
});
