import type { Delivery } from "./delivery";

// What the engine needs of the world around it; the tests give it another one.

export interface SignedPart {
  number: number;
  url: string;
  headers: Record<string, string>;
}

export interface RemoteUpload {
  id: string;
  state: "open" | "verifying" | "complete" | "failed";
  partSize: number;
  error: string | null;
}

export interface TransferApi {
  create(input: { projectId: string; name: string; size: number; sha256: string | undefined }): Promise<RemoteUpload & { parts: SignedPart[] }>;
  progress(id: string): Promise<RemoteUpload & { parts: { number: number; size: number; etag: string }[] }>;
  sign(id: string, numbers: readonly number[]): Promise<SignedPart[]>;
  complete(id: string, parts: readonly { number: number; etag: string }[]): Promise<RemoteUpload>;
  drop(id: string): Promise<void>;
  /** Sends one part; answers its etag. */
  put(part: SignedPart, bytes: Blob, signal: AbortSignal, onSent: (bytes: number) => void): Promise<string>;
  /** Makes the version of what has arrived; may be called again after it was interrupted. */
  publish(delivery: Delivery, onStep: () => Promise<void>): Promise<void>;
}

export interface Hasher {
  hash(file: Blob): Promise<string>;
  edges(file: Blob): Promise<string>;
}

/** Locks that hold in every tab of this browser. */
export interface Locks {
  /** Runs with the lock; `busy` is called when someone else holds it, and then it waits. */
  hold<T>(name: string, signal: AbortSignal, busy: () => void, run: () => Promise<T>): Promise<T>;
}
