import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { KEY_CATALOGUE } from "./key_catalogue";

const SOURCES = fileURLToPath(new URL("../../", import.meta.url));

/** What the sources register, as text: `id context keys label`. */
function registered(): Set<string> {
  const found = new Set<string>();
  const pattern = /id: "([\w.]+)",\s*context: "(\w+)"(?: as const)?,\s*keys: (\[[^\]]*\]),\s*label: "([^"]+)"/g;
  for (const name of readdirSync(SOURCES, { recursive: true, encoding: "utf8" })) {
    if (!/\.tsx?$/.test(name) || /\.test\.|key_catalogue/.test(name)) continue;
    for (const [, id, context, keys, label] of readFileSync(`${SOURCES}${name}`, "utf8").matchAll(pattern)) {
      found.add(JSON.stringify([id, context, JSON.parse(keys ?? "[]"), label]));
    }
  }
  return found;
}

describe("the catalogue of keys", () => {
  it("says of each key what the page that has it registers", () => {
    const sources = registered();
    const missing = KEY_CATALOGUE.map(({ id, context, keys, label }) => JSON.stringify([id, context, keys, label])).filter((entry) => !sources.has(entry));
    expect(missing).toEqual([]);
  });
});
