// The live view's half of paint: the same colours, as Cytoscape's data, and the same texts and marks, on a canvas.

import { type Face, isBold } from "../core/font";
import { WOFF } from "../generated/fontdata";
import { hue, styleOf } from "../core/kinds";
import { COLORS, DASH_OF_STATUS, groupBorder, mix, plates, TINT } from "./draw";
import { edgeText, GROUP_TITLE, NOTE, SUBTITLE, TITLE } from "../core/scene";
import type { Box, Legend, Point, SceneEdge, SceneNode, Theme } from "../core/types";

/** The families as the browser knows them: names of our own, so that no font of the page changes. */
const FAMILY: Record<Face, string> = { sans: "ngw sans", sansBold: "ngw sans", mono: "ngw mono", monoBold: "ngw mono" };
const FALLBACK: Record<Face, string> = { sans: "sans-serif", sansBold: "sans-serif", mono: "monospace", monoBold: "monospace" };

let fonts: Promise<void> | undefined;

/** Gives the page our fonts, once; text drawn before that is in a font of the page. */
export function loadFonts(): Promise<void> {
  fonts ??= Promise.all(
    (Object.keys(FAMILY) as Face[]).map(async (face) => {
      const bytes = Uint8Array.from(atob(WOFF[face]), (char) => char.charCodeAt(0));
      document.fonts.add(await new FontFace(FAMILY[face], bytes.buffer, { weight: isBold(face) ? "700" : "400" }).load());
    }),
  ).then(() => undefined);
  return fonts;
}

/** How Cytoscape draws a box. */
export interface Ink {
  fill: string;
  stroke: string;
  strokeOpacity: number;
  border: number;
  line: "solid" | "dashed" | "dotted";
  corner: number;
  points: number[]; // of a hexagon, from -1 to 1
  ghost: number; // opacity of what did not run
}

/** `inside` is the colour in a sub-graph. */
export function inkOf(node: SceneNode, legend: Legend, theme: Theme, inside?: string): Ink {
  const colors = COLORS[theme];
  const { status, taken, kind } = node.data;
  const failed = status === "failed";
  const group = node.role !== "node";
  const color = hue(legend, kind, theme, group);
  const stroke = failed ? colors.failed : color;
  if (group)
    return {
      fill: inside ?? colors.page,
      stroke,
      strokeOpacity: failed ? 1 : 0.6,
      border: groupBorder(node),
      line: taken === false || (status && !failed) ? "dashed" : "solid",
      corner: 10,
      points: [],
      ghost: 1,
    };
  const { shape } = styleOf(legend, kind);
  const side = (2 * Math.min(12, node.height / 2.4)) / node.width;
  return {
    fill: mix(color, colors.page, status === "planned" ? 0 : TINT[theme]),
    stroke,
    strokeOpacity: 1,
    border: node.changes ? 3 : failed ? 2.2 : 1.5,
    line: status && DASH_OF_STATUS[status] ? (status === "never run" ? "dotted" : "dashed") : "solid",
    corner: shape === "box" ? 5 : node.height / 2,
    points: [-1 + side, -1, 1 - side, -1, 1, 0, 1 - side, 1, -1 + side, 1, -1, 0],
    ghost: status === "not reached" || status === "never run" ? 0.6 : 1,
  };
}

/** The texts and marks of a box; `inside` is the colour in a sub-graph. */
export function drawNode(context: CanvasRenderingContext2D, node: SceneNode, box: Box, legend: Legend, theme: Theme, inside?: string): void {
  const colors = COLORS[theme];
  const { x, y } = box;
  if (node.role === "node") {
    const middle = x + box.width / 2;
    write(context, middle, y + (node.subtitle ? 16.5 : 18.5), node.note ? `${node.title} ${node.note}` : node.title, TITLE, "monoBold", colors.text, "center");
    if (node.subtitle) write(context, middle, y + 30, node.subtitle, SUBTITLE, "mono", colors.mute, "center");
    if (node.data.status === "failed") mark(context, x + box.width - 3, y + 2, theme);
    return;
  }
  const color = hue(legend, node.data.kind, theme, true);
  context.fillStyle = inside ?? colors.page;
  for (const plate of plates(node, box)) {
    context.beginPath();
    context.roundRect(plate.x, plate.y, plate.width, plate.height, 5);
    context.fill();
  }
  context.strokeStyle = color;
  context.lineWidth = 1.8;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  const [dx, dy, ...corners] = node.role === "open" ? [0, 0, 5, 6, 10, 0] : [2, -2, 8, 3, 2, 8];
  context.moveTo(x + 12 + dx!, y + 14 + dy!);
  for (let at = 0; at < corners.length; at += 2) context.lineTo(x + 12 + corners[at]!, y + 14 + corners[at + 1]!);
  context.stroke();
  write(context, x + 30, y + 21, node.title, GROUP_TITLE, "sansBold", color);
  if (node.note) write(context, x + box.width - 12, y + 21, node.note, NOTE, "sans", colors.mute, "right");
  if (node.subtitle) write(context, x + 30, y + 41, node.subtitle, NOTE, "sans", colors.mute);
  if (node.data.status === "failed") mark(context, x + box.width, y, theme);
}

/** An edge's label beside its arrow head. */
export function drawEdgeLabel(context: CanvasRenderingContext2D, edge: SceneEdge, before: Point, end: Point, theme: Theme): void {
  const text = edgeText(edge);
  if (!text) return;
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1;
  const [ux, uy] = [(end.x - before.x) / length, (end.y - before.y) / length];
  write(context, end.x - ux * 10 + 5, end.y - uy * 10 + 3, text, SUBTITLE, "mono", COLORS[theme].mute);
}

function write(context: CanvasRenderingContext2D, x: number, y: number, text: string, size: number, face: Face, fill: string, align: CanvasTextAlign = "left"): void {
  context.font = `${isBold(face) ? "bold " : ""}${size}px "${FAMILY[face]}", ${FALLBACK[face]}`;
  context.textAlign = align;
  context.fillStyle = fill;
  context.fillText(text, x, y);
}

/** A cross in a disc: what failed, told without colour. */
function mark(context: CanvasRenderingContext2D, x: number, y: number, theme: Theme): void {
  context.fillStyle = COLORS[theme].failed;
  context.beginPath();
  context.arc(x, y, 7, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = COLORS[theme].page;
  context.lineWidth = 1.8;
  context.lineCap = "round";
  context.beginPath();
  for (const [dx, dy] of [
    [-2.6, -2.6],
    [2.6, -2.6],
  ] as const) {
    context.moveTo(x + dx, y + dy);
    context.lineTo(x - dx, y - dy);
  }
  context.stroke();
}
