import { answerOf, client } from "@/api/client";
import { Problem } from "@/lib/problem";
import type { Delivery } from "@/lib/transfer/delivery";
import type { SignedPart, TransferApi } from "@/lib/transfer/ports";

const FILES_AT_ONCE = 1000;
const POLL_MS = 400;

const key = (delivery: Delivery, step: string) => ({ "Idempotency-Key": `${delivery.id}-${step}` });

interface Remote {
  id: string;
  state: "open" | "verifying" | "complete" | "failed";
  part_size: number;
  error: string | null;
}

const remote = ({ id, state, part_size, error }: Remote) => ({ id, state, partSize: part_size, error });

function put({ url, headers }: SignedPart, bytes: Blob, signal: AbortSignal, onSent: (bytes: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    // Unlike fetch, this tells how much has gone out.
    const request = new XMLHttpRequest();
    request.open("PUT", new URL(url, window.location.href));
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      onSent(event.loaded);
    });
    request.addEventListener("load", () => {
      const etag = request.getResponseHeader("ETag");
      if (request.status < 300 && etag !== null) resolve(etag);
      else reject(new Problem(request.status, "The store refused a part", "", request.getResponseHeader("X-Request-Id") ?? undefined));
    });
    request.addEventListener("error", () => {
      reject(new Problem(0, "The store can’t be reached", "", undefined));
    });
    const stop = () => {
      request.abort();
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    else {
      signal.addEventListener("abort", stop, { once: true });
      request.addEventListener("loadend", () => {
        signal.removeEventListener("abort", stop);
      });
      request.send(bytes);
    }
  });
}

async function assetOf(delivery: Delivery): Promise<string> {
  const { asset, projectCode } = delivery.target;
  if ("id" in asset) return asset.id;
  const made = await answerOf(
    client.POST("/api/v1/projects/{project}/assets", {
      params: { path: { project: projectCode }, header: key(delivery, "asset") },
      body: asset,
    }),
  );
  return made.id;
}

async function draftOf(delivery: Delivery, assetId: string): Promise<string> {
  const { product, kind, comment } = delivery.target;
  const made = await answerOf(
    client.PUT("/api/v1/assets/{id}/products/{code}", {
      params: { path: { id: assetId, code: product } },
      body: kind === undefined ? {} : { kind },
    }),
  );
  const files = delivery.files.map(({ path, uploadId, size, representation, frame }) => ({
    path,
    upload_id: uploadId ?? null,
    size,
    ...(representation !== undefined && { representation }),
    ...(frame !== undefined && { frame }),
  }));
  const body = {
    comment,
    files: files.slice(0, FILES_AT_ONCE),
    ...(delivery.frameRange !== undefined && { frame_range: delivery.frameRange }),
    ...(delivery.representations.length > 0 && { representations: delivery.representations }),
  };
  const draft = await answerOf(
    client.POST("/api/v1/products/{id}/versions", { params: { path: { id: made.id }, header: key(delivery, "draft") }, body: body as never }),
  );
  for (let start = FILES_AT_ONCE; start < files.length; start += FILES_AT_ONCE) {
    const page = { files: files.slice(start, start + FILES_AT_ONCE) } as never;
    const header = key(delivery, `files-${String(start)}`);
    await answerOf(client.POST("/api/v1/versions/{id}/files", { params: { path: { id: draft.id }, header }, body: page }));
  }
  return draft.id;
}

async function publish(delivery: Delivery, onStep: () => Promise<void>): Promise<void> {
  delivery.assetId ??= await assetOf(delivery);
  await onStep();
  delivery.versionId ??= await draftOf(delivery, delivery.assetId);
  await onStep();
  const path = { id: delivery.versionId };
  let version = await answerOf(client.POST("/api/v1/versions/{id}/publish", { params: { path }, body: {} }));
  while (version.state !== "published" && version.state !== "failed") {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    version = await answerOf(client.GET("/api/v1/versions/{id}", { params: { path } }));
  }
  if (version.state === "failed") throw new Problem(409, "The version could not be published", version.error ?? "", undefined);
  if (version.number !== null) delivery.number = version.number;
}

export const transferApi: TransferApi = {
  async create({ projectId, name, size, sha256 }) {
    const body = { project_id: projectId, name, size, ...(sha256 !== undefined && { sha256 }) };
    const made = await answerOf(client.POST("/api/v1/uploads", { body }));
    return { ...remote(made), parts: made.parts };
  },
  async progress(id) {
    const found = await answerOf(client.GET("/api/v1/uploads/{id}", { params: { path: { id } } }));
    return { ...remote(found), parts: found.parts };
  },
  async sign(id, numbers) {
    const call = client.POST("/api/v1/uploads/{id}/parts", { params: { path: { id } }, body: { numbers: [...numbers] } });
    return (await answerOf(call)).parts;
  },
  async complete(id, parts) {
    return remote(await answerOf(client.POST("/api/v1/uploads/{id}/complete", { params: { path: { id } }, body: { parts: [...parts] } })));
  },
  async drop(id) {
    await answerOf(client.DELETE("/api/v1/uploads/{id}", { params: { path: { id } } }));
  },
  put,
  publish,
};
