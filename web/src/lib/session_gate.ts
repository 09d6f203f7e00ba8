// When the session ends while someone works, requests wait here until they have signed in again, and are then sent as
// they were: nothing that was typed or started is lost.

export class SessionGate {
  private armed = false;
  private waiting: ((again: boolean) => void)[] = [];
  private readonly listeners = new Set<() => void>();

  /** Someone is signed in: from now on a refused session is an expired one. */
  arm(): void {
    this.armed = true;
  }

  /** Someone signs out, or signs in as someone else: what waits is refused. */
  disarm(): void {
    this.armed = false;
    this.settle(false);
  }

  readonly isExpired = (): boolean => this.waiting.length > 0;

  get isArmed(): boolean {
    return this.armed;
  }

  /** Waits for the next sign-in; true when the request may be sent again. */
  expired(): Promise<boolean> {
    if (!this.armed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.changed();
    });
  }

  signedInAgain(): void {
    this.settle(true);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private settle(again: boolean): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve(again);
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

export const sessionGate = new SessionGate();
