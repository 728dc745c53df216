// Distances that every layout keeps, in px of the drawing.

export const MARGIN = 20; // around the drawing
export const TOP = 42; // from the top of an open sub-graph to what it holds, with its header between them
export const SIDE = 18; // the same at its other sides
export const GAP = 26; // between boxes of a row
export const CORNER = 12; // px at a box's corners where no edge meets it
export const WIDEST = 4000; // of a row, past which it goes on in the next
