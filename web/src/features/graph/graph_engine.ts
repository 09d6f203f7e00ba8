import { type Graph as Known, graphOf, type GraphNode, withNeighbours } from "./graph_model";
import { neighboursDown, neighboursUp } from "./graph_queries";

/** Asks for the graph piece by piece, and keeps what it has. */
export class Graph {
  graph: Known;

  constructor(root: { id: string; kind: GraphNode["kind"]; label: string }) {
    this.graph = graphOf({ ...root, down: root.kind !== "version", up: false, truncated: false });
  }

  async expand(id: string, direction: "down" | "up", depth: number): Promise<void> {
    const node = this.graph.nodes.get(id);
    if (node === undefined || node[direction] || depth === 0) return;
    const { found, truncated } = direction === "down" ? await neighboursDown(id) : await neighboursUp(id, node.kind);
    this.graph = withNeighbours(this.graph, id, direction, found, truncated);
    if (depth > 1) await Promise.all(found.slice(0, 20).map((each) => this.expand(each.id, direction, depth - 1)));
  }
}
