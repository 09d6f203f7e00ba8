// What is on its way to the server: files, and the version that they become once all of them are there.

export type FileState =
  | "waiting"
  | "hashing"
  | "uploading"
  | "verifying"
  | "done"
  | "paused"
  /** After a reload: the browser no longer has the file, someone must choose it again or allow it. */
  | "needs_file"
  /** Another tab uploads the same file. */
  | "elsewhere"
  | "failed";

export interface TransferFile {
  id: string;
  /** With its folders, as it is published. */
  path: string;
  size: number;
  modified: number;
  /** Of its first and last mebibyte. */
  edges?: string;
  sha256?: string;
  uploadId?: string;
  representation?: string;
  frame?: number;
  state: FileState;
  /** Bytes that have arrived. */
  arrived: number;
  /** Why it does not go on, or why it is tried again. */
  note?: string;
}

export interface Target {
  projectId: string;
  projectCode: string;
  /** An asset that is there, or the one to make. */
  asset: { id: string; name: string } | { code: string; name: string; type: string };
  product: string;
  kind?: string;
  comment: string;
}

export interface RepresentationPlan {
  name: string;
  format: string;
  pattern?: string;
  frames?: string;
}

export type DeliveryState = "sending" | "paused" | "publishing" | "published" | "failed" | "elsewhere";

export interface Delivery {
  id: string;
  createdAt: number;
  target: Target;
  frameRange?: { first: number; last: number };
  representations: RepresentationPlan[];
  files: TransferFile[];
  state: DeliveryState;
  error?: string;
  requestId?: string;
  /** What it waits for while it is published. */
  note?: string;
  /** Once it is made: the asset, the draft, then the version's number. */
  assetId?: string;
  versionId?: string;
  number?: number;
}

export function deliverySize({ files }: Delivery): { total: number; arrived: number } {
  let total = 0;
  let arrived = 0;
  for (const file of files) {
    total += file.size;
    arrived += file.state === "done" ? file.size : Math.min(file.arrived, file.size);
  }
  return { total, arrived };
}

export function isFinished({ state }: Delivery): boolean {
  return state === "published";
}

/** Whether leaving the page would stop something. */
export function isActive({ state }: Delivery): boolean {
  return state === "sending" || state === "publishing";
}
