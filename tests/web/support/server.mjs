// Starts the real program on a data directory of its own.
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const program = path.resolve(root, process.env.BIFROST_BIN ?? "build/release/bifrost");

const START_MS = 60_000;
const STOP_MS = 10_000;

/** Without a database named, SQLite in the site's folder. */
function environment(database, settings = {}) {
  const rest = { ...process.env, ...settings };
  delete rest.DATABASE_URL;
  return database === undefined ? rest : { ...rest, DATABASE_URL: database };
}

/** A database of its own on the PostgreSQL server that the tests were given; undefined when they were given none. */
export async function newPostgresDatabase() {
  const url = process.env.BIFROST_TEST_POSTGRES_URL;
  if (url === undefined) return undefined;
  const name = `web_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  await promisify(execFile)("psql", ["-X", "-q", "-d", url, "-c", `create database ${name}`]);
  return url.replace(/\/[^/]*$/, `/${name}`);
}

/**
 * Starts the server; `setupToken` is that of the one-time sign-in link which the first start prints. With `data` it is
 * the site of a server that was stopped before, on the port that it had. With `shared` it has a shared file system,
 * the folder `projects`.
 */
export async function startServer({ database, data: given, port = 0, shared = false, settings } = {}) {
  const data = given ?? (await mkdtemp(path.join(tmpdir(), "bifrost-web-")));
  const again = given !== undefined;
  const args = ["serve", "--data", data, "--port", String(port), "--host", "127.0.0.1"];
  const projects = shared ? path.join(data, "shared") : undefined;
  if (projects !== undefined) {
    await mkdir(projects, { recursive: true });
    args.push("--projects-root", projects);
  }
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: environment(database, settings) });
  let printed = "";
  const exited = new Promise((resolve) => child.once("exit", resolve));

  const ready = new Promise((resolve, reject) => {
    const look = (bytes) => {
      printed += bytes;
      const address = /listening on (http:\/\/[\w.:[\]]+)/.exec(printed)?.[1];
      const setupToken = /\/setup\?token=([\w.~-]+)/.exec(printed)?.[1];
      if (address !== undefined && (setupToken !== undefined || again)) resolve({ address, setupToken });
    };
    child.stdout.setEncoding("utf8").on("data", look);
    child.stderr.setEncoding("utf8").on("data", look);
    child.once("error", reject);
    exited.then((code) => reject(new Error(`${program} ended with ${code} before it listened:\n${printed}`)));
    setTimeout(() => reject(new Error(`${program} printed no address and sign-in link:\n${printed}`)), START_MS).unref();
  });

  /** Ends the program and leaves its site. */
  const halt = async (signal = "SIGTERM") => {
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await exited;
    clearTimeout(late);
  };
  const stop = async () => {
    await halt();
    await rm(data, { recursive: true, force: true });
  };

  try {
    return { ...(await ready), stop, halt, log: () => printed, data, database, projects };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An API token of the owner, made as an administrator does it on the server's machine. */
export async function createToken(data, database, settings) {
  const args = ["token", "create", "--data", data, "--user", "owner", "--name", "test", "--output", "json"];
  const { stdout } = await promisify(execFile)(program, args, { env: environment(database, settings) });
  return JSON.parse(stdout).token;
}
