/**
 * How well a text answers what was typed: undefined when its letters don't stand in it in this order, else the higher
 * the better. Whole words and beginnings of words count most, so that "ga" finds "Go to the assets" before "Regain".
 */
export function fuzzyScore(text: string, typed: string): number | undefined {
  const query = typed.trim().toLowerCase();
  if (query === "") return 0;
  const within = text.toLowerCase();
  const found = within.indexOf(query);
  if (found >= 0) return 1000 - found - within.length / 100 + (found === 0 || within[found - 1] === " " ? 500 : 0);
  let score = 0;
  let at = 0;
  for (const letter of query) {
    if (letter === " ") continue;
    const next = within.indexOf(letter, at);
    if (next < 0) return undefined;
    const begins = next === 0 || /[\s_:/-]/.test(within[next - 1] ?? "");
    score += begins ? 20 : next === at ? 10 : 1;
    at = next + 1;
  }
  return score - within.length / 100;
}
