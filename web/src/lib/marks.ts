export interface Piece {
  text: string;
  marked: boolean;
}

/**
 * Cuts a text at the ranges that a search found. The ranges count code points, not the UTF-16 units of a string;
 * those that lie outside of the text or overlap are taken as far as they make sense.
 */
export function splitMarks(text: string, ranges: readonly (readonly number[])[]): Piece[] {
  const points = Array.from(text);
  const pieces: Piece[] = [];
  let at = 0;
  const cut = (to: number, marked: boolean) => {
    if (to > at) pieces.push({ text: points.slice(at, to).join(""), marked });
    at = Math.max(at, to);
  };
  for (const [first = 0, end = 0] of [...ranges].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))) {
    cut(Math.min(first, points.length), false);
    cut(Math.min(end, points.length), true);
  }
  cut(points.length, false);
  return pieces;
}
