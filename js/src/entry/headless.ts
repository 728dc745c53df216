// The core without a browser, in a bare V8 (mini-racer, Node): strings in, strings out, no timers.
//
// ngw.render(request): a graph as SVG. The request is a DrawingRequest as JSON, which export/wire.py describes. Its answer, as
// JSON: {svg, and what is said of it (Said)} or {error}.
// ngw.pdf(request): that picture as PDF. Its answer: {pdf (a character for each byte), lacking (texts that the bundled fonts
// cannot write), and what is said} or {error}.
// ngw.raster(request): the same PDF without compression, which PDFium turns into pixels. If the bundled fonts lack a
// character, the answer has the svg, too.

import { strFromU8 } from "fflate";
import { type Item, indexElements } from "../core/elementIndex";
import { behaves, legendEntries } from "../core/kinds";
import { expansionWithin } from "../core/open";
import { type Lit, litAtFirst, litIn, reachOf } from "../core/reach";
import { buildScene } from "../core/scene";
import type { Placed, ViewState } from "../core/types";
import type { DrawingRequest, Said } from "../generated/schema";
import { elkSync } from "../layout/elk";
import { layoutSync } from "../layout/layout";
import { draw } from "../picture/draw";
import type { Picture } from "../picture/marks";
import { pdf } from "../picture/pdf";
import { svg } from "../picture/svg";

interface Drawn {
  placed: Placed;
  lit: Lit;
  picture: Picture;
  said: Said;
}

/** The drawing that a request asks for, and what is to be said of it. */
export function drawn(request: DrawingRequest): Drawn {
  const { elements, kinds, expanded, steps, max_elements: limit } = request;
  const index = indexElements(elements);
  const warnings: string[] = [];
  const hiddenKinds = new Set(request.hidden_kinds);
  const state: ViewState = { expanded: new Set(), hiddenKinds, steps, limit };
  if (expanded === "all" || expanded === "auto") {
    const folded = ({ data }: Item) => expanded === "auto" && behaves(data.kind, "folded") && data.status !== "failed";
    const { open, closed } = expansionWithin(index, limit, { steps, hiddenKinds }, index.roots, folded);
    state.expanded = open;
    if (closed) warnings.push(`${closed} sub-graph${closed === 1 ? "" : "s"} closed: more than ${limit} boxes`);
  } else state.expanded = new Set(expanded);
  // the picture itself says how many boxes are not drawn
  const footer = [...warnings, request.footer].filter(Boolean).join(" · ");
  const scene = buildScene(elements, state, kinds);
  if (scene.hidden) warnings.push(`${scene.hidden} boxes are not drawn: the picture has at most ${limit}`);
  if (scene.cut) warnings.push(`${scene.cut} edges are not drawn: they could not be told apart`);
  const { arrangement, positions, theme, legend, title, transparent } = request;
  const placed = layoutSync(scene, elkSync, { arrangement, positions });
  const lit = litIn(scene, index, reachOf(index, litAtFirst(index)));
  const picture = draw(placed, kinds, {
    theme: theme === "auto" ? "light" : theme, // a picture has no page to follow
    legend,
    entries: legendEntries(index, kinds),
    hiddenKinds,
    ...(title ? { title } : {}),
    footer,
    lit,
    transparent,
  });
  const { width, height } = picture;
  return { placed, lit, picture, said: { width, height, visible: scene.nodes.length, hidden: scene.hidden, warnings } };
}

export function render(request: DrawingRequest) {
  const { picture, said } = drawn(request);
  return { svg: svg(picture, request.embed_font), ...said };
}

function document(request: DrawingRequest) {
  const { picture, said } = drawn(request);
  const { bytes, lacking } = pdf(picture, request.title);
  return { pdf: strFromU8(bytes, true), lacking, ...said };
}

function raster(request: DrawingRequest) {
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
