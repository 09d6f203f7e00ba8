import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../problem";
import type { Delivery, Target } from "./delivery";
import type { DeliveryStore } from "./delivery_store";
import { TransferEngine } from "./engine";
import { edgeHash, hashFile } from "./hash_file";
import type { Locks, RemoteUpload, TransferApi } from "./ports";

const PART = 4;
const TARGET: Target = { projectId: "p", projectCode: "kart", asset: { id: "a", name: "Barrel" }, product: "model", comment: "" };

/** A server that keeps its uploads when the page goes. */
class Server implements TransferApi {
  readonly uploads = new Map<string, RemoteUpload & { size: number; parts: Map<number, string> }>();
  readonly sent: number[] = [];
  readonly hashes: (string | undefined)[] = [];
  published = 0;
  fault: ((number: number) => Error | undefined) | undefined;

  create = ({ size, sha256 }: { size: number; sha256: string | undefined }) => {
    const id = `u-${String(this.uploads.size + 1)}`;
    this.hashes.push(sha256);
    this.uploads.set(id, { id, state: "open", partSize: PART, error: null, size, parts: new Map() });
    return this.progress(id).then((upload) => ({ ...upload, parts: [] }));
  };
  progress = (id: string) => {
    const upload = this.uploads.get(id);
    if (upload === undefined) return Promise.reject(new Problem(404, "Not found", "", undefined));
    const { state, partSize, error } = upload;
    return Promise.resolve({ id, state, partSize, error, parts: [...upload.parts].map(([number, etag]) => ({ number, etag, size: PART })) });
  };
  sign = (id: string, numbers: readonly number[]) =>
    Promise.resolve(numbers.map((number) => ({ number, url: `${id}/${String(number)}`, headers: {} })));
  put = async ({ number, url }: { number: number; url: string }, bytes: Blob, signal: AbortSignal) => {
    signal.throwIfAborted();
    const fault = this.fault?.(number);
    if (fault !== undefined) throw fault;
    this.sent.push(number);
    const etag = await bytes.text();
    this.uploads.get(url.split("/")[0] ?? "")?.parts.set(number, etag);
    return etag;
  };
  complete = (id: string) => {
    const upload = this.uploads.get(id);
    if (upload === undefined) throw new Error("no upload");
    upload.state = "complete";
    return this.progress(id);
  };
  drop = (id: string) => Promise.resolve(void this.uploads.delete(id));
  publish = (delivery: Delivery) => {
    this.published += 1;
    delivery.number = this.published;
    return Promise.resolve();
  };
}

class MemoryStore implements DeliveryStore {
  readonly kept = new Map<string, Delivery>();
  load = () => Promise.resolve([...this.kept.values()].map((delivery) => structuredClone(delivery)));
  find = (id: string) => Promise.resolve(structuredClone(this.kept.get(id)));
  save = (delivery: Delivery) => Promise.resolve(void this.kept.set(delivery.id, structuredClone(delivery)));
  saveHandle = () => Promise.resolve();
  findHandle = () => Promise.resolve(undefined);
  remove = ({ id }: Delivery) => Promise.resolve(void this.kept.delete(id));
  clear = () => Promise.resolve(void this.kept.clear());
}

const free: Locks = { hold: (_name, _signal, _busy, run) => run() };
const hasher = { hash: (file: Blob) => hashFile(file), edges: edgeHash };
const file = (text: string, name = "barrel.obj", lastModified = 1) => new File([text], name, { lastModified });
const chosen = (...files: File[]) => files.map((each) => ({ path: each.name, file: each }));

let server: Server;
let store: MemoryStore;

function engineOf(locks = free) {
  return new TransferEngine(server, store, hasher, locks);
}

async function until(engine: TransferEngine, done: (delivery: Delivery) => boolean): Promise<Delivery> {
  for (let turn = 0; turn < 400; turn += 1) {
    const delivery = engine.list()[0];
    if (delivery !== undefined && done(delivery)) return delivery;
    await vi.advanceTimersByTimeAsync(100);
  }
  throw new Error(`it stays at ${JSON.stringify(engine.list())}`);
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  store = new MemoryStore();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("TransferEngine", () => {
  it("sends files in parts, with their hash, and publishes once", async () => {
    const engine = engineOf();
    await engine.start(chosen(file("0123456789"), file("abc", "note.txt")), TARGET);
    const done = await until(engine, ({ state }) => state === "published");
    expect(done.number).toBe(1);
    expect([...(server.uploads.get("u-1")?.parts.entries() ?? [])].sort()).toEqual([[1, "0123"], [2, "4567"], [3, "89"]]);
    expect(server.hashes[0]).toBe("84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882");
  });

  it("waits for a server that is gone, and goes on by itself", async () => {
    let down = true;
    server.fault = () => (down ? new Problem(0, "The server can't be reached", "", undefined) : undefined);
    const engine = engineOf();
    await engine.start(chosen(file("0123456789")), TARGET);
    const waiting = await until(engine, ({ files }) => files[0]?.note !== undefined);
    expect(waiting.files[0]?.note).toContain("Trying again");
    expect(waiting.state).toBe("sending");
    down = false;
    await until(engine, ({ state }) => state === "published");
    expect(engine.list()[0]?.files[0]?.note).toBeUndefined();
  });

  it("after a reload asks for the same file, and sends only what is missing", async () => {
    server.fault = (number) => (number === 3 ? new Problem(0, "gone", "", undefined) : undefined);
    const before = engineOf();
    await before.start(chosen(file("0123456789")), TARGET);
    await until(before, ({ files }) => files[0]?.note !== undefined);
    before.pause(before.list()[0]?.id ?? "");
    server.fault = undefined;
    server.sent.length = 0;
    for (const delivery of store.kept.values()) delivery.state = "sending";

    const after = engineOf();
    await after.restore();
    const lost = await until(after, ({ files }) => files[0]?.state === "needs_file");
    expect(lost.state).toBe("paused");
    expect(await after.supply(lost.id, chosen(file("0123456789")))).toBe(1);
    await until(after, ({ state }) => state === "published");
    expect(server.sent).toEqual([3]);
    expect(server.uploads.size).toBe(1);
  });

  it("refuses another file in its place, and says so", async () => {
    server.fault = () => new Problem(0, "gone", "", undefined);
    const before = engineOf();
    await before.start(chosen(file("0123456789")), TARGET);
    await until(before, ({ files }) => files[0]?.note !== undefined);
    before.pause(before.list()[0]?.id ?? "");
    server.fault = undefined;
    const after = engineOf();
    await after.restore();
    const { id } = await until(after, () => true);
    await after.supply(id, chosen(file("0123456xxx")));
    const failed = await until(after, ({ state }) => state === "failed");
    expect(failed.files[0]?.note).toContain("changed or removed");
    // Chosen once more, it is uploaded as it is now.
    await after.supply(id, chosen(file("0123456xxx")));
    await until(after, ({ state }) => state === "published");
  });

  it("notices that a file was changed while it is uploaded", async () => {
    const source = file("0123456789");
    const slice = source.slice.bind(source);
    let reads = 0;
    source.slice = (...range) => {
      reads += 1;
      if (reads > 3) throw new DOMException("The file could not be read", "NotReadableError");
      return slice(...range);
    };
    const engine = engineOf();
    await engine.start(chosen(source), TARGET);
    const failed = await until(engine, ({ state }) => state === "failed");
    expect(failed.files[0]?.note).toContain("changed or removed");
    expect(server.published).toBe(0);
  });

  it("pauses and goes on", async () => {
    let hold: (() => void) | undefined;
    const { put } = server;
    server.put = async (part, bytes, signal) => {
      if (part.number === 2 && hold === undefined) {
        await new Promise<void>((resolve, reject) => {
          hold = resolve;
          signal.addEventListener("abort", () => {
            reject(signal.reason as Error);
          });
        });
      }
      return put(part, bytes, signal);
    };
    const engine = engineOf();
    const { id } = await engine.start(chosen(file("0123456789")), TARGET);
    await until(engine, () => hold !== undefined);
    engine.pause(id);
    expect((await until(engine, ({ state }) => state === "paused")).files[0]?.state).toBe("paused");
    await engine.resume(id);
    await until(engine, ({ state }) => state === "published");
  });

  it("leaves a file to the tab that holds it, and takes over when that lets go", async () => {
    let release: () => void = () => undefined;
    const other = new Promise<void>((resolve) => {
      release = resolve;
    });
    const locks: Locks = {
      hold: async (name, _signal, busy, run) => {
        if (name.startsWith("bifrost.file.")) {
          busy();
          await other;
        }
        return run();
      },
    };
    const engine = engineOf(locks);
    await engine.start(chosen(file("0123456789")), TARGET);
    await until(engine, ({ files }) => files[0]?.state === "elsewhere");
    expect(server.uploads.size).toBe(0);
    release();
    await until(engine, ({ state }) => state === "published");
  });

  it("says what the server has against it, with the trace id", async () => {
    server.publish = () => Promise.reject(new Problem(403, "Forbidden", "It takes the permission asset:create.", "trace-9"));
    const engine = engineOf();
    await engine.start(chosen(file("0123456789")), TARGET);
    const failed = await until(engine, ({ state }) => state === "failed");
    expect(failed.error).toContain("asset:create");
    expect(failed.requestId).toBe("trace-9");
  });

  it("forgets what is cancelled, here and on the server", async () => {
    server.fault = () => new Problem(0, "gone", "", undefined);
    const engine = engineOf();
    const { id } = await engine.start(chosen(file("0123456789")), TARGET);
    await until(engine, ({ files }) => files[0]?.note !== undefined);
    await engine.cancel(id);
    await vi.advanceTimersByTimeAsync(200);
    expect(engine.list()).toEqual([]);
    expect(store.kept.size).toBe(0);
    expect(server.uploads.size).toBe(0);
  });
});
