// The signs of a drawing that are no kind of node, for its legend: each that is used, in words.

import { hue, styleOf } from "../core/kinds";
import { type Lit, reachedWords } from "../core/reach";
import type { Scene } from "../core/types";
import type { Legend, Theme } from "../generated/schema";
import { COLORS } from "./colors";
import type { Figure, Ink } from "./marks";
import { path } from "./path";
import { MAY_DASH } from "./rail";
import { SWATCH, swatch } from "./swatch";

export interface Sign {
  words: string;
  mark(x: number, y: number): Figure;
}

export function signsOf({ nodes, edges }: Scene, legend: Legend, theme: Theme, lit?: Lit): Sign[] {
  const { rail, reached } = COLORS[theme];
  const signs: Sign[] = [];
  const line = (words: string, ink: Ink): void => {
    const mark = (x: number, y: number): Figure => ({
      shapes: [{ path: path(["M", x, y + SWATCH.height / 2], ["h", SWATCH.width]), ...ink }],
    });
    signs.push({ words, mark });
  };
  if (nodes.some(({ write, data }) => write && data.kind === "Operation"))
    signs.push({
      words: "write in place",
      mark: (x, y) => swatch(styleOf(legend, "SwapProtocol"), x, y, theme),
    });
  if (nodes.some((node) => node.rail !== undefined)) line("the model runs", { stroke: rail, strokeWidth: 7 });
  if (lit?.sure.has("proven")) line(reachedWords(lit, "proven"), { stroke: reached, strokeWidth: 4 });
  if (lit?.sure.has("may")) line(reachedWords(lit, "may"), { stroke: reached, strokeWidth: 3, dash: MAY_DASH });
  if (edges.some(({ kind }) => kind === "bridge"))
    line("a value from another sub-graph", {
      stroke: hue(legend, "BridgeProtocol", theme),
      strokeWidth: 1.6,
      dash: [5, 3],
    });
  return signs;
}
