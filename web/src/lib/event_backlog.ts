// The last events that were heard, so that what was read while they came in can take them over afterwards.

const MOST = 2_000;

export class EventBacklog<E> {
  private events: E[] = [];
  private first = 0;

  note(events: readonly E[]): void {
    this.events.push(...events);
    const over = this.events.length - MOST;
    if (over > 0) {
      this.events = this.events.slice(over);
      this.first += over;
    }
  }

  /** Where it stands now. */
  mark(): number {
    return this.first + this.events.length;
  }

  /** What came since; undefined when some of it is no longer kept. */
  since(mark: number): readonly E[] | undefined {
    return mark < this.first ? undefined : this.events.slice(mark - this.first);
  }
}
