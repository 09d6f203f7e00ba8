import dagre from "@dagrejs/dagre";
import type { Graph } from "./graph_model";

export const NODE = { width: 190, height: 56 };

/** Places the nodes in layers from what uses (left) to what is needed (right). */
export function layOut(graph: Graph): Map<string, { x: number; y: number }> {
  const layers = new dagre.graphlib.Graph();
  layers.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 64, marginx: 16, marginy: 16 });
  layers.setDefaultEdgeLabel(() => ({}));
  for (const id of graph.nodes.keys()) layers.setNode(id, { ...NODE });
  for (const { source, target } of graph.edges.values()) layers.setEdge(source, target);
  dagre.layout(layers);
  const places = new Map<string, { x: number; y: number }>();
  for (const id of layers.nodes()) {
    const { x, y } = layers.node(id) as { x: number; y: number };
    places.set(id, { x: x - NODE.width / 2, y: y - NODE.height / 2 });
  }
  return places;
}
