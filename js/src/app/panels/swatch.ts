// A kind's shape in its colour, as the picture's legend has it, in the panels.

import type { KindStyle, Theme } from "../../generated/schema";
import { s } from "../../host/dom";
import { element } from "../../picture/svg";
import { swatch as mark, SWATCH } from "../../picture/swatch";

const ROOM = 1; // px around it for its border

export function swatch(style: KindStyle, theme: Theme): SVGElement {
  const [width, height] = [SWATCH.width + 2 * ROOM, SWATCH.height + 2 * ROOM];
  const shapes = mark(style, ROOM, ROOM, theme).shapes.map(element);
  return s(
    "svg",
    { class: "swatch", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
    ...shapes.map(([name, attributes]) => s(name, Object.fromEntries(attributes))),
  );
}
