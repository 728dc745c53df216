// A kind's colour and shape in small, as the legend below a picture and the panels show it.

import type { Box } from "../core/types";
import type { KindStyle, Theme } from "../generated/schema";
import { COLORS, GROUP_TINT, mix } from "./colors";
import type { Figure } from "./marks";
import { nodeOutline, path, rounded } from "./path";

export const SWATCH = { width: 20, height: 14 };

export function swatch(style: KindStyle, x: number, y: number, theme: Theme): Figure {
  const color = style[theme];
  const { page } = COLORS[theme];
  const box: Box = { x: rounded(x), y: rounded(y), ...SWATCH };
  if (style.role === "group")
    return {
      shapes: [
        { rect: box, radius: 3, fill: mix(color, page, GROUP_TINT[theme]), stroke: color, strokeWidth: 1.2 },
        { path: path(["M", x + 3, y + 4], ["h", 6]), stroke: color, strokeWidth: 1.4 },
      ],
    };
  const share = style.color === "black" ? 0 : style.noun === "write" ? 1 : 0.12; // as boxes are filled
  return {
    shapes: [
      {
        path: nodeOutline({ x, y, ...SWATCH }, style.shape, 3),
        fill: mix(color, page, share),
        stroke: color,
        strokeWidth: 1.6,
      },
    ],
  };
}
