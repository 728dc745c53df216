// The core without a browser: `ngw.render(request)` in a bare V8 (mini-racer, Node). One string in, one string out, no timers.
//
// request, as JSON:
//   elements     the element list of to_elements()
//   legend       legend.json
//   title        drawn above the picture; default none
//   expanded     ids of open sub-graphs, or "all"; default "all"
//   hidden_kinds kinds not drawn; default ["Value"] (literals folded into their node)
//   steps        iterator id -> pass shown, or "all"; default the first
//   only         ids of a slice; default everything
//   positions    id -> [x, y]: how far boxes were dragged, in px
//   arrangement  "flow" (values run down) or "lanes" (a column for each run, in order of execution); default "flow"
//   theme        "light" or "dark"; default "light"
//   show_legend  default true
//   footer       a line at the bottom
//   transparent  no page behind the picture; default false
//   embed_font   put the fonts in the SVG; default false
//   max_elements most boxes drawn; "all" opens no further than that; default 500
// answer, as JSON: {svg, width, height (px), visible, hidden (numbers of boxes), warnings} or {error}

import { elkSync } from "./elk";
import { layoutSync, type Positions } from "./layout";
import { legendEntries } from "./legend";
import { paint, paintedSize } from "./paint";
import { buildScene, expansionWithin, indexElements } from "./scene";
import type { Element, Legend, Theme, ViewState } from "./types";

export interface RenderRequest {
  elements: Element[];
  legend: Legend;
  title?: string;
  expanded?: string[] | "all";
  hidden_kinds?: string[];
  steps?: Record<string, number | "all">;
  only?: string[];
  positions?: Positions;
  arrangement?: "flow" | "lanes";
  theme?: Theme;
  show_legend?: boolean;
  footer?: string;
  transparent?: boolean;
  embed_font?: boolean;
  max_elements?: number;
}

export interface Rendered {
  svg: string;
  width: number;
  height: number;
  visible: number;
  hidden: number;
  warnings: string[];
}

export function draw(request: RenderRequest): Rendered {
  const { elements, legend, expanded = "all", steps = {}, max_elements: limit = 500 } = request;
  const index = indexElements(elements);
  const warnings: string[] = [];
  const hiddenKinds = new Set(request.hidden_kinds ?? ["Value"]);
  const state: ViewState = { expanded: new Set(), hiddenKinds, steps, limit };
  if (request.only) state.only = new Set(request.only);
  if (expanded === "all") {
    const { open, closed } = expansionWithin(index, limit, { steps, hiddenKinds });
    state.expanded = open;
    if (closed) warnings.push(`${closed} sub-graph${closed === 1 ? "" : "s"} closed: more than ${limit} boxes`);
  } else state.expanded = new Set(expanded);
  const footer = [...warnings, request.footer].filter(Boolean).join(" · "); // paint itself says how many boxes are not drawn
  const scene = buildScene(elements, state, legend);
  if (scene.hidden) warnings.push(`${scene.hidden} boxes are not drawn: the picture has at most ${limit}`);
  const placed = layoutSync(scene, elkSync, { arrangement: request.arrangement ?? "flow", positions: request.positions ?? {} });
  const svg = paint(placed, legend, {
    theme: request.theme ?? "light",
    legend: request.show_legend ?? true,
    entries: legendEntries(index, legend),
    hiddenKinds,
    ...(request.title ? { title: request.title } : {}),
    footer,
    transparent: request.transparent ?? false,
    embedFont: request.embed_font ?? false,
  });
  return { svg, ...paintedSize(svg), visible: scene.nodes.length, hidden: scene.hidden, warnings };
}

function render(request: string): string {
  try {
    return JSON.stringify(draw(JSON.parse(request) as RenderRequest));
  } catch (error) {
    return JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
  }
}

(globalThis as { ngw?: object }).ngw = { render };
