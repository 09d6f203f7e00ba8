// An S3 server over a temporary folder with one bucket, `studio`, which pages of one site may send to and fetch from.
import { spawn } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const KEY = "bifrost";
const SECRET = "bifrost-secret";
const REGION = "us-east-1";
const TRIES = 200;

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A request with Signature Version 4 in its headers. */
async function signed(method, url, body) {
  const { host, pathname, searchParams } = new URL(url);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const day = time.slice(0, 8);
  const headers = { "content-md5": createHash("md5").update(body).digest("base64"), host, "x-amz-content-sha256": sha256(body), "x-amz-date": time };
  const names = Object.keys(headers).sort();
  const query = [...searchParams].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).sort().join("&");
  const request = [method, pathname, query, ...names.map((name) => `${name}:${headers[name]}`), "", names.join(";"), headers["x-amz-content-sha256"]].join("\n");
  const scope = `${day}/${REGION}/s3/aws4_request`;
  const key = ["aws4_request", "s3", REGION, day].reduceRight((secret, part) => hmac(secret, part), `AWS4${SECRET}`);
  const signature = createHmac("sha256", key).update(["AWS4-HMAC-SHA256", time, scope, sha256(request)].join("\n")).digest("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${KEY}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  const response = await fetch(url, { method, headers: { ...headers, authorization }, body });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
}

/** Starts it with the permission for browsers that `bifrost doctor` prints; `settings` are those of the site. */
export async function startS3(program, siteOrigin) {
  const folder = await mkdtemp(path.join(tmpdir(), "bifrost-web-s3-"));
  await mkdir(path.join(folder, "data/studio"), { recursive: true });
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(program, ["--port", new URL(endpoint).host, "--region", REGION, "posix", path.join(folder, "data")], {
    stdio: "ignore",
    env: { ...process.env, ROOT_ACCESS_KEY: KEY, ROOT_SECRET_KEY: SECRET },
  });
  const stop = async () => {
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      await fetch(endpoint);
      break;
    } catch (error) {
      if (attempt >= TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const rule = `<AllowedOrigin>${siteOrigin}</AllowedOrigin>${["GET", "HEAD", "PUT"].map((method) => `<AllowedMethod>${method}</AllowedMethod>`).join("")}`;
  const rest = `<AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader>`;
  await signed("PUT", `${endpoint}/studio?cors=`, `<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule>${rule}${rest}</CORSRule></CORSConfiguration>`);
  return { endpoint, stop, settings: { S3_BUCKET: "studio", S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: KEY, S3_SECRET_ACCESS_KEY: SECRET, S3_REGION: REGION } };
}
