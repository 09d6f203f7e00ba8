import { Background, Controls, type Edge, MarkerType, type Node, ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useEffect, useEffectEvent, useMemo, useState } from "react";
import { EmptyState } from "@/ui/EmptyState";
import { showProblem } from "@/ui/problem_toast";
import { Graph as Engine } from "./graph_engine";
import type { GraphNode } from "./graph_model";
import { GraphNodeView, type NodeData } from "./GraphNodeView";
import { layOut, NODE } from "./layout";
import styles from "./graph.module.css";

interface DependencyGraphProps {
  root: { id: string; kind: "version" | "asset"; label: string };
  onOpen: (id: string, kind: GraphNode["kind"]) => void;
}

const NODE_TYPES = { thing: GraphNodeView };

/** What a version needs and what needs it, as far as someone asks. */
export default function DependencyGraph({ root, onOpen }: DependencyGraphProps) {
  const [engine] = useState(() => new Engine(root));
  const [graph, setGraph] = useState(engine.graph);
  const expand = useEffectEvent((id: string, direction: "down" | "up", depth: number) => {
    engine.expand(id, direction, depth).then(
      () => {
        setGraph(engine.graph);
      },
      (error: unknown) => {
        showProblem(error);
      },
    );
  });
  useEffect(() => {
    if (root.kind === "version") expand(root.id, "down", 2);
    expand(root.id, "up", 2);
  }, [root.id, root.kind]);

  const { nodes, edges } = useMemo(() => {
    const places = layOut(graph);
    const laid: Node<NodeData>[] = [...graph.nodes.values()].map((node) => ({
      id: node.id,
      type: "thing",
      position: places.get(node.id) ?? { x: 0, y: 0 },
      width: NODE.width,
      height: NODE.height,
      ariaLabel: node.label,
      data: { node, isRoot: node.id === root.id, onExpand: (direction) => { engine.expand(node.id, direction, 1).then(() => { setGraph(engine.graph); }, showProblem); } },
    }));
    const lines: Edge[] = [...graph.edges.values()].map((edge) => ({ ...edge, markerEnd: { type: MarkerType.ArrowClosed }, focusable: false }));
    return { nodes: laid, edges: lines };
  }, [graph, root.id, engine]);

  const alone = graph.nodes.size === 1 && graph.nodes.get(root.id)?.up === true;
  return (
    <div className={styles.graph}>
      <p className={styles.legend}>
        What uses it stands to the left, what it needs to the right. A press on + asks for more, a double press opens.
      </p>
      {alone && <EmptyState icon="graph" title="It stands alone" cause="It needs nothing, and nothing that you may see needs it." />}
      {!alone && (
        <ReactFlow
          key={nodes.length}
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          fitView
          fitViewOptions={{ maxZoom: 1, padding: 0.1 }}
          minZoom={0.1}
          nodesDraggable={false}
          nodesConnectable={false}
          proOptions={{ hideAttribution: false }}
          onNodeDoubleClick={(_, { id }) => {
            onOpen(id, graph.nodes.get(id)?.kind ?? "version");
          }}
          onNodeClick={(event, { id }) => {
            // Enter on a focused node arrives as a click without a pointer.
            if (event.detail === 0) onOpen(id, graph.nodes.get(id)?.kind ?? "version");
          }}
        >
          <Background gap={24} />
          <Controls showInteractive={false} />
        </ReactFlow>
      )}
    </div>
  );
}
