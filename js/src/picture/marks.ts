// What a picture is made of, as plain data: draw.ts makes marks, and svg.ts, pdf.ts and canvas.ts each put them on
// their own medium. Coordinates are in px of the drawing, y runs down, and no number has more than two decimals.

import type { Face } from "../core/font";
import type { Box } from "../core/types";

export type Mark = Figure | Text | Group;

/** Shapes that belong together, such as a line and its arrow head. */
export interface Figure {
  readonly shapes: readonly Shape[];
}

export type Shape = Outline & Ink;

export type Outline =
  | { readonly rect: Box; readonly radius?: number }
  | { readonly circle: { readonly x: number; readonly y: number; readonly radius: number } }
  | { readonly path: readonly Step[] };

/** A step of a path, named as SVG names it: a capital letter's numbers are places, a small letter's are distances. */
export type Step =
  | readonly ["M" | "L" | "m" | "l", x: number, y: number]
  | readonly ["H" | "h" | "v", distance: number]
  | readonly ["Q", controlX: number, controlY: number, x: number, y: number]
  | readonly ["a", radius: number, x: number, y: number] // a quarter of a circle, clockwise
  | readonly ["z"];

export interface Ink {
  readonly fill?: string; // "none" where a path with corners is only a line
  readonly fillOpacity?: number;
  readonly stroke?: string;
  readonly strokeWidth?: number; // 1 if absent
  readonly strokeOpacity?: number;
  readonly dash?: readonly number[];
  readonly roundEnds?: boolean;
  readonly roundCorners?: boolean;
}

export interface Text {
  readonly text: string; // on one line, with nothing invisible in it
  readonly x: number;
  readonly y: number; // of the baseline
  readonly size: number;
  readonly face: Face;
  readonly fill: string;
  readonly anchor: "start" | "middle" | "end"; // what of the text is at x
}

/** Marks that are moved, faded or explained as one. */
export interface Group {
  readonly marks: readonly Mark[];
  readonly move?: readonly [x: number, y: number];
  readonly opacity?: number;
  readonly title?: string; // what a reader of the SVG sees under the pointer
}

/** A whole picture; without a page colour it is transparent. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly title?: string;
  readonly page?: string;
  readonly marks: readonly Mark[];
}
