// Short messages about what happened, in plain TypeScript: whoever has something to say needs no component around it.

export interface ToastAct {
  label: string;
  run: () => void;
}

export interface Toast {
  id: number;
  tone: "info" | "ok" | "error";
  text: string;
  detail?: string;
  act?: ToastAct;
  /** Of the request that failed, to be handed to whoever looks after the server. */
  requestId?: string;
}

const LASTS_MS = 8_000;
const MOST = 4;

export class Toasts {
  private shown: readonly Toast[] = [];
  private next = 1;
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();
  private readonly listeners = new Set<() => void>();

  /** Shows a message and returns its number. Errors and messages with an act stay until someone is done with them. */
  show(toast: Omit<Toast, "id">): number {
    const id = this.next;
    this.next += 1;
    const all = [...this.shown, { ...toast, id }];
    for (const old of all.slice(0, -MOST)) this.forget(old.id);
    this.set(all.slice(-MOST));
    if (toast.tone !== "error") this.startTimer(id, toast.act === undefined ? LASTS_MS : 2 * LASTS_MS);
    return id;
  }

  dismiss(id: number): void {
    this.forget(id);
    this.set(this.shown.filter((toast) => toast.id !== id));
  }

  /** While someone reads or points at them, none goes away. */
  readonly hold = (): void => {
    for (const timer of this.timers.values()) clearTimeout(timer);
  };

  readonly release = (): void => {
    for (const id of this.timers.keys()) this.startTimer(id, LASTS_MS);
  };

  readonly list = (): readonly Toast[] => this.shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private startTimer(id: number, ms: number): void {
    clearTimeout(this.timers.get(id));
    this.timers.set(
      id,
      setTimeout(() => {
        this.dismiss(id);
      }, ms),
    );
  }

  private forget(id: number): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  private set(toasts: readonly Toast[]): void {
    this.shown = toasts;
    for (const listener of this.listeners) listener();
  }
}

export const toasts = new Toasts();
