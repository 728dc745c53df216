// A placed scene as marks: what is written on a box, which line an edge is, and the legend below them.

import { type Face, measure } from "../core/font";
import { hue, styleOf, wordOf } from "../core/kinds";
import { edgeText, GROUP_TITLE, givenAt, NOTE, PENCIL, SUBTITLE, TITLE } from "../core/metrics";
import { type Lit, reachedWords } from "../core/reach";
import { shortened } from "../core/text";
import type { Box, LegendEntry, Placed, Point, Scene, SceneEdge, SceneNode } from "../core/types";
import type { Legend, NodeData, Theme } from "../generated/schema";
import { COLORS, edgeColor, groupFills, mix, TINT, writeColors } from "./colors";
import type { Figure, Mark, Picture, Shape, Step, Text } from "./marks";
import { arrowHead, direction, nodeOutline, path, rounded, routePath } from "./path";
import { railMarks, reachedMark } from "./rail";
import { signsOf } from "./signs";
import { swatch } from "./swatch";

export interface DrawOptions {
  theme: Theme;
  title?: string;
  legend: boolean;
  entries?: readonly LegendEntry[]; // what the legend shows: legendEntries()
  hiddenKinds?: ReadonlySet<string>; // struck through in the legend
  footer?: string;
  transparent?: boolean;
  lit?: Lit; // what writes reach
}

const MARGIN = 20;
const CORNER = 8; // px at an edge's corners, where it shares no line with others
const LONG = 200; // px; only longer vertical lines are compared with those that are drawn already
export const TOOLTIP = 600; // characters
const LEGEND_TEXT = 11.5; // font size in px
const [LEGEND_GAP, LEGEND_ROW, NOTE_ROW] = [14, 24, 18]; // px of height

export const EDGE_DASHES: Record<SceneEdge["kind"], readonly number[] | undefined> = {
  data: undefined,
  argument: undefined,
  bridge: [5, 3],
  carried: [2, 3],
  condition: undefined,
  containment: [1, 3],
  order: [1, 3],
  model: undefined,
  may: [5, 3],
  via: [1.5, 3.5],
};

const STATUS_DASHES: Partial<Record<NonNullable<NodeData["status"]>, readonly number[]>> = {
  "not reached": [4, 3],
  "never run": [1.5, 3],
  planned: [6, 3],
};

/** The picture of a drawing, with its title, legend and footer where asked for. */
export function draw(placed: Placed, legend: Legend, options: DrawOptions): Picture {
  const { scene } = placed;
  const colors = COLORS[options.theme];
  const title = options.title ? shortened(options.title, 600, 15, "sansBold") : "";
  const width = Math.max(placed.width, title ? measure(title, 15, "sansBold") + 2 * MARGIN : 0, 320);
  const top = title ? 34 : 0;
  const rows = options.legend ? legendRows(legendItems(scene, legend, options), width) : [];
  const footer = options.footer ? shortened(options.footer, width - 2 * MARGIN, NOTE, "sans") : "";
  const notes = [cutNote(placed), footer].filter(Boolean);
  const bottom = top + placed.height;
  const below = bottom + (rows.length ? LEGEND_GAP + rows.length * LEGEND_ROW : 0);
  const height = below + (notes.length ? 6 + notes.length * NOTE_ROW : 0) + (rows.length || notes.length ? 8 : 0);
  const marks: Mark[] = [];
  if (title) marks.push(text(MARGIN, 30, title, 15, "sansBold", colors.text));
  marks.push({ move: [rounded((width - placed.width) / 2), top], marks: drawing(placed, legend, options.theme) });
  if (rows.length) marks.push(...legendMarks(rows, bottom, width, options.theme));
  notes.forEach(
    (note, row) => void marks.push(text(MARGIN, below + 16 + row * NOTE_ROW, note, NOTE, "sans", colors.mute)),
  );
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    ...(options.title ? { title: options.title.slice(0, TOOLTIP) } : {}),
    ...(options.transparent ? {} : { page: colors.page }),
    marks,
  };

  function drawing(placed: Placed, legend: Legend, theme: Theme): Mark[] {
    const fills = groupFills(scene, legend, theme);
    const box = (node: SceneNode): Box => placed.boxes.get(node.id)!;
    const lines = new Lines();
    const groups = scene.nodes.filter((node) => node.role !== "node");
    return [
      ...groups.map((node): Figure => ({ shapes: [boxShape(node, box(node), legend, theme, fills.get(node.id))] })),
      ...railMarks(scene.nodes, box, theme, options.lit),
      ...scene.edges.flatMap((edge) => edgeMarks(edge, placed.routes.get(edge.id), lines, legend, theme)),
      ...scene.nodes.map((node): Mark => {
        const shape: Figure[] = node.role === "node" ? [{ shapes: [boxShape(node, box(node), legend, theme)] }] : [];
        const opacity = nodeOpacity(node);
        return {
          ...(opacity < 1 ? { opacity } : {}),
          title: facts(node, options.lit).join(" · ").slice(0, TOOLTIP),
          marks: [...shape, ...boxMarks(node, box(node), legend, theme, fills.get(node.id), options.lit)],
        };
      }),
    ];
  }
}

function cutNote({ scene: { hidden, cut } }: Placed): string {
  return [hidden && `+${hidden} more not drawn`, cut && `+${cut} edges not drawn`].filter(Boolean).join(" · ");
}

/** The box of a node, or the area of a sub-graph, whose colour is `inside`. */
export function boxShape(node: SceneNode, box: Box, legend: Legend, theme: Theme, inside?: string): Shape {
  const { data, changes } = node;
  const colors = COLORS[theme];
  const failed = data.status === "failed";
  if (node.role !== "node") {
    const fill = inside ?? colors.page;
    const dashed = data.taken === false || (data.status && !failed);
    return {
      rect: roundedBox(box),
      radius: 10,
      fill,
      stroke: failed ? colors.failed : mix(hue(legend, data.kind, theme, true), fill, 0.6),
      strokeWidth: failed ? 2 : changes ? 2.6 : 1.2,
      ...(dashed ? { dash: [6, 4] } : {}),
    };
  }
  const style = styleOf(legend, data.kind);
  if (node.write) {
    const { fill } = writeColors(legend, theme);
    return { path: nodeOutline(box, style.shape), fill, stroke: fill, strokeWidth: 1.5 };
  }
  const dash = data.status && STATUS_DASHES[data.status];
  return {
    path: nodeOutline(box, style.shape),
    fill: mix(style[theme], colors.page, data.status === "planned" || style.color === "black" ? 0 : TINT[theme]),
    stroke: failed ? colors.failed : style[theme],
    strokeWidth: changes ? 3 : failed ? 2.2 : style.color === "black" ? 1.1 : 1.5, // what is computed is quiet
    ...(dash ? { dash } : {}),
  };
}

/** Nodes that did not run are pale. */
export function nodeOpacity({ role, data: { status } }: SceneNode): number {
  return role === "node" && (status === "not reached" || status === "never run") ? 0.6 : 1;
}

/** What is on a box: its texts, the sign of a sub-graph that is open or closed, and the sign of a failure. */
export function boxMarks(node: SceneNode, box: Box, legend: Legend, theme: Theme, inside?: string, lit?: Lit): Mark[] {
  const colors = COLORS[theme];
  const { x, y } = box;
  const failed = node.data.status === "failed";
  const sure = lit?.boxes.get(node.id);
  const reached = sure ? [reachedMark(node, box, sure, theme)] : [];
  if (node.role === "node") {
    const middle = x + box.width / 2;
    const title = node.note ? `${node.title} ${node.note}` : node.title;
    const ink = node.write ? writeColors(legend, theme).text : colors.text;
    const baseline = y + (node.subtitle ? 16.5 : 18.5);
    const start = node.write ? PENCIL / 2 : 0;
    const marks: Mark[] = [...reached, text(middle + start, baseline, title, TITLE, "monoBold", ink, "middle")];
    if (node.write) {
      const left = middle - start - measure(title, TITLE, "monoBold") / 2;
      marks.push(pencil(left, baseline - 9.5, ink));
    }
    const second = node.write ? ink : colors.mute;
    if (node.subtitle) marks.push(text(middle, y + 30, node.subtitle, SUBTITLE, "mono", second, "middle"));
    if (node.data.note) marks.push(warning(x + 4, y + 1, theme));
    if (failed) marks.push(cross(x + box.width - 3, y + 2, theme));
    return marks;
  }
  const color = hue(legend, node.data.kind, theme, true);
  const chevron: Step[] =
    node.role === "open"
      ? [
          ["l", 5, 6],
          ["l", 5, -6],
        ]
      : [
          ["m", 2, -2],
          ["l", 6, 5],
          ["l", -6, 5],
        ];
  const marks: Mark[] = [
    ...reached,
    ...plates(node, box).map(
      (plate): Figure => ({
        shapes: [{ rect: roundedBox(plate), radius: 5, fill: inside ?? colors.page, fillOpacity: 0.9 }],
      }),
    ),
    {
      shapes: [
        {
          path: path(["M", x + 12, y + 14], ...chevron),
          fill: "none",
          stroke: color,
          strokeWidth: 1.8,
          roundEnds: true,
          roundCorners: true,
        },
      ],
    },
    text(x + 30, y + 21, node.title, GROUP_TITLE, "sansBold", color),
  ];
  if (node.given) marks.push(text(x + givenAt(node), y + 21, node.given, NOTE, "sans", colors.mute));
  if (node.note) marks.push(text(x + box.width - 12, y + 21, node.note, NOTE, "sans", colors.mute, "end"));
  if (node.subtitle) marks.push(text(x + 30, y + 41, node.subtitle, NOTE, "sans", colors.mute));
  if (failed) marks.push(cross(x + box.width, y, theme));
  return marks;
}

/** Areas behind the texts of an open sub-graph's header, so that edges do not run through the texts. */
function plates(node: SceneNode, { x, y, width }: Box): Box[] {
  if (node.role !== "open") return [];
  const title = { x: x + 9, y: y + 8, width: givenAt(node) + measure(node.given ?? "", NOTE, "sans") - 13, height: 19 };
  if (!node.note) return [title];
  const note = measure(node.note, NOTE, "sans");
  return [title, { x: x + width - note - 16, y: y + 8, width: note + 8, height: 19 }];
}

/** The sign of a write, a pencil, in 11 px. */
function pencil(x: number, y: number, color: string): Figure {
  return {
    shapes: [
      { path: path(["M", x + 0.5, y + 10.5], ["l", 0.9, -3.6], ["l", 2.7, 2.7], ["z"]), fill: color },
      { path: path(["M", x + 2, y + 6.3], ["l", 5, -5], ["l", 2.7, 2.7], ["l", -5, 5], ["z"]), fill: color },
    ],
  };
}

/** The sign of a failure, a cross in a disc, which is seen without colour, too. */
function cross(x: number, y: number, theme: Theme): Figure {
  const { failed, page } = COLORS[theme];
  return {
    shapes: [
      { circle: { x: rounded(x), y: rounded(y), radius: 7 }, fill: failed },
      {
        path: path(["M", x - 2.6, y - 2.6], ["l", 5.2, 5.2], ["m", 0, -5.2], ["l", -5.2, 5.2]),
        stroke: page,
        strokeWidth: 1.8,
        roundEnds: true,
      },
    ],
  };
}

/** The sign of a note, an exclamation mark in a triangle. */
function warning(x: number, y: number, theme: Theme): Figure {
  const { note, page } = COLORS[theme];
  return {
    shapes: [
      { path: path(["M", x, y - 7], ["l", 7.5, 13], ["l", -15, 0], ["l", 7.5, -13]), fill: note },
      { path: path(["M", x, y - 2.5], ["l", 0, 3.6]), stroke: page, strokeWidth: 1.6, roundEnds: true },
      { circle: { x: rounded(x), y: rounded(y + 3.6), radius: 0.9 }, fill: page },
    ],
  };
}

/** A way through the model is thick. */
export function edgeWidth({ kind }: SceneEdge): number {
  return kind === "model" ? 2.6 : kind === "may" ? 2 : 1.3;
}

function edgeMarks(edge: SceneEdge, route: Point[] | undefined, lines: Lines, legend: Legend, theme: Theme): Mark[] {
  if (!route) return [];
  const color = edgeColor(edge, legend, theme);
  const dash = EDGE_DASHES[edge.kind];
  const [end, before] = [route[route.length - 1]!, route[route.length - 2]!];
  const [ux, uy] = direction(before, end);
  const line = [...route.slice(0, -1), { x: end.x - ux * 6, y: end.y - uy * 6 }];
  const figure: Figure = {
    shapes: [
      {
        path: (dash ? [line] : lines.undrawn(line, color)).flatMap(routePath),
        fill: "none",
        stroke: color,
        strokeWidth: edgeWidth(edge),
        ...(dash ? { dash } : {}),
      },
      { path: arrowHead(end, ux, uy), fill: color },
    ],
  };
  return [figure, ...edgeTexts(edge, before, end, theme)];
}

/** What is written beside an edge's arrow head, which comes from `before` to `end`. */
export function edgeTexts(edge: SceneEdge, before: Point, end: Point, theme: Theme): Text[] {
  const label = edgeText(edge);
  const [ux, uy] = direction(before, end);
  return label ? [text(end.x - ux * 10 + 5, end.y - uy * 10 + 3, label, SUBTITLE, "mono", COLORS[theme].mute)] : [];
}

/** Long lines that are drawn already. Thousands of edges may share a way, and each piece of it is drawn once. */
class Lines {
  // colour and x -> where a long line runs down
  private readonly drawn = new Map<string, [top: number, bottom: number]>();

  /** A line without the pieces that run down where another line of its colour does. */
  undrawn(line: Point[], color: string): Point[][] {
    const parts: Point[][] = [[line[0]!]];
    for (let at = 1; at < line.length; at++) {
      const [from, to] = [line[at - 1]!, line[at]!];
      const [top, bottom] = [Math.min(from.y, to.y) + CORNER, Math.max(from.y, to.y) - CORNER];
      if (from.x === to.x && bottom - top > LONG) {
        const key = `${color} ${from.x}`;
        const [start, end] = this.drawn.get(key) ?? [0, 0];
        const [a, b] = [Math.max(start, top), Math.min(end, bottom)];
        if (a < b) {
          const down = from.y < to.y;
          parts[parts.length - 1]!.push({ x: from.x, y: down ? a : b });
          parts.push([{ x: from.x, y: down ? b : a }]);
          this.drawn.set(key, [Math.min(start, top), Math.max(end, bottom)]);
        } else if (bottom - top > end - start) this.drawn.set(key, [top, bottom]);
      }
      parts[parts.length - 1]!.push(to);
    }
    return parts;
  }
}

function text(
  x: number,
  y: number,
  text: string,
  size: number,
  face: Face,
  fill: string,
  anchor: Text["anchor"] = "start",
): Text {
  return { text, x: rounded(x), y: rounded(y), size, face, fill, anchor };
}

function roundedBox({ x, y, width, height }: Box): Box {
  return { x: rounded(x), y: rounded(y), width: rounded(width), height: rounded(height) };
}

/** A kind or a sign in the legend. */
interface LegendItem {
  width: number;
  mark(x: number, y: number): Mark;
}

function legendItems(
  scene: Scene,
  legend: Legend,
  { theme, entries = [], hiddenKinds, lit }: DrawOptions,
): LegendItem[] {
  return [
    ...entries.map((entry): LegendItem => {
      const hidden = hiddenKinds?.has(entry.kind) ?? false;
      return { width: entryWidth(entry), mark: (x, y) => legendEntryMark(entry, x, y, theme, hidden) };
    }),
    ...signsOf(scene, legend, theme, lit).map(({ words, mark }): LegendItem => {
      const said = shortened(words, 300, LEGEND_TEXT, "sans");
      return {
        width: 27 + measure(said, LEGEND_TEXT, "sans") + 22,
        mark: (x, y) => ({
          marks: [mark(x, y), text(x + 27, y + 11, said, LEGEND_TEXT, "sans", COLORS[theme].text)],
        }),
      };
    }),
  ];
}

function legendRows(items: readonly LegendItem[], width: number): LegendItem[][] {
  const rows: LegendItem[][] = [];
  let x = Number.POSITIVE_INFINITY;
  for (const item of items) {
    if (x + item.width > width - MARGIN) {
      rows.push([]);
      x = MARGIN;
    }
    rows[rows.length - 1]!.push(item);
    x += item.width;
  }
  return rows;
}

function legendMarks(rows: LegendItem[][], top: number, width: number, theme: Theme): Mark[] {
  const rule: Figure = {
    shapes: [{ path: path(["M", 0, top], ["h", width]), stroke: COLORS[theme].mute, strokeOpacity: 0.25 }],
  };
  const items = rows.flatMap((row, at) => {
    let x = MARGIN;
    return row.map((item) => {
      const mark = item.mark(x, top + LEGEND_GAP + at * LEGEND_ROW);
      x += item.width;
      return mark;
    });
  });
  return [rule, ...items];
}

function legendEntryMark(entry: LegendEntry, x: number, y: number, theme: Theme, hidden: boolean): Mark {
  const { style, kind, count } = entry;
  const colors = COLORS[theme];
  const name = entryName(entry);
  const end = x + 27 + measure(name, LEGEND_TEXT, "sans");
  const strike: Figure = {
    shapes: [{ path: path(["M", x + 26, y + 7], ["H", end + 1]), stroke: colors.text, strokeWidth: 1 }],
  };
  return {
    ...(hidden ? { opacity: 0.5 } : {}),
    title: `${kind}: ${style.meaning}`,
    marks: [
      swatch(style, x, y, theme),
      text(x + 27, y + 11, name, LEGEND_TEXT, "sans", colors.text),
      ...(hidden ? [strike] : []),
      text(end + 7, y + 11, String(count), NOTE, "sans", colors.mute),
    ],
  };
}

function entryWidth(entry: LegendEntry): number {
  return 27 + measure(entryName(entry), LEGEND_TEXT, "sans") + 7 + measure(String(entry.count), NOTE, "sans") + 22;
}

/** The name is cut, because a kind that the legend lacks may have any name. */
function entryName({ style }: LegendEntry): string {
  return shortened(wordOf(style), 240, LEGEND_TEXT, "sans");
}

/** What a node's tooltip says, the name first. */
export function facts({ id, data, title }: SceneNode, lit?: Lit): string[] {
  const type = data.shape ? `[${data.shape.join(", ")}] ${data.dtype ?? ""}` : data.value;
  const note = data.note && `⚠ ${data.note}`;
  const sure = lit?.boxes.get(id);
  const all = [
    data.label || title,
    data.kind,
    data.target,
    type,
    data.variable,
    data.text,
    data.status,
    data.error,
    data.writes && `writes ${data.writes}`,
    lit && sure && reachedWords(lit, sure),
    note,
  ];
  return all.filter((fact, at): fact is string => Boolean(fact) && all.indexOf(fact) === at);
}
