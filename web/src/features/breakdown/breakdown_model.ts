import type { Breakdown } from "@/api/schema";

// The breakdown as a matrix: which assets play in which shots. Everything here is plain; the page draws what is seen.

export type BreakdownShot = Breakdown["shots"][number];
export type BreakdownAsset = Breakdown["assets"][number];

export interface Cell {
  occurrences: number;
  pinned: boolean;
  /** From the sequence or the episode; what is typed here makes a row of the shot's own. */
  inherited: boolean;
}

export interface Filter {
  text: string;
  sequences: readonly string[];
  types: readonly string[];
}

type Row = ReadonlyMap<string, Cell>;

export class Matrix {
  private constructor(
    readonly shots: readonly BreakdownShot[],
    readonly assets: readonly BreakdownAsset[],
    private readonly rows: ReadonlyMap<string, Row>,
  ) {}

  /** Cells are [shot, asset, occurrences, flags], with indexes into the two lists; what points nowhere is left out. */
  static of(shots: readonly BreakdownShot[], assets: readonly BreakdownAsset[], cells: readonly (readonly number[])[]): Matrix {
    const rows = new Map<string, Map<string, Cell>>();
    for (const [shot = 0, asset = 0, occurrences = 0, flags = 0] of cells) {
      const shotId = shots[shot]?.id;
      const assetId = assets[asset]?.id;
      if (shotId === undefined || assetId === undefined) continue;
      const row = rows.get(shotId) ?? new Map<string, Cell>();
      row.set(assetId, { occurrences, pinned: (flags & 1) !== 0, inherited: (flags & 2) !== 0 });
      rows.set(shotId, row);
    }
    return new Matrix(shots, assets, rows);
  }

  cell(shotId: string, assetId: string): Cell | undefined {
    return this.rows.get(shotId)?.get(assetId);
  }

  /** Another matrix with one cell changed; without occurrences it is empty. */
  with(shotId: string, assetId: string, occurrences: number): Matrix {
    const row = new Map(this.rows.get(shotId) ?? []);
    if (occurrences > 0) row.set(assetId, { occurrences, pinned: row.get(assetId)?.pinned ?? false, inherited: false });
    else row.delete(assetId);
    return new Matrix(this.shots, this.assets, new Map(this.rows).set(shotId, row));
  }

  withAsset(asset: BreakdownAsset): Matrix {
    return this.assets.some(({ id }) => id === asset.id) ? this : new Matrix(this.shots, [...this.assets, asset], this.rows);
  }

  /** Occurrences by asset, over the shots given. */
  totals(shots: readonly BreakdownShot[]): ReadonlyMap<string, number> {
    const totals = new Map<string, number>();
    for (const { id } of shots) for (const [asset, { occurrences }] of this.rows.get(id) ?? []) totals.set(asset, (totals.get(asset) ?? 0) + occurrences);
    return totals;
  }
}

export function matrixOf(breakdown: Breakdown): Matrix {
  return Matrix.of(breakdown.shots, breakdown.assets, breakdown.cells);
}

export function sequenceOf(shot: BreakdownShot): string {
  return shot.episode_code === null ? shot.sequence_code : `${shot.episode_code}/${shot.sequence_code}`;
}

export function filterMatrix(matrix: Matrix, filter: Filter): { shots: readonly BreakdownShot[]; assets: readonly BreakdownAsset[] } {
  const words = filter.text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const sequences = new Set(filter.sequences);
  const types = new Set(filter.types);
  return {
    shots: matrix.shots.filter((shot) => sequences.size === 0 || sequences.has(sequenceOf(shot))),
    assets: matrix.assets.filter(
      (asset) => (types.size === 0 || types.has(asset.type)) && words.every((word) => `${asset.name} ${asset.code}`.toLowerCase().includes(word)),
    ),
  };
}

export interface Place {
  row: number;
  column: number;
}

const STEPS: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
};

/** Where a key leads within so many rows and columns; undefined when it leads nowhere. */
export function nextPlace(key: string, at: Place, rows: number, columns: number): Place | undefined {
  if (key === "Home") return { row: at.row, column: 0 };
  if (key === "End") return { row: at.row, column: columns - 1 };
  const step = STEPS[key];
  if (step === undefined) return undefined;
  const within = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));
  return { row: within(at.row + step[0], rows), column: within(at.column + step[1], columns) };
}

/** What was typed into a cell: a count up to 9999, 0 for nothing; undefined for anything else. */
export function readCount(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return 0;
  return /^\d{1,4}$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** The change of a shot's casting that gives an asset so many occurrences; undefined when it has them already. */
export function castingChange(
  rows: readonly { id: string; asset_id: string; occurrences: number }[],
  assetId: string,
  wanted: number,
): { add?: { asset_id: string; occurrences: number }[]; change?: { id: string; occurrences: number }[]; remove?: string[] } | undefined {
  const own = rows.filter(({ asset_id }) => asset_id === assetId);
  const [first, ...others] = own;
  const now = own.reduce((sum, { occurrences }) => sum + occurrences, 0);
  if (now === wanted) return undefined;
  if (wanted === 0) return { remove: own.map(({ id }) => id) };
  if (first === undefined) return { add: [{ asset_id: assetId, occurrences: wanted }] };
  // Labelled rows stand for themselves: the first takes up the difference while it can.
  const rest = others.reduce((sum, { occurrences }) => sum + occurrences, 0);
  if (wanted > rest) return { change: [{ id: first.id, occurrences: wanted - rest }] };
  return { change: [{ id: first.id, occurrences: wanted }], remove: others.map(({ id }) => id) };
}
