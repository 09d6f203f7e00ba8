// Frames are whole numbers and rates are fractions; seconds are only what the browser's player wants to hear.

export interface Rate {
  count: number;
  seconds: number;
}

export function parseRate(text: string | null | undefined): Rate {
  const [count, seconds = 1] = (text ?? "24").split("/").map(Number);
  return count !== undefined && count > 0 && seconds > 0 ? { count, seconds } : { count: 24, seconds: 1 };
}

/** The moment in the middle of a frame (counted from 0): a seek to its beginning may show the one before. */
export function timeOfFrame(frame: number, { count, seconds }: Rate): number {
  return ((frame + 0.5) * seconds) / count;
}

export function frameOfTime(time: number, { count, seconds }: Rate, frames: number): number {
  // The clock of the browser is a rounded one; a hair before a frame is that frame.
  const frame = Math.floor((time * count) / seconds + 1e-4);
  return Math.min(Math.max(0, frame), Math.max(0, frames - 1));
}

/** `00:01:12:05` of a frame counted from 0, at the nearest whole rate. */
export function timecode(frame: number, { count, seconds }: Rate): string {
  const base = Math.round(count / seconds);
  const pad = (value: number) => String(value).padStart(2, "0");
  const whole = Math.floor(frame / base);
  return `${pad(Math.floor(whole / 3600))}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}:${pad(frame % base)}`;
}

/** The tile of a sprite sheet that shows a place between 0 and 1 of a clip. */
export function tileAt(place: number, sprites: { columns: number; count: number }): { column: number; row: number; index: number } {
  const index = Math.min(sprites.count - 1, Math.max(0, Math.floor(place * sprites.count)));
  return { index, column: index % sprites.columns, row: Math.floor(index / sprites.columns) };
}
