// Codes stand in paths and addresses; the server has the last word on what it takes.

/** A code made from a name: `Nolok’s Kart` → `noloks_kart`. */
export function codeOf(name: string): string {
  return name
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036f'’]/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 60);
}
