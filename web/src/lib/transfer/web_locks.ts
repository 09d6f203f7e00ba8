import type { Locks } from "./ports";

/** Locks over all tabs of the browser; without them (an old browser, plain http) everything runs at once. */
export const webLocks: Locks = {
  async hold(name, signal, busy, run) {
    const locks = (navigator as { locks?: LockManager }).locks;
    if (locks === undefined) return run();
    const unset = Symbol("unset");
    const first = await locks.request(name, { ifAvailable: true }, (lock) => (lock === null ? unset : run()));
    if (first !== unset) return first as Awaited<ReturnType<typeof run>>;
    busy();
    return locks.request(name, { signal }, run);
  },
};
