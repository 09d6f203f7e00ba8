// Writes the API's types from the contract into src/api/generated/.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const contract = new URL("../../openapi/bifrost.yaml", import.meta.url);
const target = new URL("../src/api/generated/openapi.d.ts", import.meta.url);

const text = astToString(await openapiTS(contract, { defaultNonNullable: false }));
await mkdir(new URL(".", target), { recursive: true });
// An unchanged file is left alone, so that watchers and caches stay quiet.
const present = await readFile(target, "utf8").catch(() => "");
if (present !== text) await writeFile(target, text);
