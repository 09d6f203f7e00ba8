import { problemFrom } from "../problem";
import type { Delivery, Target, TransferFile } from "./delivery";
import type { DeliveryStore } from "./delivery_store";
import { backoff, CHANGED, faultText, isAbort, isUnreadable, waitingNote } from "./faults";
import { sendFile, sleep } from "./file_sender";
import { Slots } from "./slots";
import { type Chosen, planDelivery } from "./plan";
import type { Hasher, Locks, TransferApi } from "./ports";

// Brings files to the server and publishes them, without React: it goes on while pages come and go, and after a reload.

const PARTS_AT_ONCE = 5;
const FILES_AT_ONCE = 3;
const REDRAW_MS = 100;

/** The file is uploaded anew, as it is now. */
function forget(file: TransferFile, source: File): void {
  Object.assign(file, { size: source.size, modified: source.lastModified, arrived: 0 });
  delete file.edges;
  delete file.sha256;
  delete file.uploadId;
  delete file.note;
}

export class TransferEngine {
  private readonly deliveries = new Map<string, Delivery>();
  private readonly sources = new Map<string, File>();
  private readonly running = new Map<string, AbortController>();
  private readonly parts = new Slots(PARTS_AT_ONCE);
  private readonly files = new Slots(FILES_AT_ONCE);
  private readonly listeners = new Set<() => void>();
  private shown: readonly Delivery[] = [];
  private redraw: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: TransferApi,
    private readonly store: DeliveryStore,
    private readonly hasher: Hasher,
    private readonly locks: Locks,
  ) {}

  readonly list = (): readonly Delivery[] => this.shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async start(chosen: readonly Chosen[], target: Target): Promise<Delivery> {
    const { delivery, sources } = planDelivery(chosen, target);
    for (const [id, { file, handle }] of sources) {
      this.sources.set(id, file);
      if (handle !== undefined) await this.store.saveHandle(id, handle).catch(() => undefined);
    }
    this.deliveries.set(delivery.id, delivery);
    await this.store.save(delivery);
    this.changed();
    void this.run(delivery);
    return delivery;
  }

  /** Takes up what was on its way when the page was left. */
  async restore(): Promise<void> {
    for (const delivery of await this.store.load()) {
      if (this.deliveries.has(delivery.id)) continue;
      this.deliveries.set(delivery.id, delivery);
      for (const file of delivery.files) {
        if (file.state === "done") continue;
        const handle = await this.store.findHandle(file.id);
        if (handle !== undefined && (await handle.queryPermission({ mode: "read" })) === "granted") {
          this.sources.set(file.id, await handle.getFile());
        }
      }
      if (delivery.state === "sending" || delivery.state === "publishing" || delivery.state === "elsewhere") void this.run(delivery);
    }
    this.changed();
  }

  pause(id: string): void {
    const delivery = this.deliveries.get(id);
    if (delivery === undefined) return;
    this.running.get(id)?.abort(new DOMException("paused", "AbortError"));
    delivery.state = "paused";
    for (const file of delivery.files) if (file.state !== "done") file.state = "paused";
    void this.keep(delivery);
  }

  /** Goes on; asks for the files again that the browser lost, where it can be asked. */
  async resume(id: string): Promise<void> {
    const delivery = this.deliveries.get(id);
    if (delivery === undefined || this.running.has(id)) return;
    for (const file of delivery.files) {
      if (file.state === "done" || this.sources.has(file.id)) continue;
      const handle = await this.store.findHandle(file.id);
      if (handle !== undefined && (await handle.requestPermission({ mode: "read" })) === "granted") {
        this.sources.set(file.id, await handle.getFile());
      }
    }
    await this.run(delivery);
  }

  /** Gives the engine files again that it lost; answers how many of them it was waiting for. */
  async supply(id: string, chosen: readonly Chosen[]): Promise<number> {
    const delivery = this.deliveries.get(id);
    if (delivery === undefined) return 0;
    let found = 0;
    for (const file of delivery.files) {
      if (file.state === "done" || (this.sources.has(file.id) && file.state !== "failed")) continue;
      const name = (path: string) => path.slice(path.lastIndexOf("/") + 1);
      const match = chosen.find(({ path }) => path === file.path) ?? chosen.find(({ path }) => name(path) === name(file.path));
      if (match === undefined) continue;
      // A file that was changed on purpose is uploaded as it is now; one that was merely lost must be the same.
      if (file.state === "failed") forget(file, match.file);
      this.sources.set(file.id, match.file);
      file.state = "waiting";
      found += 1;
    }
    if (found > 0 && !this.running.has(id)) void this.run(delivery);
    return found;
  }

  async cancel(id: string): Promise<void> {
    const delivery = this.deliveries.get(id);
    if (delivery === undefined) return;
    this.running.get(id)?.abort(new DOMException("cancelled", "AbortError"));
    this.deliveries.delete(id);
    this.changed();
    await this.store.remove(delivery);
    if (delivery.state === "published") return;
    for (const { uploadId, state } of delivery.files) {
      if (uploadId !== undefined && state !== "done") await this.api.drop(uploadId).catch(() => undefined);
    }
  }

  private async run(delivery: Delivery): Promise<void> {
    if (this.running.has(delivery.id)) return;
    const abort = new AbortController();
    this.running.set(delivery.id, abort);
    try {
      const busy = () => {
        delivery.state = "elsewhere";
        this.changed();
      };
      await this.locks.hold(`bifrost.delivery.${delivery.id}`, abort.signal, busy, () => this.deliver(delivery, abort.signal));
    } catch (error) {
      if (!isAbort(error)) this.fail(delivery, error);
    } finally {
      this.running.delete(delivery.id);
      if (this.deliveries.has(delivery.id)) await this.keep(delivery);
    }
  }

  private async deliver(delivery: Delivery, signal: AbortSignal): Promise<void> {
    // Another tab may have gone on with it, or have finished it.
    const kept = await this.store.find(delivery.id);
    if (delivery.state === "elsewhere" && kept !== undefined) Object.assign(delivery, kept);
    if (delivery.state === "published") return;
    delivery.state = "sending";
    delete delivery.error;
    delete delivery.requestId;
    await Promise.all(delivery.files.map((file) => (file.state === "done" ? undefined : this.deliverFile(delivery, file, signal))));
    if (delivery.files.some(({ state }) => state !== "done")) {
      delivery.state = delivery.files.some(({ state }) => state === "failed") ? "failed" : "paused";
      return;
    }
    delivery.state = "publishing";
    await this.keep(delivery);
    await this.publish(delivery, signal);
    delivery.state = "published";
  }

  /** Every step of it can be said again: a server that goes away in the middle is waited for. */
  private async publish(delivery: Delivery, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.api.publish(delivery, () => this.keep(delivery));
        delete delivery.note;
        return;
      } catch (error) {
        const { problem, note } = waitingNote(error);
        if (isAbort(error) || note === undefined) throw error;
        delivery.note = note;
        this.changed();
        await sleep(backoff(attempt, problem), signal);
      }
    }
  }

  private async deliverFile(delivery: Delivery, file: TransferFile, signal: AbortSignal): Promise<void> {
    const source = this.sources.get(file.id);
    if (source === undefined) {
      file.state = "needs_file";
      this.changed();
      return;
    }
    file.state = "waiting";
    delete file.note;
    const context = {
      api: this.api,
      hasher: this.hasher,
      projectId: delivery.target.projectId,
      signal,
      slot: <T>(run: () => Promise<T>) => this.parts.run(run),
      changed: async (keep: boolean) => {
        if (keep) await this.keep(delivery);
        else this.changed();
      },
    };
    const lock = `bifrost.file.${delivery.target.projectId}.${source.name}.${String(source.size)}.${String(source.lastModified)}`;
    const busy = () => {
      file.state = "elsewhere";
      this.changed();
    };
    try {
      await this.files.run(() => this.locks.hold(lock, signal, busy, () => sendFile(file, source, context)));
    } catch (error) {
      if (isAbort(error)) throw error;
      file.state = "failed";
      file.note = isUnreadable(error) ? CHANGED : faultText(error);
      if (isUnreadable(error)) this.sources.delete(file.id);
      await this.keep(delivery);
    }
  }

  private fail(delivery: Delivery, error: unknown): void {
    const problem = problemFrom(error);
    delivery.state = "failed";
    delivery.error = faultText(error);
    if (problem.requestId !== undefined) delivery.requestId = problem.requestId;
  }

  private async keep(delivery: Delivery): Promise<void> {
    this.changed();
    // A browser that refuses to keep anything still uploads; it only can't go on after a reload.
    await this.store.save(delivery).catch(() => undefined);
  }

  private changed(): void {
    if (this.redraw !== undefined) return;
    this.redraw = setTimeout(() => {
      this.redraw = undefined;
      this.shown = [...this.deliveries.values()].map((delivery) => ({ ...delivery, files: delivery.files.map((file) => ({ ...file })) }));
      for (const listener of this.listeners) listener();
    }, REDRAW_MS);
  }
}
