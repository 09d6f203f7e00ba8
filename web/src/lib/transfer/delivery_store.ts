import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Delivery } from "./delivery";

// What is on its way, kept in the browser so that a reload or a crash loses no progress. Of the files only handles are
// kept (where the browser gives them), never their bytes.

interface Schema extends DBSchema {
  deliveries: { key: string; value: Delivery };
  handles: { key: string; value: FileSystemFileHandle };
}

export interface DeliveryStore {
  load(): Promise<Delivery[]>;
  find(id: string): Promise<Delivery | undefined>;
  save(delivery: Delivery): Promise<void>;
  saveHandle(fileId: string, handle: FileSystemFileHandle): Promise<void>;
  findHandle(fileId: string): Promise<FileSystemFileHandle | undefined>;
  remove(delivery: Delivery): Promise<void>;
  clear(): Promise<void>;
}

const NAME = "bifrost-transfers";

export class IndexedDeliveryStore implements DeliveryStore {
  private readonly db: Promise<IDBPDatabase<Schema>>;

  constructor(name = NAME) {
    this.db = openDB<Schema>(name, 1, {
      upgrade: (db) => {
        db.createObjectStore("deliveries", { keyPath: "id" });
        db.createObjectStore("handles");
      },
    });
  }

  async load(): Promise<Delivery[]> {
    const all = await (await this.db).getAll("deliveries");
    return all.sort((a, b) => a.createdAt - b.createdAt);
  }

  async find(id: string): Promise<Delivery | undefined> {
    return (await this.db).get("deliveries", id);
  }

  async save(delivery: Delivery): Promise<void> {
    await (await this.db).put("deliveries", structuredClone(delivery));
  }

  async saveHandle(fileId: string, handle: FileSystemFileHandle): Promise<void> {
    await (await this.db).put("handles", handle, fileId);
  }

  async findHandle(fileId: string): Promise<FileSystemFileHandle | undefined> {
    return (await this.db).get("handles", fileId);
  }

  async remove(delivery: Delivery): Promise<void> {
    const tx = (await this.db).transaction(["deliveries", "handles"], "readwrite");
    await Promise.all([
      tx.objectStore("deliveries").delete(delivery.id),
      ...delivery.files.map(({ id }) => tx.objectStore("handles").delete(id)),
      tx.done,
    ]);
  }

  async clear(): Promise<void> {
    const db = await this.db;
    await Promise.all([db.clear("deliveries"), db.clear("handles")]);
  }
}
