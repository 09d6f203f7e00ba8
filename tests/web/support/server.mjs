// Starts the real program on a data directory of its own.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const program = path.resolve(root, process.env.BIFROST_BIN ?? "build/release/bifrost");

const START_MS = 60_000;
const STOP_MS = 10_000;

/** Starts the server; `setupToken` is that of the one-time sign-in link which the first start prints. */
export async function startServer() {
  const data = await mkdtemp(path.join(tmpdir(), "bifrost-web-"));
  const child = spawn(program, ["serve", "--data", data, "--port", "0", "--host", "127.0.0.1"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const exited = new Promise((resolve) => child.once("exit", resolve));

  const ready = new Promise((resolve, reject) => {
    const look = (bytes) => {
      printed += bytes;
      const address = /listening on (http:\/\/[\w.:[\]]+)/.exec(printed)?.[1];
      const setupToken = /\/setup\?token=([\w.~-]+)/.exec(printed)?.[1];
      if (address !== undefined && setupToken !== undefined) resolve({ address, setupToken });
    };
    child.stdout.setEncoding("utf8").on("data", look);
    child.stderr.setEncoding("utf8").on("data", look);
    child.once("error", reject);
    exited.then((code) => reject(new Error(`${program} ended with ${code} before it listened:\n${printed}`)));
    setTimeout(() => reject(new Error(`${program} printed no address and sign-in link:\n${printed}`)), START_MS).unref();
  });

  const stop = async () => {
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await exited;
    clearTimeout(late);
    await rm(data, { recursive: true, force: true });
  };

  try {
    return { ...(await ready), stop, log: () => printed, data };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An API token of the owner, made as an administrator does it on the server's machine. */
export async function createToken(data) {
  const args = ["token", "create", "--data", data, "--user", "owner", "--name", "test", "--output", "json"];
  const { stdout } = await promisify(execFile)(program, args);
  return JSON.parse(stdout).token;
}
