// The bundled fonts: how wide their text is, and their faces. One font for the browser and for files makes boxes the
// same everywhere.

import { WIDTHS, WOFF } from "../generated/fontdata";

export type Face = "sans" | "sansBold" | "mono" | "monoBold";

const EM = 2048;

/** Families as CSS and SVG name them. A label's face is always one of ours first. */
export const FAMILY: Record<Face, string> = {
  sans: "DejaVu Sans, sans-serif",
  sansBold: "DejaVu Sans, sans-serif",
  mono: "DejaVu Sans Mono, monospace",
  monoBold: "DejaVu Sans Mono, monospace",
};

export function isBold(face: Face): boolean {
  return face.endsWith("Bold");
}

const tables = new Map<Face, Map<number, number>>();

/** Advance widths by code point. */
function table(face: Face): Map<number, number> {
  let widths = tables.get(face);
  if (!widths) {
    widths = new Map();
    tables.set(face, widths);
    const runs = WIDTHS[face];
    for (let i = 0; i < runs.length; i += 3)
      for (let code = runs[i]!; code <= runs[i + 1]!; code++) widths.set(code, runs[i + 2]!);
  }
  return widths;
}

/**
 * Width of a text in px.
 *
 * @param size font size in px
 * @param face the face; a character that it lacks counts as a full em, as wide as any fallback draws it
 */
export function measure(text: string, size: number, face: Face = "mono"): number {
  const widths = table(face);
  let units = 0;
  for (const char of text) units += widths.get(char.codePointAt(0)!) ?? EM;
  return (units * size) / EM;
}

/** `@font-face` rules with the fonts inside, for a file or a shadow root that must not depend on what is installed. */
export function fontFaces(faces: readonly Face[] = ["sans", "sansBold", "mono", "monoBold"]): string {
  return faces
    .map(
      (face) =>
        `@font-face{font-family:"${FAMILY[face].split(",")[0]}";font-weight:${isBold(face) ? 700 : 400};` +
        `src:url(data:font/woff;base64,${WOFF[face]}) format("woff")}`,
    )
    .join("");
}
