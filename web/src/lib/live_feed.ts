// What happens on the server, as it happens: a stream where there is one, else asking now and then. Every event comes
// once and in order; only one tab of a browser listens, and tells the others.

export interface FeedEvent {
  position: string;
}

export interface FeedPage<E> {
  data: E[];
  position: string;
  next_cursor: string | null;
}

export interface FeedPorts<E extends FeedEvent> {
  /** The position of the newest event; where to begin. */
  newest(): Promise<string | undefined>;
  page(since: string | undefined, signal: AbortSignal): Promise<FeedPage<E>>;
  /** Opens the stream; undefined when this server has none. */
  stream(since: string | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array> | undefined>;
  /** Events were lost: everything must be read again. The position from which on nothing is lost is known before. */
  onGap(): void;
  onEvents(events: readonly E[]): void;
  onState(live: boolean): void;
  isGone(error: unknown): boolean;
}

export interface Message {
  id: string | undefined;
  data: string;
}

/** Takes a stream of server-sent events apart (the `id` and `data` fields; others are not used here). */
export class MessageParser {
  private text = "";

  push(piece: string): Message[] {
    this.text = (this.text + piece).replaceAll("\r\n", "\n");
    const blocks = this.text.split("\n\n");
    this.text = blocks.pop() ?? "";
    return blocks.map((block) => {
      const fields = block.split("\n").map((line) => {
        const colon = line.indexOf(":");
        return colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
      });
      return {
        id: fields.findLast(([name]) => name === "id")?.[1],
        data: fields.filter(([name]) => name === "data").map(([, value]) => value).join("\n"),
      };
    });
  }
}

const POLL_MS = 2_500;
const HIDDEN_POLL_MS = 15_000;
const RETRY_MS = 5_000;
const MOST_RETRY_MS = 60_000;

export class LiveFeed<E extends FeedEvent> {
  private position: string | undefined;
  private streams = true;
  private wake: (() => void) | undefined;
  private gap = false;

  /** `start` is a position that was read before anything that the page shows: what happens later is heard. */
  constructor(
    private readonly ports: FeedPorts<E>,
    start?: string,
  ) {
    this.position = start;
  }

  /** Follows what happens until the signal ends it. Another tab may have told a position already. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        this.position ??= await this.ports.newest();
        if (this.gap) {
          this.gap = false;
          this.ports.onGap();
        }
        if (this.streams) await this.follow(signal);
        if (!this.streams) await this.poll(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        this.ports.onState(false);
        if (this.ports.isGone(error)) {
          this.position = undefined;
          this.gap = true;
        }
        failures += 1;
        await this.rest(Math.min(MOST_RETRY_MS, RETRY_MS * failures), signal);
      }
    }
  }

  /** Another tab has heard these. */
  heard(position: string): void {
    this.position = position;
  }

  /** Asks at once instead of waiting: the page was shown again. */
  hurry(): void {
    this.wake?.();
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const stream = await this.ports.stream(this.position, signal);
    if (stream === undefined) {
      this.streams = false;
      return;
    }
    this.ports.onState(true);
    const parser = new MessageParser();
    const decoder = new TextDecoder();
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events: E[] = [];
      for (const { id, data } of parser.push(decoder.decode(value, { stream: true }))) {
        if (data !== "") {
          const event = JSON.parse(data) as Partial<E>;
          // The first message tells from where on it follows, and nothing that happened.
          if (typeof event.position === "string" && "action" in event) events.push(event as E);
          else if (typeof event.position === "string") this.position = event.position;
        }
        if (id !== undefined && id !== "") this.position = id;
      }
      if (events.length > 0) this.ports.onEvents(events);
    }
  }

  private async poll(signal: AbortSignal): Promise<void> {
    const { data, position, next_cursor } = await this.ports.page(this.position, signal);
    this.position = position;
    this.ports.onState(true);
    if (data.length > 0) this.ports.onEvents(data);
    if (next_cursor !== null) return;
    const hidden = typeof document !== "undefined" && document.visibilityState === "hidden";
    await this.rest(hidden ? HIDDEN_POLL_MS : POLL_MS, signal);
  }

  private rest(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.wake = undefined;
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.wake = end;
      signal.addEventListener("abort", end, { once: true });
    });
  }
}
