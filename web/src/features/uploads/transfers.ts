import { IndexedDeliveryStore } from "@/lib/transfer/delivery_store";
import { TransferEngine } from "@/lib/transfer/engine";
import { edgeHash } from "@/lib/transfer/hash_file";
import type { Hasher } from "@/lib/transfer/ports";
import { webLocks } from "@/lib/transfer/web_locks";
import { transferApi } from "./transfer_api";

type Answer = { id: number; sha256: string } | { id: number; error: string; detail: string };

/** Hashes in a worker, which is started when it is first needed. */
class WorkerHasher implements Hasher {
  private worker: Worker | undefined;
  private next = 1;
  private readonly waiting = new Map<number, { resolve: (hash: string) => void; reject: (error: Error) => void }>();

  readonly edges = edgeHash;

  hash(file: Blob): Promise<string> {
    this.worker ??= this.start();
    const id = this.next;
    this.next += 1;
    this.worker.postMessage({ id, file });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private start(): Worker {
    const worker = new Worker(new URL("../../lib/transfer/hash_worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      const waiting = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if ("sha256" in data) waiting?.resolve(data.sha256);
      else waiting?.reject(new DOMException(data.detail, data.error));
    });
    return worker;
  }
}

let engine: TransferEngine | undefined;

/** The one engine of this tab. */
export function transfers(): TransferEngine {
  engine ??= new TransferEngine(transferApi, new IndexedDeliveryStore(), new WorkerHasher(), webLocks);
  return engine;
}
