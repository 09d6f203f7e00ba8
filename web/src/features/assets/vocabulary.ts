import { formatTerm } from "@/lib/format";

// The types that ship, in the order in which people look for them. A project's own come behind, with the glyph of
// `other`.

const SHIPPED = [
  "character",
  "prop",
  "vehicle",
  "environment",
  "interior",
  "exterior",
  "set_piece",
  "fx",
  "lighting",
  "material",
  "rig",
  "texture",
  "animation",
  "other",
];

export function typeIcon(type: string): string {
  return SHIPPED.includes(type) ? `type-${type}` : "type-other";
}

export interface Term {
  code: string;
  name: string;
}

/** Types in the order of the filter: those that ship first, then the project's own by name. */
export function orderTypes(types: readonly Term[]): Term[] {
  const rank = ({ code }: Term) => (SHIPPED.includes(code) ? SHIPPED.indexOf(code) : SHIPPED.length);
  return [...types].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** The choices of a filter: what the project has, and what is chosen already though it has it no longer. */
export function choices(terms: readonly Term[], chosen: readonly string[]): Term[] {
  const gone = chosen.filter((code) => !terms.some((term) => term.code === code));
  return [...terms, ...gone.map((code) => ({ code, name: formatTerm(code) }))];
}

export const SHIPPED_TYPES: readonly Term[] = SHIPPED.map((code) => ({ code, name: formatTerm(code) }));
