import { problemFrom } from "../problem";
import type { TransferFile } from "./delivery";
import { backoff, FileChanged, isAbort, isUnreadable, waitingNote } from "./faults";
import type { Hasher, RemoteUpload, SignedPart, TransferApi } from "./ports";

/** Files up to here are hashed before they are sent: what the server has already needs no sending. */
export const HASH_FIRST = 512 * 1024 * 1024;
const READ_WHOLE = 64 * 1024 * 1024;
const SIGN_AT_ONCE = 40;
const POLL_MS = 400;

export interface SendContext {
  api: TransferApi;
  hasher: Hasher;
  projectId: string;
  signal: AbortSignal;
  /** Limits how many parts are on their way at once, over all files. */
  slot: <T>(run: () => Promise<T>) => Promise<T>;
  /** Something of the file has changed; `keep` when it must survive a reload. */
  changed: (keep: boolean) => Promise<void>;
}

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** Repeats what fails for a reason that goes away by itself, for as long as it takes. */
async function insist<T>(file: TransferFile, context: SendContext, run: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    context.signal.throwIfAborted();
    try {
      const result = await run();
      if (attempt > 0 && file.note !== undefined) {
        delete file.note;
        await context.changed(false);
      }
      return result;
    } catch (error) {
      if (isAbort(error) || isUnreadable(error)) throw error;
      const { problem, note } = waitingNote(error);
      if (note === undefined) throw error;
      file.note = note;
      await context.changed(false);
      await sleep(backoff(attempt, problem), context.signal);
    }
  }
}

interface OpenUpload {
  remote: RemoteUpload;
  signed: SignedPart[];
  /** Of the parts that have arrived. */
  etags: Map<number, string>;
}

async function open(file: TransferFile, bytes: File, context: SendContext): Promise<OpenUpload> {
  const { api, projectId } = context;
  const name = file.path;
  const made = await insist(file, context, () => api.create({ projectId, name, size: bytes.size, sha256: file.sha256 }));
  file.uploadId = made.id;
  await context.changed(true);
  return { remote: made, signed: made.parts, etags: new Map<number, string>() };
}

/** Goes on with an upload that the server still has; undefined when it has it no longer. */
async function reopen(file: TransferFile, context: SendContext): Promise<OpenUpload | undefined> {
  const id = file.uploadId;
  if (id === undefined) return undefined;
  try {
    const remote = await insist(file, context, () => context.api.progress(id));
    if (remote.state === "failed") return undefined;
    return { remote, signed: [], etags: new Map(remote.parts.map(({ number, etag }) => [number, etag])) };
  } catch (error) {
    if ([404, 410].includes(problemFrom(error).status)) return undefined;
    throw error;
  }
}

async function sendParts(file: TransferFile, bytes: File, context: SendContext, upload: OpenUpload): Promise<void> {
  const { api, signal } = context;
  const { remote, etags } = upload;
  const count = Math.ceil(bytes.size / remote.partSize);
  const signed = new Map(upload.signed.map((part) => [part.number, part]));
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter((number) => !etags.has(number));
  const sizeOf = (number: number) => Math.min(remote.partSize, bytes.size - (number - 1) * remote.partSize);
  const onTheirWay = new Map<number, number>();
  const note = () => {
    let arrived = 0;
    for (const number of etags.keys()) arrived += sizeOf(number);
    for (const sent of onTheirWay.values()) arrived += sent;
    file.arrived = arrived;
    return context.changed(false);
  };
  await note();

  let signing: Promise<void> | undefined;
  const addressOf = async (number: number): Promise<SignedPart> => {
    for (;;) {
      const part = signed.get(number);
      if (part !== undefined) return part;
      signing ??= insist(file, context, () => api.sign(remote.id, missing.filter((each) => !etags.has(each) && !signed.has(each)).slice(0, SIGN_AT_ONCE)))
        .then((parts) => {
          for (const each of parts) signed.set(each.number, each);
        })
        .finally(() => (signing = undefined));
      await signing;
    }
  };
  const sendOne = async (number: number) => {
    const start = (number - 1) * remote.partSize;
    const etag = await insist(file, context, async () => {
      // Read now: a file that was changed since it was chosen can't be read any more, and the part says so at once. Only
      // the parts of enormous files are left to the browser, which reads them as it sends them.
      const size = sizeOf(number);
      const slice = bytes.slice(start, start + size);
      const part = size <= READ_WHOLE ? new Blob([await slice.arrayBuffer()]) : slice;
      if (part.size !== size) throw new FileChanged("The file is shorter than it was.");
      try {
        return await api.put(await addressOf(number), part, signal, (sent) => {
          onTheirWay.set(number, Math.min(sent, size));
          void note();
        });
      } catch (error) {
        onTheirWay.delete(number);
        // The address has expired; another one is asked for.
        if (problemFrom(error).status !== 403) throw error;
        signed.delete(number);
        return api.put(await addressOf(number), part, signal, () => undefined);
      }
    });
    onTheirWay.delete(number);
    etags.set(number, etag);
    await note();
  };
  const failed = new AbortController();
  await Promise.all(
    missing.map((number) =>
      context.slot(async () => {
        if (failed.signal.aborted) return;
        try {
          await sendOne(number);
        } catch (error) {
          failed.abort();
          throw error;
        }
      }),
    ),
  );
  const parts = [...etags].map(([number, etag]) => ({ number, etag })).sort((a, b) => a.number - b.number);
  await insist(file, context, () => api.complete(remote.id, parts));
}

async function untilVerified(file: TransferFile, context: SendContext): Promise<void> {
  const id = file.uploadId ?? "";
  file.state = "verifying";
  await context.changed(true);
  for (;;) {
    const { state, error } = await insist(file, context, () => context.api.progress(id));
    if (state === "complete") return;
    if (state === "failed") {
      delete file.uploadId;
      throw new Error(error ?? "The bytes that arrived are not those that were announced.");
    }
    await sleep(POLL_MS, context.signal);
  }
}

/** Brings one file to the server, from wherever it stands. */
export async function sendFile(file: TransferFile, bytes: File, context: SendContext): Promise<void> {
  if (bytes.size !== file.size || (file.modified !== 0 && bytes.lastModified !== file.modified)) {
    throw new FileChanged("It is not the file that was chosen first.");
  }
  const edges = await context.hasher.edges(bytes);
  if (file.edges !== undefined && file.edges !== edges) throw new FileChanged("It is not the file that was chosen first.");
  file.edges = edges;
  if (file.sha256 === undefined && bytes.size <= HASH_FIRST) {
    file.state = "hashing";
    await context.changed(false);
    file.sha256 = await context.hasher.hash(bytes);
  }
  context.signal.throwIfAborted();
  file.state = "uploading";
  const upload = (await reopen(file, context)) ?? (await open(file, bytes, context));
  if (upload.remote.state === "open") await sendParts(file, bytes, context, upload);
  if (upload.remote.state !== "complete") await untilVerified(file, context);
  file.state = "done";
  file.arrived = file.size;
  delete file.note;
  await context.changed(true);
}
