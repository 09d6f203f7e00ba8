import { MessageParser } from "@/lib/live_feed";

// Where the log of events stood before the page read anything: whoever listens from there on misses nothing of what
// changes what was read.

let known: string | undefined;

/** The log's end, or undefined when the server can't say it now. */
export async function logEnd(signal?: AbortSignal): Promise<string | undefined> {
  // A stream that ends once everything up to now was sent; its first message tells the position.
  const response = await fetch("/api/v1/events/stream?seconds=0", { credentials: "same-origin", ...(signal !== undefined && { signal }) });
  if (!response.ok) return undefined;
  for (const { data } of new MessageParser().push(`${await response.text()}\n\n`)) {
    const { position } = JSON.parse(data === "" ? "{}" : data) as { position?: unknown };
    if (typeof position === "string") return position;
  }
  return undefined;
}

/** Reads the position once, before the first page. That it fails is no reason to show none: the feed asks again. */
export async function readLiveStart(): Promise<void> {
  known ??= await logEnd().catch(() => undefined);
}

export function liveStart(): string | undefined {
  return known;
}
