// The geometry of moving through rows and tiles, without React and without a document.

/**
 * The place that a key leads to; undefined when the key doesn't move. With no place yet, any move begins at an end.
 * Tiles stand several in a line: left and right go one by one, up and down by lines.
 */
export function moveCursor(key: string, at: number, count: number, linesPerPage: number, perLine = 1): number | undefined {
  if (count === 0) return undefined;
  const clamp = (index: number) => Math.min(count - 1, Math.max(0, index));
  const step = Math.max(1, linesPerPage - 1) * perLine;
  switch (key) {
    case "ArrowDown":
      if (at < 0) return 0;
      // From the last line but one, down leads to the end when there is nothing straight below.
      return at + perLine < count ? at + perLine : Math.floor(at / perLine) < Math.floor((count - 1) / perLine) ? count - 1 : at;
    case "ArrowUp":
      return at < 0 ? count - 1 : at - perLine >= 0 ? at - perLine : at;
    case "ArrowRight":
      return perLine === 1 ? undefined : at < 0 ? 0 : clamp(at + 1);
    case "ArrowLeft":
      return perLine === 1 ? undefined : at < 0 ? count - 1 : clamp(at - 1);
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
