const BYTE_UNITS = ["B", "KB", "MB", "GB", "TB", "PB"];

/** Sizes as disks and file managers of studios count them: 1 KB is 1,000 bytes. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit] ?? ""}`;
}

const counts = new Intl.NumberFormat("en");

export function formatCount(count: number): string {
  return counts.format(count);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `v003`, as versions stand in paths and on slates; a draft has no number yet. */
export function formatVersion(number: number | null | undefined): string {
  return number === null || number === undefined ? "draft" : `v${String(number).padStart(3, "0")}`;
}

const pad = (value: number) => String(value).padStart(2, "0");

/** Local time, sortable by eye: `2026-03-09 14:05`. */
export function formatDateTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const day = `${String(date.getFullYear())}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, while that is what people mean; from a week on the date says more. */
export function formatAge(time: string, now: number): string {
  const at = new Date(time).getTime();
  if (Number.isNaN(at)) return time;
  const age = Math.max(0, now - at);
  if (age < MINUTE) return "just now";
  if (age < HOUR) return `${String(Math.floor(age / MINUTE))} min ago`;
  if (age < DAY) return `${String(Math.floor(age / HOUR))} h ago`;
  if (age < 7 * DAY) return `${String(Math.floor(age / DAY))} d ago`;
  return formatDateTime(time).slice(0, 10);
}

const ABBREVIATIONS = new Set(["fx", "vfx", "wip", "usd", "cfx"]);

/** `set_piece` → `Set piece`: how a code of a vocabulary reads when nobody gave it a name. */
export function formatTerm(term: string): string {
  if (ABBREVIATIONS.has(term)) return term.toUpperCase();
  const words = term.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
