import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { Icon } from "@/ui/icon/Icon";
import { type GraphNode, labelParts } from "./graph_model";
import styles from "./graph.module.css";

export interface NodeData extends Record<string, unknown> {
  node: GraphNode;
  isRoot: boolean;
  onExpand: (direction: "down" | "up") => void;
}

const ICONS = { version: "kind-version", asset: "assets", episode: "film", sequence: "film", shot: "film" } as const;

export function GraphNodeView({ data }: NodeProps<Node<NodeData>>) {
  const { node, isRoot, onExpand } = data;
  const { name, detail } = labelParts(node.label);
  return (
    <div className={styles.node} data-root={isRoot} title={node.label}>
      <Handle type="target" position={Position.Left} className={styles.handle} />
      {!node.up && (
        <button type="button" className={styles.more} aria-label={`What uses ${node.label}`} onClick={() => { onExpand("up"); }}>
          +
        </button>
      )}
      <Icon name={ICONS[node.kind]} />
      <span className={styles.label}>
        <span className={styles.name} dir="auto">
          {name}
        </span>
        <span className={styles.detail}>
          {detail}
          {node.truncated && " · and more"}
        </span>
      </span>
      {!node.down && (
        <button type="button" className={styles.more} aria-label={`What ${node.label} needs`} onClick={() => { onExpand("down"); }}>
          +
        </button>
      )}
      <Handle type="source" position={Position.Right} className={styles.handle} />
    </div>
  );
}
