// What is known of the graph of dependencies, without React: versions, assets, shots and what they lie in, and what needs what.

export interface GraphNode {
  id: string;
  kind: "version" | "asset" | "episode" | "sequence" | "shot";
  /** `kart:barrel/model@2`, or what people call it. */
  label: string;
  /** Whether what it needs, and what needs it, has been asked for. */
  down: boolean;
  up: boolean;
  /** More was left out because there is too much of it. */
  truncated: boolean;
}

export interface GraphEdge {
  id: string;
  /** Needs… */
  source: string;
  target: string;
  label: string;
}

export interface Graph {
  nodes: ReadonlyMap<string, GraphNode>;
  edges: ReadonlyMap<string, GraphEdge>;
}

export interface Neighbour {
  id: string;
  kind: GraphNode["kind"];
  label: string;
  via: string;
}

export function graphOf(root: GraphNode): Graph {
  return { nodes: new Map([[root.id, root]]), edges: new Map() };
}

/** Adds what a node needs (`down`) or what needs it (`up`). */
export function withNeighbours(graph: Graph, id: string, direction: "down" | "up", found: readonly Neighbour[], truncated = false): Graph {
  const from = graph.nodes.get(id);
  if (from === undefined) return graph;
  const nodes = new Map(graph.nodes);
  const edges = new Map(graph.edges);
  nodes.set(id, { ...from, [direction]: true, truncated: from.truncated || truncated });
  for (const { id: other, kind, label, via } of found) {
    if (!nodes.has(other)) nodes.set(other, { id: other, kind, label, down: kind !== "version", up: false, truncated: false });
    const [source, target] = direction === "down" ? [id, other] : [other, id];
    const key = `${source}>${target}`;
    edges.set(key, { id: key, source, target, label: via });
  }
  return { nodes, edges };
}

/** A label cut into its place and its name: `kart:barrel/model@2` → `barrel`, `model v2`. */
export function labelParts(label: string): { name: string; detail: string } {
  const match = /^([^:]*):([^/]+)(?:\/([^@]+)(?:@(\d+))?)?$/.exec(label);
  if (match === null) return { name: label, detail: "" };
  const [, project = "", code = "", product, number] = match;
  if (product === undefined) return { name: code, detail: project };
  return { name: code, detail: `${product}${number === undefined ? "" : ` v${number.padStart(3, "0")}`}` };
}
