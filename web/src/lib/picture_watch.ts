// Pictures are made after the event that tells of a version, and tell of themselves by no event: those that someone
// waits for are asked for, a few at a time and less and less often.

const AT_ONCE = 4;
const MOST_WAITING = 200;
const MOST_ASKS = 80;
const FIRST_MS = 700;
const MOST_MS = 8_000;

export class PictureWatch {
  private readonly waiting = new Map<string, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `ask` answers whether the waiting is over, and has done what there was to do then. */
  constructor(private readonly ask: (id: string) => Promise<boolean>) {}

  /** Beyond a few hundred, as when a library comes in, nobody looks at each: they are there at the next visit. */
  watch(id: string): void {
    if (this.waiting.size >= MOST_WAITING || this.waiting.has(id)) return;
    this.waiting.set(id, 0);
    this.timer ??= setTimeout(() => void this.turn(), FIRST_MS);
  }

  get size(): number {
    return this.waiting.size;
  }

  private async turn(): Promise<void> {
    const next = [...this.waiting].sort(([, a], [, b]) => a - b).slice(0, AT_ONCE);
    await Promise.all(
      next.map(async ([id, asks]) => {
        const over = await this.ask(id).catch(() => false);
        if (over || asks + 1 >= MOST_ASKS) this.waiting.delete(id);
        else this.waiting.set(id, asks + 1);
      }),
    );
    this.timer = undefined;
    if (this.waiting.size === 0) return;
    const fewest = Math.min(...this.waiting.values());
    this.timer = setTimeout(() => void this.turn(), Math.min(MOST_MS, FIRST_MS * 1.3 ** fewest));
  }
}
