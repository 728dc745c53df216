// Distances that every layout keeps, in px of the drawing.

import type { SceneNode } from "../core/types";

export const MARGIN = 20; // around the drawing
export const TOP = 42; // from the top of an open sub-graph to what it holds, with its header between them
export const SIDE = 18; // the same at its other sides
export const GAP = 26; // between boxes of a row
export const CORNER = 12; // px at a box's corners where no edge meets it
export const WIDEST = 4000; // of a row, past which it goes on in the next

const BEGIN = 20; // from the header to what a sub-graph with a rail holds, more than in others: room for the rail's top

/** From an open sub-graph's left side to what it holds. */
export function leftOf({ rail = 0 }: SceneNode): number {
  return SIDE + rail;
}

/** From its top to what it holds. */
export function topOf({ rail }: SceneNode): number {
  return rail === undefined ? TOP : TOP + BEGIN;
}
