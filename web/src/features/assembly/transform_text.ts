/** Where a 4 × 4 row-major matrix puts something, and how large: `0, 1.5, −2` or with `× 2`. */
export function placeText(matrix: readonly number[]): string {
  const round = (value: number) => String(Math.round(value * 1000) / 1000).replace("-", "−");
  const at = (index: number) => matrix[index] ?? 0;
  // The last row of a row-vector matrix, the last column of a column-vector one: whichever is used carries the place.
  const row = [at(12), at(13), at(14)];
  const place = row.some((value) => value !== 0) ? row : [at(3), at(7), at(11)];
  const scale = Math.hypot(at(0), at(1), at(2));
  const moved = place.some((value) => value !== 0);
  const scaled = Math.abs(scale - 1) > 1e-4;
  if (!moved && !scaled) return "at the origin";
  return `${place.map(round).join(", ")}${scaled ? ` × ${round(scale)}` : ""}`;
}
