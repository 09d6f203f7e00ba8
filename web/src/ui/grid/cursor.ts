// The geometry of moving through rows, without React and without a document.

/** The row that a key leads to; undefined when the key doesn't move. With no row yet, any move begins at an end. */
export function moveCursor(key: string, at: number, count: number, perPage: number): number | undefined {
  if (count === 0) return undefined;
  const clamp = (index: number) => Math.min(count - 1, Math.max(0, index));
  const step = Math.max(1, perPage - 1);
  switch (key) {
    case "ArrowDown":
      return at < 0 ? 0 : clamp(at + 1);
    case "ArrowUp":
      return at < 0 ? count - 1 : clamp(at - 1);
    case "PageDown":
      return clamp(Math.max(0, at) + step);
    case "PageUp":
      return clamp(at - step);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}

/** The columns' widths as one grid template, and the width below which the list scrolls sideways. */
export function columnLayout(columns: readonly { min: number; share: number }[]): { template: string; width: number } {
  const template = columns.map(({ min, share }) => (share === 0 ? `${String(min)}px` : `minmax(${String(min)}px, ${String(share)}fr)`));
  return { template: template.join(" "), width: columns.reduce((sum, { min }) => sum + min, 0) };
}
