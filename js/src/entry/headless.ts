// The core without a browser, in a bare V8 (mini-racer, Node): strings in, strings out, no timers.
//
// ngw.render(request): a graph as SVG. The request, as JSON:
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
// Its answer, as JSON: {svg, width, height (px), visible, hidden (numbers of boxes), warnings} or {error}
//
// ngw.pdf(request): that SVG as PDF. The request, as JSON: {svg, title, compressed}.
// Its answer, as JSON: {pdf (a character for each byte), lacking (texts that the bundled fonts cannot write)} or {error}

import { strFromU8 } from "fflate";
import { elkSync } from "../layout/elk";
import { layoutSync, type Positions } from "../layout/layered";
import { legendEntries } from "../core/kinds";
import { paint, paintedSize } from "../picture/draw";
import { pdf } from "../picture/pdf";
import { buildScene, expansionWithin, indexElements } from "../core/scene";
import type { Element, Legend, Theme, ViewState } from "../core/types";

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
  if (scene.cut) warnings.push(`${scene.cut} edges are not drawn: they could not be told apart`);
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

function sheet({ svg, title, compressed }: { svg: string; title: string; compressed: boolean }): { pdf: string; lacking: string[] } {
  const { bytes, lacking } = pdf(svg, title, { compressed });
  return { pdf: strFromU8(bytes, true), lacking };
}

function answering<Request>(answer: (request: Request) => object): (request: string) => string {
  return (request) => {
    try {
      return JSON.stringify(answer(JSON.parse(request) as Request));
    } catch (error) {
      return JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
    }
  };
}

/** base64 as characters for bytes, which a bare V8 cannot read by itself. */
function atob(base64: string): string {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const out: string[] = [];
  let [bits, held] = [0, 0];
  for (const digit of base64) {
    if (digit === "=") break;
    bits = (bits << 6) | digits.indexOf(digit);
    held += 6;
    if (held >= 8) out.push(String.fromCharCode((bits >> (held -= 8)) & 255));
    bits &= (1 << held) - 1;
  }
  return out.join("");
}

const host = globalThis as { ngw?: object; atob?: typeof atob };
host.atob ??= atob;
host.ngw = { render: answering(draw), pdf: answering(sheet) };
