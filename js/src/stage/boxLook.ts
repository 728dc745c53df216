// The data from which Cytoscape's style sheet draws a box. It comes from the shape that the picture has of that box.

import { styleOf } from "../core/kinds";
import type { Box, SceneNode } from "../core/types";
import type { Legend, Theme } from "../generated/schema";
import { boxShape, nodeOpacity } from "../picture/draw";

export interface BoxLook {
  fill: string;
  stroke: string;
  border: number; // px of width
  line: "solid" | "dashed" | "dotted";
  corner: number; // px of radius
  points: number[]; // of a hexagon, from -1 to 1
  fullOpacity: number; // when nothing dims it
}

/** `inside` is the colour inside a sub-graph. */
export function boxLook(node: SceneNode, box: Box, legend: Legend, theme: Theme, inside?: string): BoxLook {
  const { fill, stroke, strokeWidth, dash } = boxShape(node, box, legend, theme, inside);
  const { shape } = styleOf(legend, node.data.kind);
  const side = (2 * Math.min(12, node.height / 2.4)) / node.width;
  return {
    fill: fill!,
    stroke: stroke!,
    border: strokeWidth!,
    line: !dash ? "solid" : dash[0]! < 2 ? "dotted" : "dashed",
    corner: node.role !== "node" ? 10 : shape === "box" ? 5 : node.height / 2,
    points: [-1 + side, -1, 1 - side, -1, 1, 0, 1 - side, 1, -1 + side, 1, -1, 0],
    fullOpacity: nodeOpacity(node),
  };
}
