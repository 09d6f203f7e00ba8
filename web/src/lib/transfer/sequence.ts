// Image sequences: `name.1001.exr`, `name.1002.exr`, … are one thing.

export interface Named {
  path: string;
}

export interface Sequence<T> {
  kind: "sequence";
  /** `beauty.%04d.exr`, with the folder. */
  pattern: string;
  /** What people call it: `beauty`. */
  name: string;
  format: string;
  first: number;
  last: number;
  /** Frames between first and last that are not there. */
  missing: number[];
  frames: { frame: number; item: T }[];
}

export interface Single<T> {
  kind: "single";
  item: T;
}

const FRAME = /^(.*?)([._-]?)(-?\d{2,10})(\.[A-Za-z0-9]{1,8})$/;
const PICTURES = new Set(["exr", "dpx", "png", "jpg", "jpeg", "tif", "tiff", "tga", "hdr", "webp", "bmp", "cin", "rat", "sgi", "pic", "tx", "psd"]);

interface Parsed<T> {
  key: string;
  head: string;
  digits: number;
  frame: number;
  format: string;
  item: T;
}

function parse<T extends Named>(item: T): Parsed<T> | undefined {
  const slash = item.path.lastIndexOf("/") + 1;
  const match = FRAME.exec(item.path.slice(slash));
  if (match === null) return undefined;
  const [, name = "", separator = "", number = "", ending = ""] = match;
  const format = ending.slice(1).toLowerCase();
  if (!PICTURES.has(format)) return undefined;
  const negative = number.startsWith("-");
  const digits = number.length - (negative ? 1 : 0);
  const head = item.path.slice(0, slash) + name + separator;
  return { key: `${head}\n${ending}\n${String(digits)}`, head, digits, frame: Number(number), format, item };
}

const pad = (digits: number) => `%0${String(digits)}d`;

/** Puts the frames of each sequence together; what stands alone stays so. In the order of the paths. */
export function groupSequences<T extends Named>(items: readonly T[]): (Sequence<T> | Single<T>)[] {
  const groups = new Map<string, Parsed<T>[]>();
  const result: (Sequence<T> | Single<T>)[] = [];
  for (const item of items) {
    const parsed = parse(item);
    if (parsed === undefined) result.push({ kind: "single", item });
    else groups.set(parsed.key, [...(groups.get(parsed.key) ?? []), parsed]);
  }
  for (const group of groups.values()) {
    const [one] = group;
    if (one === undefined) continue;
    if (group.length === 1) {
      result.push({ kind: "single", item: one.item });
      continue;
    }
    const frames = group.map(({ frame, item }) => ({ frame, item })).sort((a, b) => a.frame - b.frame);
    const first = frames[0]?.frame ?? 0;
    const last = frames.at(-1)?.frame ?? 0;
    const present = new Set(frames.map(({ frame }) => frame));
    const missing: number[] = [];
    for (let frame = first; frame <= last && missing.length < 10_000; frame += 1) if (!present.has(frame)) missing.push(frame);
    const ending = one.item.path.slice(one.item.path.lastIndexOf("."));
    result.push({
      kind: "sequence",
      pattern: `${one.head}${pad(one.digits)}${ending}`,
      name: one.head.slice(one.head.lastIndexOf("/") + 1).replace(/[._-]+$/, "") || "frames",
      format: one.format,
      first,
      last,
      missing,
      frames,
    });
  }
  const place = (entry: Sequence<T> | Single<T>) => (entry.kind === "single" ? entry.item.path : entry.pattern);
  return result.sort((a, b) => (place(a) < place(b) ? -1 : 1));
}
