// Small element lists, by hand.

import legendJson from "../../nnsight_graphwidget/graph/kinds.json";
import { buildScene } from "../src/core/scene";
import type { Scene, ViewState } from "../src/core/types";
import type { DrawingRequest, EdgeData, EdgeKind, Element, Legend, NodeData } from "../src/generated/schema";

export const legend = legendJson as Legend;

/** What is asked for a picture with everything open, but for what is given. */
export function request(given: Partial<DrawingRequest>): DrawingRequest {
  return {
    elements: [],
    kinds: legend,
    title: "",
    footer: "",
    max_elements: 500,
    embed_font: false,
    theme: "light",
    expanded: "all",
    hidden_kinds: ["Value"],
    steps: {},
    positions: {},
    arrangement: "flow",
    legend: true,
    transparent: false,
    ...given,
  };
}

export function group(id: string, kind: string, more: Partial<NodeData> = {}): Element {
  return node(id, kind, { compound: true, ...more });
}

/** A node; its parent is in its id. */
export function node(id: string, kind = "Operation", more: Partial<NodeData> = {}): Element {
  const at = id.lastIndexOf("/");
  return {
    group: "nodes",
    data: { id, kind, label: id.slice(at + 1), ...(at < 0 ? {} : { parent: id.slice(0, at) }), ...more },
  };
}

export function edge(source: string, target: string, kind: EdgeKind = "data", more: Partial<EdgeData> = {}): Element {
  return { group: "edges", data: { id: `${source}>${target}${more.label ?? ""}`, source, target, kind, ...more } };
}

export function scene(elements: Element[], expanded: Iterable<string> = [], state: Partial<ViewState> = {}): Scene {
  return buildScene(elements, { expanded: new Set(expanded), hiddenKinds: new Set(), steps: {}, ...state }, legend);
}

/** A scene's edges as `source > target`, with count, kind and label where they say something. */
export function arrows(scene: Scene): string[] {
  return scene.edges.map(
    ({ source, target, count, kind, label }) =>
      `${source} > ${target}${count > 1 ? ` x${count}` : ""}${kind === "data" ? "" : ` ${kind}`}${label === undefined ? "" : ` (${label})`}`,
  );
}
