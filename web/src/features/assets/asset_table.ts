import type { Asset, Event } from "@/api/schema";

// All assets of a project in the browser, in plain TypeScript: filtering and sorting need no server, and a live event
// changes one row instead of asking for all of them again.

export const ROW_FIELDS = [
  "code",
  "name",
  "type",
  "status",
  "tags",
  "description",
  "thumbnail_url",
  "is_assembly",
  "created_at",
  "updated_at",
  "revision",
] as const;

export type AssetRow = Pick<Asset, "id" | (typeof ROW_FIELDS)[number]>;

const PATCHED = new Set<string>(["code", "name", "type", "status", "tags", "description", "thumbnail_url", "is_assembly"]);

/** What an event says of the fields of a row. */
function patchOf(after: Record<string, unknown>): Partial<AssetRow> {
  return Object.fromEntries(Object.entries(after).filter(([key]) => PATCHED.has(key)));
}

export class AssetTable {
  private readonly byId = new Map<string, AssetRow>();
  /** What went away while the rest was still read: a page that was read before doesn't bring it back. */
  private readonly gone = new Set<string>();
  private ordered: readonly AssetRow[] | undefined;
  private readonly listeners = new Set<() => void>();
  private state = { version: 0, complete: false, error: undefined as unknown };

  readonly rows = (): readonly AssetRow[] => (this.ordered ??= [...this.byId.values()]);

  /** Another number each time something has changed. */
  readonly version = (): number => this.state.version;

  get isComplete(): boolean {
    return this.state.complete;
  }

  /** Why the rest could not be read. */
  get error(): unknown {
    return this.state.error;
  }

  get(id: string): AssetRow | undefined {
    return this.byId.get(id);
  }

  add(rows: readonly AssetRow[]): void {
    for (const row of rows) {
      const known = this.byId.get(row.id);
      // An event may have told of a newer state than that which was read before it.
      if (this.gone.has(row.id) || (known !== undefined && known.updated_at > row.updated_at)) continue;
      this.byId.set(row.id, row);
    }
    this.changed({});
  }

  finish(): void {
    this.changed({ complete: true, error: undefined });
  }

  fail(error: unknown): void {
    this.changed({ error });
  }

  /** Changes one row; true when it is there. */
  patch(id: string, change: Partial<AssetRow>): boolean {
    const row = this.byId.get(id);
    if (row === undefined) return false;
    this.byId.set(id, { ...row, ...change });
    this.changed({});
    return true;
  }

  /**
   * Applies what happened. `unknown` is answered when an asset came into view that only the server can describe, as
   * when it is brought back from the archive.
   */
  apply(event: Event): "applied" | "unknown" {
    const id = event.entity_id;
    const after = event.patch.after ?? {};
    if (event.action === "asset.purged" || typeof after.archived_at === "string") {
      this.gone.add(id);
      if (this.byId.delete(id)) this.changed({});
      return "applied";
    }
    this.gone.delete(id);
    const row = this.byId.get(id);
    const known = patchOf(after);
    if (row === undefined) {
      if (event.action !== "asset.created") return "unknown";
      this.byId.set(id, {
        id,
        description: "",
        tags: [],
        thumbnail_url: null,
        is_assembly: false,
        created_at: event.at,
        updated_at: event.at,
        revision: 1,
        ...known,
      } as AssetRow);
    } else if (row.updated_at <= event.at) {
      this.byId.set(id, { ...row, ...known, updated_at: event.at });
    } else {
      return "applied";
    }
    this.changed({});
    return "applied";
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private changed(state: Partial<{ complete: boolean; error: unknown }>): void {
    this.ordered = undefined;
    this.state = { ...this.state, ...state, version: this.state.version + 1 };
    for (const listener of this.listeners) listener();
  }
}
