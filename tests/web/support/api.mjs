// What the test needs of the API, over plain HTTP.
import { createHash } from "node:crypto";

const POLL_MS = 50;
const POLLS = 1200;

export class Api {
  constructor(address, token) {
    this.address = address;
    this.token = token;
  }

  async call(method, path, body, headers = {}) {
    const response = await fetch(`${this.address}/api/v1${path}`, {
      method,
      headers: {
        ...headers,
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  async post(path, body) {
    return (await this.call("POST", path, body)).body;
  }

  async get(path) {
    return (await this.call("GET", path)).body;
  }

  async waitFor(read, done, what) {
    for (let attempt = 0; attempt < POLLS; attempt += 1) {
      const value = await read();
      if (done(value)) return value;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`${what} did not happen in time`);
  }

  /** Uploads bytes in the parts that the server asks for and waits until they are verified. */
  async upload(projectId, name, bytes) {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const upload = await this.post("/uploads", { project_id: projectId, name, size: bytes.length, sha256 });
    if (upload.state === "complete") return upload.id;
    const parts = [];
    for (const { number, url, headers } of upload.parts) {
      const body = bytes.subarray((number - 1) * upload.part_size, number * upload.part_size);
      const response = await fetch(new URL(url, this.address), { method: "PUT", headers: headers ?? {}, body });
      if (!response.ok) throw new Error(`part ${number} of ${name}: ${response.status} ${await response.text()}`);
      parts.push({ number, etag: response.headers.get("etag") });
    }
    await this.post(`/uploads/${upload.id}/complete`, { parts });
    await this.waitFor(
      () => this.get(`/uploads/${upload.id}`),
      ({ state }) => state === "complete",
      `verifying ${name}`,
    );
    return upload.id;
  }

  /** Publishes one version of a product with these files. */
  async publish(projectId, productId, comment, files) {
    const entries = [];
    for (const [path, bytes] of Object.entries(files)) {
      entries.push({ path, upload_id: await this.upload(projectId, path.split("/").at(-1), bytes), size: bytes.length });
    }
    const draft = await this.post(`/products/${productId}/versions`, { comment, files: entries });
    return this.waitFor(
      () => this.post(`/versions/${draft.id}/publish`, {}),
      ({ state }) => state === "published",
      `publishing ${comment}`,
    );
  }
}
