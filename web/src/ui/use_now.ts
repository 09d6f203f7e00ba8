import { useSyncExternalStore } from "react";

// One clock for all ages on the page; it ticks by the minute, which is as fine as an age is told.

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 60_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function read(): number {
  if (timer === undefined) now = Math.max(now, Math.floor(Date.now() / 60_000) * 60_000);
  return now;
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, read);
}
