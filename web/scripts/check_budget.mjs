// Compares the script of each page's first load, gzipped, with its budget.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);

const PAGES = [
  { page: "sign-in", chunks: ["LoginPage"], budget: 125 },
  { page: "home", chunks: ["AppShell", "AssetsPage"], budget: 200 },
];

// What is loaded on top of the home page when someone opens a page or a part of one.
const LAZY = [
  { page: "an asset", chunks: ["AssetPage"], budget: 60 },
  { page: "projects", chunks: ["ProjectsPage"], budget: 60 },
  { page: "shots", chunks: ["ShotsPage"], budget: 60 },
  { page: "a shot", chunks: ["ShotPage"], budget: 60 },
  { page: "breakdown", chunks: ["BreakdownPage"], budget: 60 },
  { page: "edits", chunks: ["EditsPage"], budget: 60 },
  { page: "folders", chunks: ["FoldersPage"], budget: 60 },
  { page: "jobs", chunks: ["JobsPage"], budget: 60 },
  { page: "uploads", chunks: ["UploadDialog", "UploadTray"], budget: 60 },
  { page: "graph", chunks: ["DependencyGraph"], budget: 80, after: ["AssetPage"] },
  { page: "3D", chunks: ["Turntable", "GLTFLoader"], budget: 160, after: ["AssetPage"] },
];

const files = readdirSync(new URL("assets/", DIST));
const read = (file) => readFileSync(new URL(`assets/${file}`, DIST));

function chunk(name) {
  const file = files.find((candidate) => candidate.startsWith(`${name}-`) && candidate.endsWith(".js"));
  if (file === undefined) throw new Error(`dist/assets has no chunk ${name}; run "npm run build" first`);
  return file;
}

function entry() {
  const html = readFileSync(new URL("index.html", DIST), "utf8");
  const found = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map((match) => match[1]);
  if (found.length === 0) throw new Error("dist/index.html names no script");
  return found;
}

/** A chunk with all that it imports statically; the dynamic imports are other pages. */
function closure(roots) {
  const seen = new Set();
  const queue = [...roots];
  while (queue.length > 0) {
    const file = queue.pop();
    if (seen.has(file)) continue;
    seen.add(file);
    const source = read(file).toString();
    for (const [, next] of source.matchAll(/\bimport(?:[\w$\s{},*]+from)?\s*["'`]\.\/([^"'`]+\.js)["'`]/g)) queue.push(next);
  }
  return [...seen];
}

const kilobytes = (bytes) => (bytes / 1000).toFixed(1);

let over = 0;
for (const { page, chunks, budget } of PAGES) {
  const loaded = closure([...entry(), ...chunks.map(chunk)]);
  const size = loaded.reduce((sum, file) => sum + gzipSync(read(file), { level: 9 }).length, 0);
  const fits = size <= budget * 1000;
  if (!fits) over += 1;
  console.log(`${fits ? "ok  " : "OVER"} ${page}: ${kilobytes(size)} of ${budget} KB gzipped in ${loaded.length} scripts`);
}
const there = new Set(closure([...entry(), ...PAGES[1].chunks.map(chunk)]));
for (const { page, chunks, budget, after = [] } of LAZY) {
  const before = new Set([...there, ...closure(after.map(chunk))]);
  const loaded = closure(chunks.map(chunk)).filter((file) => !before.has(file));
  const size = loaded.reduce((sum, file) => sum + gzipSync(read(file), { level: 9 }).length, 0);
  const fits = size <= budget * 1000;
  if (!fits) over += 1;
  console.log(`${fits ? "ok  " : "OVER"} ${page}, on top of ${after[0] ?? "home"}: ${kilobytes(size)} of ${budget} KB gzipped`);
}
console.log(over === 0 ? "budget: all pages within their budgets" : `budget: ${over} over`);
process.exitCode = over === 0 ? 0 : 1;
