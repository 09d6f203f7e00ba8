// Where things are in a long list, without React and without a document: lines of one height, each with one row of a
// table or several tiles.

export interface Geometry {
  /** Things in all, and how many stand side by side in a line. */
  count: number;
  perLine: number;
  lineHeight: number;
}

export interface Viewport {
  scrollTop: number;
  height: number;
}

/** Browsers cap a scroll area somewhere above 16 million pixels; from here on the scroll bar is scaled. */
export const TALLEST = 8_000_000;

/** Lines are drawn in steps of this many, so that most frames of a scroll need no work of the page at all. */
const STEP = 4;

export function lineCount({ count, perLine }: Geometry): number {
  return Math.ceil(count / perLine);
}

/** The height of the scroll area. */
export function areaHeight(geometry: Geometry): number {
  return Math.min(TALLEST, lineCount(geometry) * geometry.lineHeight);
}

/** How many pixels of the list one pixel of the scroll bar stands for. */
function scale(geometry: Geometry, height: number): number {
  const whole = lineCount(geometry) * geometry.lineHeight;
  return whole <= TALLEST ? 1 : (whole - height) / (TALLEST - height);
}

export interface LineRange {
  first: number;
  /** Behind the last. */
  end: number;
}

/** Lines that are drawn on either side of what is seen. */
const OVERSCAN = 6;

/** The most lines that are ever drawn at once at this height: the same while one scrolls, so that a line keeps its place among the elements. */
export function mostLines(geometry: Geometry, height: number): number {
  return Math.ceil(height / geometry.lineHeight) + 1 + 2 * (OVERSCAN + STEP);
}

/** The lines to draw for what is seen, with some more on either side. */
export function visibleLines(geometry: Geometry, { scrollTop, height }: Viewport, overscan = OVERSCAN): LineRange {
  const lines = lineCount(geometry);
  if (lines === 0) return { first: 0, end: 0 };
  const top = scrollTop * scale(geometry, height);
  const first = Math.floor(top / geometry.lineHeight) - overscan;
  const end = Math.ceil((top + height) / geometry.lineHeight) + overscan;
  return {
    first: Math.max(0, Math.floor(first / STEP) * STEP),
    end: Math.min(lines, Math.ceil(end / STEP) * STEP),
  };
}

/** Where a line stands in the scroll area. Below the cap that never changes; beyond it, it follows the scroll bar. */
export function lineTop(geometry: Geometry, line: number, { scrollTop, height }: Viewport): number {
  const factor = scale(geometry, height);
  return line * geometry.lineHeight - (factor === 1 ? 0 : scrollTop * factor - scrollTop);
}

/** Where to scroll so that a line is seen whole; undefined when it is already. `covered` is hidden by a sticky head. */
export function scrollToLine(geometry: Geometry, line: number, view: Viewport, covered = 0): number | undefined {
  const factor = scale(geometry, view.height);
  const top = line * geometry.lineHeight;
  const seen = view.scrollTop * factor;
  if (top < seen) return top / factor;
  const bottom = top + geometry.lineHeight - (view.height - covered);
  return bottom > seen ? bottom / factor : undefined;
}

/** How many tiles of at least `least` pixels stand in a line. */
export function tilesPerLine(width: number, least: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (least + gap)));
}
