// The bundled fonts in the page.

import { type Face, isBold } from "../core/font";
import { WOFF } from "../generated/fontdata";
import { CANVAS_FAMILY } from "../picture/canvas";

let fonts: Promise<void> | undefined;

/** Loads the fonts into the page, once. Text that is drawn before they are loaded is in a font of the page. */
export function loadFonts(): Promise<void> {
  fonts ??= Promise.all(
    (Object.keys(CANVAS_FAMILY) as Face[]).map(async (face) => {
      const bytes = Uint8Array.from(atob(WOFF[face]), (char) => char.charCodeAt(0));
      document.fonts.add(
        await new FontFace(CANVAS_FAMILY[face], bytes.buffer, { weight: isBold(face) ? "700" : "400" }).load(),
      );
    }),
  ).then(() => undefined);
  return fonts;
}
