// How large texts and boxes are, in px of the drawing.

import type { KindStyle } from "../generated/schema";
import { measure } from "./font";
import type { SceneEdge, SceneNode } from "./types";

/** Font sizes, in px. The smallest is to be read, too, in a drawing that is not shown as large as it is. */
export const TITLE = 12;
export const SUBTITLE = 10.5;
export const GROUP_TITLE = 12.5;
export const NOTE = 10.5;
export const READABLE = 9 / SUBTITLE; // zoom at which the smallest text has 9 px
export const LARGEST = 1.4; // zoom of a small drawing
export const WIDEST = 288; // of a text in a node
export const WIDEST_GROUP = 420; // of a text in a sub-graph's header
export const PENCIL = 18; // px before the title of a write: its sign
export const MOST_NAMED = 12; // arguments of a node whose names are drawn at their arrows
export const NAME_GAP = 10; // between an argument's name and the next arrow

/** What is written at an arrow: the argument's name, the part of the value, and how many edges it stands for. */
export function edgeText({ label, output, count }: SceneEdge): string {
  return [label, output, count > 1 ? `×${count}` : ""].filter(Boolean).join(" ");
}

export function edgeTextWidth(edge: SceneEdge): number {
  return measure(edgeText(edge), SUBTITLE, "mono");
}

/** Sizes a node to its texts and its shape. */
export function size(node: SceneNode, shape: KindStyle["shape"]): void {
  const note = node.note ? measure(` ${node.note}`, TITLE, "monoBold") : 0;
  const pencil = node.write ? PENCIL : 0;
  const text = Math.max(
    pencil + measure(node.title, TITLE, "monoBold") + note,
    measure(node.subtitle ?? "", SUBTITLE, "mono"),
  );
  node.width = Math.max(Math.ceil(text) + (shape === "box" ? 24 : 32), 64);
  node.height = node.subtitle ? 38 : 28;
}

export function sizeClosed(node: SceneNode): void {
  node.width = Math.max(headerWidth(node), Math.ceil(30 + measure(node.subtitle ?? "", NOTE, "sans") + 16));
  node.height = node.subtitle ? 54 : 34;
}

/** Where what a run was given is in the header of a sub-graph, in px from its left side. */
export function givenAt(node: SceneNode): number {
  return 30 + measure(node.title, GROUP_TITLE, "sansBold") + 10;
}

/** The width that a sub-graph's header needs, in px. */
export function headerWidth(node: SceneNode): number {
  return Math.ceil(
    givenAt(node) + measure(node.given ?? "", NOTE, "sans") + 14 + measure(node.note ?? "", NOTE, "sans") + 14,
  );
}
