// Marks on a canvas, as the live view draws them.

import { type Face, isBold } from "../core/font";
import type { Mark, Shape, Text } from "./marks";
import { absolute } from "./path";

/**
 * The families under which host/fonts.ts loads the bundled fonts. The names are our own, so that no font of the page
 * changes.
 */
export const CANVAS_FAMILY: Record<Face, string> = {
  sans: "ngw sans",
  sansBold: "ngw sans",
  mono: "ngw mono",
  monoBold: "ngw mono",
};
const FALLBACK: Record<Face, string> = {
  sans: "sans-serif",
  sansBold: "sans-serif",
  mono: "monospace",
  monoBold: "monospace",
};
const ALIGN = { start: "left", middle: "center", end: "right" } as const;

/** What is used of a browser's CanvasRenderingContext2D. */
export interface Context {
  globalAlpha: number;
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  lineCap: "butt" | "round" | "square";
  lineJoin: "bevel" | "miter" | "round";
  font: string;
  textAlign: "left" | "center" | "right" | "start" | "end";
  setLineDash(dash: number[]): void;
  save(): void;
  restore(): void;
  translate(x: number, y: number): void;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void;
  closePath(): void;
  fill(): void;
  stroke(): void;
  fillText(text: string, x: number, y: number): void;
}

export function paintMarks(context: Context, marks: readonly Mark[]): void {
  for (const mark of marks) {
    if ("shapes" in mark) for (const shape of mark.shapes) paintShape(context, shape);
    else if ("text" in mark) paintText(context, mark);
    else {
      context.save();
      if (mark.move) context.translate(...mark.move);
      context.globalAlpha *= mark.opacity ?? 1;
      paintMarks(context, mark.marks);
      context.restore();
    }
  }
}

function paintShape(context: Context, shape: Shape): void {
  const {
    fill,
    fillOpacity = 1,
    stroke,
    strokeWidth = 1,
    strokeOpacity = 1,
    dash = [],
    roundEnds,
    roundCorners,
  } = shape;
  const alpha = context.globalAlpha;
  context.beginPath();
  for (const step of absolute(shape)) {
    if (step[0] === "move") context.moveTo(step[1], step[2]);
    else if (step[0] === "line") context.lineTo(step[1], step[2]);
    else if (step[0] === "curve") context.bezierCurveTo(step[1], step[2], step[3], step[4], step[5], step[6]);
    else context.closePath();
  }
  if (fill && fill !== "none") {
    context.fillStyle = fill;
    context.globalAlpha = alpha * fillOpacity;
    context.fill();
  }
  if (stroke) {
    context.strokeStyle = stroke;
    context.globalAlpha = alpha * strokeOpacity;
    context.lineWidth = strokeWidth;
    context.lineCap = roundEnds ? "round" : "butt";
    context.lineJoin = roundCorners ? "round" : "miter";
    context.setLineDash([...dash]);
    context.stroke();
  }
  context.globalAlpha = alpha;
}

function paintText(context: Context, { text, x, y, size, face, fill, anchor }: Text): void {
  context.font = `${isBold(face) ? "bold " : ""}${size}px "${CANVAS_FAMILY[face]}", ${FALLBACK[face]}`;
  context.textAlign = ALIGN[anchor];
  context.fillStyle = fill;
  context.fillText(text, x, y);
}
