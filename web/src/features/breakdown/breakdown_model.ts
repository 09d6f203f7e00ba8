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

export class Matrix {
  private readonly cells = new Map<string, Cell>();

  constructor(
    readonly shots: readonly BreakdownShot[],
    readonly assets: readonly BreakdownAsset[],
    cells: readonly (readonly number[])[],
  ) {
    for (const [shot = 0, asset = 0, occurrences = 0, flags = 0] of cells) {
      const shotId = shots[shot]?.id;
      const assetId = assets[asset]?.id;
      if (shotId === undefined || assetId === undefined) continue;
      this.cells.set(`${shotId} ${assetId}`, { occurrences, pinned: (flags & 1) !== 0, inherited: (flags & 2) !== 0 });
    }
  }

  cell(shotId: string, assetId: string): Cell | undefined {
    return this.cells.get(`${shotId} ${assetId}`);
  }

  /** Another matrix with one cell changed; without occurrences it is empty. */
  with(shotId: string, assetId: string, occurrences: number): Matrix {
    const copy = new Matrix(this.shots, this.assets, []);
    for (const [key, cell] of this.cells) copy.cells.set(key, cell);
    const key = `${shotId} ${assetId}`;
    if (occurrences > 0) copy.cells.set(key, { occurrences, pinned: this.cells.get(key)?.pinned ?? false, inherited: false });
    else copy.cells.delete(key);
    return copy;
  }

  withAsset(asset: BreakdownAsset): Matrix {
    if (this.assets.some(({ id }) => id === asset.id)) return this;
    const copy = new Matrix(this.shots, [...this.assets, asset], []);
    for (const [key, cell] of this.cells) copy.cells.set(key, cell);
    return copy;
  }

  /** Of an asset, over the shots given. */
  total(shots: readonly BreakdownShot[], assetId: string): number {
    return shots.reduce((sum, { id }) => sum + (this.cell(id, assetId)?.occurrences ?? 0), 0);
  }
}

export function matrixOf(breakdown: Breakdown): Matrix {
  return new Matrix(breakdown.shots, breakdown.assets, breakdown.cells);
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
