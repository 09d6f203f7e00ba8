import { describe, expect, it } from "vitest";
import { graphOf, labelParts, withNeighbours } from "./graph_model";

const root = { id: "r", kind: "version", label: "kart:r/model@1", down: false, up: false, truncated: false } as const;

describe("the graph", () => {
  it("grows in both directions, with every edge once", () => {
    let graph = withNeighbours(graphOf(root), "r", "down", [{ id: "t", kind: "version", label: "kart:t/look@1", via: "texture" }]);
    graph = withNeighbours(graph, "r", "up", [{ id: "s", kind: "shot", label: "kart:sq010/sh0010", via: "casting" }]);
    graph = withNeighbours(graph, "t", "up", [{ id: "r", kind: "version", label: "kart:r/model@1", via: "texture" }]);
    expect([...graph.nodes.keys()].sort()).toEqual(["r", "s", "t"]);
    expect([...graph.edges.keys()].sort()).toEqual(["r>t", "s>r"]);
    expect(graph.nodes.get("r")).toMatchObject({ down: true, up: true });
  });

  it("ignores an answer for a node that is gone", () => {
    const graph = graphOf(root);
    expect(withNeighbours(graph, "x", "up", [])).toBe(graph);
  });

  it("reads addresses", () => {
    expect(labelParts("kart:barrel/model@2")).toEqual({ name: "barrel", detail: "model v002" });
    expect(labelParts("kart:barrel")).toEqual({ name: "barrel", detail: "kart" });
    expect(labelParts("odd")).toEqual({ name: "odd", detail: "" });
  });
});
