// The core without a browser, in a bare V8 (mini-racer, Node): strings in, strings out, no timers.
//
// ngw.render(request): a graph as SVG. The request, as JSON:
//   elements     the element list of to_elements()
//   legend       legend.json
//   title        drawn above the picture; default none
//   expanded     ids of open sub-graphs, "all", or "auto": all but helper functions that did not fail; default "all"
//   hidden_kinds kinds not drawn; default ["Value"] (literals folded into their node)
//   steps        iterator id -> pass shown, or "all"; default firstShown()
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
// ngw.pdf(request): that picture as PDF. The request is render's, and
//   document_title  what the PDF says that it is called
// Its answer, as JSON: {pdf (a character for each byte), lacking (texts that the bundled fonts cannot write), width, height (px),
// visible, hidden, warnings} or {error}
//
// ngw.raster(request): the same PDF without compression, which PDFium turns into pixels. If the bundled fonts lack a character, the
// answer has the svg, too.

import { strFromU8 } from "fflate";
import { type Item, indexElements } from "../core/elementIndex";
import { legendEntries, styleOf } from "../core/kinds";
import { expansionWithin } from "../core/open";
import { type Lit, litAtFirst, litIn, reachOf } from "../core/reach";
import { buildScene } from "../core/scene";
import type { Placed, ViewState } from "../core/types";
import type { Element, Legend, Positions, Theme } from "../generated/schema";
import { elkSync } from "../layout/elk";
import { layoutSync } from "../layout/layout";
import { draw } from "../picture/draw";
import type { Picture } from "../picture/marks";
import { pdf } from "../picture/pdf";
import { svg } from "../picture/svg";

export interface RenderRequest {
  elements: Element[];
  legend: Legend;
  title?: string;
  expanded?: string[] | "all" | "auto";
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

interface Drawn {
  placed: Placed;
  lit: Lit;
  picture: Picture;
  said: { width: number; height: number; visible: number; hidden: number; warnings: string[] };
}

/** The drawing that a request asks for, and what is to be said of it. */
export function drawn(request: RenderRequest): Drawn {
  const { elements, legend, expanded = "all", steps = {}, max_elements: limit = 500 } = request;
  const index = indexElements(elements);
  const warnings: string[] = [];
  const hiddenKinds = new Set(request.hidden_kinds ?? ["Value"]);
  const state: ViewState = { expanded: new Set(), hiddenKinds, steps, limit };
  if (request.only) state.only = new Set(request.only);
  if (expanded === "all" || expanded === "auto") {
    const folded = ({ data }: Item) =>
      expanded === "auto" && styleOf(legend, data.kind, true).folded === true && data.status !== "failed";
    const { open, closed } = expansionWithin(index, limit, { steps, hiddenKinds }, index.roots, folded);
    state.expanded = open;
    if (closed) warnings.push(`${closed} sub-graph${closed === 1 ? "" : "s"} closed: more than ${limit} boxes`);
  } else state.expanded = new Set(expanded);
  // the picture itself says how many boxes are not drawn
  const footer = [...warnings, request.footer].filter(Boolean).join(" · ");
  const scene = buildScene(elements, state, legend);
  if (scene.hidden) warnings.push(`${scene.hidden} boxes are not drawn: the picture has at most ${limit}`);
  if (scene.cut) warnings.push(`${scene.cut} edges are not drawn: they could not be told apart`);
  const placed = layoutSync(scene, elkSync, {
    arrangement: request.arrangement ?? "flow",
    positions: request.positions ?? {},
  });
  const lit = litIn(scene, index, reachOf(index, litAtFirst(index)));
  const picture = draw(placed, legend, {
    theme: request.theme ?? "light",
    legend: request.show_legend ?? true,
    entries: legendEntries(index, legend),
    hiddenKinds,
    ...(request.title ? { title: request.title } : {}),
    footer,
    lit,
    transparent: request.transparent ?? false,
  });
  const { width, height } = picture;
  return { placed, lit, picture, said: { width, height, visible: scene.nodes.length, hidden: scene.hidden, warnings } };
}

export function render(request: RenderRequest) {
  const { picture, said } = drawn(request);
  return { svg: svg(picture, request.embed_font), ...said };
}

function document(request: RenderRequest & { document_title: string }) {
  const { picture, said } = drawn(request);
  const { bytes, lacking } = pdf(picture, request.document_title);
  return { pdf: strFromU8(bytes, true), lacking, ...said };
}

function raster(request: RenderRequest) {
  const { picture, said } = drawn(request);
  const { bytes, lacking } = pdf(picture, "", { compressed: false });
  return { pdf: strFromU8(bytes, true), ...(lacking.length ? { svg: svg(picture) } : {}), ...said };
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

(globalThis as { ngw?: object }).ngw = {
  render: answering(render),
  pdf: answering(document),
  raster: answering(raster),
};
