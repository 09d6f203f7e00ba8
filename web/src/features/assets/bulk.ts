import { answerOf, client } from "@/api/client";
import type { BulkConflict } from "@/api/schema";
import { Problem, problemFrom } from "@/lib/problem";
import type { AssetRow, AssetTable } from "./asset_table";

// Changes of many assets at once. Each is one transaction on the server: all of them change, or none.

export interface BulkChange {
  /** What was done, as the page says it. */
  done: string;
  undo: () => Promise<void>;
}

/** Some of the assets can't be changed so; nothing was. */
export class BulkRefused extends Error {
  override readonly name = "BulkRefused";

  constructor(
    readonly problem: Problem,
    readonly conflicts: readonly BulkConflict[],
  ) {
    super(problem.detail);
  }
}

const BATCH = 1000;

interface Answer {
  data: { id: string; revision: number; changed: boolean }[];
}

async function send(project: string, change: object): Promise<Answer> {
  try {
    return await answerOf(
      client.POST("/api/v1/projects/{project}/bulk", { params: { path: { project } }, body: { kind: "asset", ...change } as never }),
    );
  } catch (error) {
    const problem = problemFrom(error);
    throw problem.conflicts.length > 0 ? new BulkRefused(problem, problem.conflicts) : problem;
  }
}

function note(table: AssetTable, answer: Answer, changeOf: (row: AssetRow) => Partial<AssetRow>): void {
  const at = new Date().toISOString();
  for (const { id, revision, changed } of answer.data) {
    const row = table.get(id);
    if (row !== undefined && changed) table.patch(id, { ...changeOf(row), revision, updated_at: at });
  }
}

/** Puts the tags back that each asset had; refused when someone else has changed one of them since. */
async function restoreTags(table: AssetTable, before: readonly AssetRow[], revisions: ReadonlyMap<string, number>): Promise<void> {
  for (let start = 0; start < before.length; start += BATCH) {
    const rows = before.slice(start, start + BATCH);
    const operations = rows.map(({ id, tags }) => ({
      op: "update" as const,
      path: `/assets/${id}`,
      body: { tags },
      if_match: revisions.has(id) ? `"${String(revisions.get(id))}"` : null,
    }));
    const { results } = await answerOf(client.POST("/api/v1/batch", { body: { operations } as never }));
    results.forEach(({ revision }, index) => {
      const row = rows[index];
      if (row !== undefined) table.patch(row.id, { tags: row.tags, ...(typeof revision === "number" && { revision }) });
    });
  }
}

/** Adds tags to assets and takes others away. */
export async function changeTags(
  project: string,
  table: AssetTable,
  rows: readonly AssetRow[],
  add: readonly string[],
  remove: readonly string[],
): Promise<BulkChange> {
  const answer = await send(project, { ids: rows.map(({ id }) => id), set: { tags: { add: [...add], remove: [...remove] } } });
  note(table, answer, ({ tags }) => ({ tags: [...new Set([...tags.filter((tag) => !remove.includes(tag)), ...add])].sort() }));
  const changed = answer.data.filter((item) => item.changed);
  const revisions = new Map(changed.map(({ id, revision }) => [id, revision]));
  const before = rows.filter(({ id }) => revisions.has(id));
  const what = [...add.map((tag) => `“${tag}” added`), ...remove.map((tag) => `“${tag}” removed`)].join(", ");
  return {
    done: changed.length === rows.length ? what : `${what} (${String(changed.length)} of ${String(rows.length)} changed)`,
    undo: () => restoreTags(table, before, revisions),
  };
}

/** Moves assets to a state of their workflow. */
export async function changeStatus(project: string, table: AssetTable, rows: readonly AssetRow[], to: string, name: string): Promise<BulkChange> {
  const moving = rows.filter(({ status }) => status !== to);
  if (moving.length === 0) return { done: `All of them are “${name}” already`, undo: () => Promise.resolve() };
  const answer = await send(project, { ids: moving.map(({ id }) => id), transition: { to } });
  note(table, answer, () => ({ status: to }));
  return {
    done: `Moved to “${name}”`,
    undo: async () => {
      // Back the way they came, if their workflow has a way back.
      for (const status of new Set(moving.map((row) => row.status))) {
        const ids = moving.filter((row) => row.status === status).map(({ id }) => id);
        note(table, await send(project, { ids, transition: { to: status } }), () => ({ status }));
      }
    },
  };
}
