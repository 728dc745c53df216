// A placed scene as SVG text: plain attributes only, so that every reader draws the same, byte for byte alike everywhere.

import { type Face, FAMILY, fontFaces, isBold, measure } from "../core/font";
import { hue, styleOf } from "../core/kinds";
import { edgeText, GROUP_TITLE, NOTE, SUBTITLE, TITLE } from "../core/scene";
import { fit, xml } from "../core/text";
import type { Box, Legend, LegendEntry, PaintOptions, Placed, Point, Scene, SceneEdge, SceneNode, Theme } from "../core/types";

/** Colours that are not a kind's. */
export const COLORS = {
  light: { page: "#ffffff", text: "#1b2330", mute: "#5d6778", edge: "#8793a5", highlight: "#2f6fed", failed: "#c62828" },
  dark: { page: "#14171c", text: "#e6eaf0", mute: "#98a2b3", edge: "#6b7686", highlight: "#7aa7ff", failed: "#ff7b7b" },
} as const;

export const TINT = { light: 0.08, dark: 0.16 }; // of a node's hue inside it
export const GROUP_TINT = { light: 0.045, dark: 0.09 };
const MARGIN = 20;
const RADIUS = 8; // of an edge's corners
const LONG = 200; // px down that a line is looked at for whether it is there already
const TOOLTIP = 600; // characters

export const DASHES: Record<SceneEdge["kind"], string | undefined> = {
  data: undefined,
  argument: undefined,
  bridge: "5 3",
  carried: "2 3",
  condition: undefined,
  containment: "1 3",
  order: "1 3",
  via: "1.5 3.5",
};

/** The SVG text of a drawing, with its title, legend and footer where asked for. */
export function paint(placed: Placed, legend: Legend, options: PaintOptions): string {
  return new Painter(placed, legend, options).svg();
}

/** The size of that SVG in px. */
export function paintedSize(svg: string): { width: number; height: number } {
  const [, width, height] = /^<svg [^>]*?width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  return { width: Number(width), height: Number(height) };
}

class Painter {
  private readonly out: string[] = [];
  private readonly drawn = new Map<string, [top: number, bottom: number]>(); // colour and x -> where a long line runs down
  private readonly fills: ReadonlyMap<string, string>;
  private readonly theme: Theme;
  private readonly colors: (typeof COLORS)[Theme];

  constructor(
    private readonly placed: Placed,
    private readonly legend: Legend,
    private readonly options: PaintOptions,
  ) {
    this.theme = options.theme;
    this.colors = COLORS[options.theme];
    this.fills = groupFills(placed.scene, legend, options.theme);
  }

  svg(): string {
    const { placed, options } = this;
    const title = options.title ? fit(options.title, 600, 15, "sansBold") : "";
    const width = Math.max(placed.width, title ? measure(title, 15, "sansBold") + 2 * MARGIN : 0, 320);
    const top = title ? 34 : 0;
    const rows = options.legend ? this.legendRows(width) : [];
    const footer = options.footer ? fit(options.footer, width - 2 * MARGIN, NOTE, "sans") : "";
    const notes = [this.cutNote(), footer].filter(Boolean);
    let height = top + placed.height;
    const bottom = height;
    if (rows.length) height += 14 + rows.length * 24;
    if (notes.length) height += 6 + notes.length * 18;
    if (rows.length || notes.length) height += 8;
    const size = `${n(Math.ceil(width))} ${n(Math.ceil(height))}`;
    const [w, h] = size.split(" ") as [string, string];
    this.out.push(`<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${size}" role="img">`);
    if (options.title) this.out.push(`<title>${xml(options.title.slice(0, TOOLTIP))}</title>`);
    if (options.embedFont) this.out.push(`<defs><style>${fontFaces()}</style></defs>`);
    if (!options.transparent) this.out.push(`<rect width="${w}" height="${h}" fill="${this.colors.page}"/>`);
    if (title) this.text(MARGIN, 30, title, 15, "sansBold", this.colors.text);
    this.out.push(`<g transform="translate(${n((width - placed.width) / 2)} ${n(top)})">`);
    for (const node of placed.scene.nodes) if (node.role !== "node") this.group(node);
    for (const edge of placed.scene.edges) this.edge(edge);
    for (const node of placed.scene.nodes) {
      if (node.role === "node") this.node(node);
      else this.header(node);
    }
    this.out.push("</g>");
    if (rows.length) this.paintLegend(rows, bottom, width);
    notes.forEach((note, row) =>
      this.text(MARGIN, bottom + (rows.length ? 14 + rows.length * 24 : 0) + 16 + row * 18, note, NOTE, "sans", this.colors.mute),
    );
    this.out.push("</svg>");
    return this.out.join("\n");
  }

  private cutNote(): string {
    const { hidden, cut } = this.placed.scene;
    return [hidden && `+${hidden} more not drawn`, cut && `+${cut} edges not drawn`].filter(Boolean).join(" · ");
  }

  private group(node: SceneNode): void {
    const box = this.placed.boxes.get(node.id)!;
    const color = hue(this.legend, node.data.kind, this.theme, true);
    const fill = this.fills.get(node.id)!;
    const failed = node.data.status === "failed";
    const dashed = node.data.taken === false || (node.data.status && !failed);
    this.out.push(
      `<rect ${rect(box)} rx="10" fill="${fill}" stroke="${failed ? this.colors.failed : mix(color, fill, 0.6)}" ` +
        `stroke-width="${groupBorder(node)}"${dashed ? ' stroke-dasharray="6 4"' : ""}/>`,
    );
    if (this.options.selected?.has(node.id)) this.ring(box, 13);
  }

  /** The name and the notes of a sub-graph, over the edges that come in behind them. */
  private header(node: SceneNode): void {
    const box = this.placed.boxes.get(node.id)!;
    const color = hue(this.legend, node.data.kind, this.theme, true);
    const { x, y } = box;
    const right = x + box.width - 12;
    this.begin(node);
    for (const plate of plates(node, box)) this.out.push(`<rect ${rect(plate)} rx="5" fill="${this.fills.get(node.id)!}" fill-opacity="0.9"/>`);
    const chevron = node.role === "open" ? "l5 6l5 -6" : "m2 -2l6 5l-6 5";
    this.out.push(
      `<path d="M${n(x + 12)} ${n(y + 14)}${chevron}" fill="none" stroke="${color}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>`,
    );
    this.text(x + 30, y + 21, node.title, GROUP_TITLE, "sansBold", color);
    if (node.note) this.text(right, y + 21, node.note, NOTE, "sans", this.colors.mute, "end");
    if (node.subtitle) this.text(x + 30, y + 41, node.subtitle, NOTE, "sans", this.colors.mute);
    if (node.data.status === "failed") this.mark(x + box.width, y);
    this.out.push("</g>");
  }


  private node(node: SceneNode): void {
    const box = this.placed.boxes.get(node.id)!;
    const { data } = node;
    const style = styleOf(this.legend, data.kind);
    const color = style[this.theme];
    const failed = data.status === "failed";
    const dash = DASH_OF_STATUS[data.status ?? ""];
    this.begin(node, data.status === "not reached" || data.status === "never run" ? 0.6 : 1);
    const fill = mix(color, this.colors.page, data.status === "planned" ? 0 : TINT[this.theme]);
    this.out.push(
      `<path d="${outline(box, style.shape)}" fill="${fill}" stroke="${failed ? this.colors.failed : color}" ` +
        `stroke-width="${node.changes ? 3 : failed ? 2.2 : 1.5}"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`,
    );
    if (this.options.selected?.has(node.id)) this.ring(box, style.shape === "box" ? 9 : (box.height + 8) / 2);
    const middle = box.x + box.width / 2;
    const title = node.note ? `${node.title} ${node.note}` : node.title;
    this.text(middle, box.y + (node.subtitle ? 16.5 : 18.5), title, TITLE, "monoBold", this.colors.text, "middle");
    if (node.subtitle) this.text(middle, box.y + 30, node.subtitle, SUBTITLE, "mono", this.colors.mute, "middle");
    if (failed) this.mark(box.x + box.width - 3, box.y + 2);
    this.out.push("</g>");
  }

  private begin(node: SceneNode, opacity = 1): void {
    this.out.push(`<g${opacity < 1 ? ` opacity="${opacity}"` : ""}><title>${xml(tooltip(node).slice(0, TOOLTIP))}</title>`);
  }

  private ring(box: Box, radius: number): void {
    const outer = { x: box.x - 4, y: box.y - 4, width: box.width + 8, height: box.height + 8 };
    this.out.push(
      `<rect ${rect(outer)} rx="${n(radius)}" fill="none" stroke="${this.colors.highlight}" stroke-width="2" stroke-opacity="0.55"/>`,
    );
  }

  /** A cross in a disc: what failed, told without colour. */
  private mark(x: number, y: number): void {
    this.out.push(
      `<circle cx="${n(x)}" cy="${n(y)}" r="7" fill="${this.colors.failed}"/>` +
        `<path d="M${n(x - 2.6)} ${n(y - 2.6)}l5.2 5.2m0 -5.2l-5.2 5.2" stroke="${this.colors.page}" stroke-width="1.8" stroke-linecap="round"/>`,
    );
  }

  private edge(edge: SceneEdge): void {
    const route = this.placed.routes.get(edge.id);
    if (!route) return;
    const { selected } = this.options;
    const lit = selected?.has(edge.source) || selected?.has(edge.target);
    const color = lit ? this.colors.highlight : edgeColor(edge, this.legend, this.theme);
    const dash = DASHES[edge.kind];
    const [end, before] = [route[route.length - 1]!, route[route.length - 2]!];
    const [ux, uy] = direction(before, end);
    const stop = { x: end.x - ux * 6, y: end.y - uy * 6 };
    const line = [...route.slice(0, -1), stop];
    this.out.push(
      `<path d="${(dash ? [line] : this.undrawn(line, color)).map(rounded).join("")}" fill="none" stroke="${color}" stroke-width="${lit ? 2 : 1.3}"${dash ? ` stroke-dasharray="${dash}"` : ""}/>` +
        `<path d="${arrow(end, ux, uy)}" fill="${color}"/>`,
    );
    const text = edgeText(edge);
    if (text) this.text(end.x - ux * 10 + 5, end.y - uy * 10 + 3, text, SUBTITLE, "mono", this.colors.mute);
  }

  /** A line without what runs down where another of its colour does: thousands of edges may share a way. */
  private undrawn(line: Point[], color: string): Point[][] {
    const parts: Point[][] = [[line[0]!]];
    for (let at = 1; at < line.length; at++) {
      const [from, to] = [line[at - 1]!, line[at]!];
      // Its corners are its own: only what is straight can be another's too.
      const [top, bottom] = [Math.min(from.y, to.y) + RADIUS, Math.max(from.y, to.y) - RADIUS];
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

  private text(x: number, y: number, text: string, size: number, face: Face, fill: string, anchor = "start"): void {
    const weight = isBold(face) ? ' font-weight="bold"' : "";
    const place = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
    this.out.push(
      `<text x="${n(x)}" y="${n(y)}" font-family="${FAMILY[face]}" font-size="${size}"${weight} fill="${fill}"${place} xml:space="preserve">${xml(text)}</text>`,
    );
  }

  private legendRows(width: number): LegendEntry[][] {
    const rows: LegendEntry[][] = [];
    let x = Infinity;
    for (const entry of this.options.entries ?? []) {
      const w = entryWidth(entry);
      if (x + w > width - MARGIN) {
        rows.push([]);
        x = MARGIN;
      }
      rows[rows.length - 1]!.push(entry);
      x += w;
    }
    return rows;
  }

  private paintLegend(rows: LegendEntry[][], top: number, width: number): void {
    this.out.push(`<path d="M0 ${n(top)}h${n(width)}" stroke="${this.colors.mute}" stroke-opacity="0.25"/>`);
    rows.forEach((row, at) => {
      let x = MARGIN;
      const y = top + 14 + at * 24;
      for (const entry of row) {
        const { style, kind, count } = entry;
        const off = this.options.hiddenKinds?.has(kind);
        this.out.push(`<g${off ? ' opacity="0.5"' : ""}><title>${xml(`${kind}: ${style.meaning}`)}</title>`, swatch(entry, x, y, this.theme, this.colors.page));
        const name = entryName(entry);
        this.text(x + 27, y + 11, name, 11.5, "sans", this.colors.text);
        const end = x + 27 + measure(name, 11.5, "sans");
        if (off) this.out.push(`<path d="M${n(x + 26)} ${n(y + 7)}H${n(end + 1)}" stroke="${this.colors.text}" stroke-width="1"/>`);
        this.text(end + 7, y + 11, String(count), NOTE, "sans", this.colors.mute);
        this.out.push("</g>");
        x += entryWidth(entry);
      }
    });
  }
}

/** The colours inside sub-graphs, each a tint over that of the one around it. */
export function groupFills(scene: Scene, legend: Legend, theme: Theme): Map<string, string> {
  const fills = new Map<string, string>();
  for (const { id, parent, role, data } of scene.nodes)
    if (role !== "node") fills.set(id, mix(hue(legend, data.kind, theme, true), parent === undefined ? COLORS[theme].page : fills.get(parent)!, GROUP_TINT[theme]));
  return fills;
}

/** What keeps the lines behind the texts of an open sub-graph's header from running through them. */
export function plates(node: SceneNode, { x, y, width }: Box): Box[] {
  if (node.role !== "open") return [];
  const title = { x: x + 9, y: y + 8, width: measure(node.title, GROUP_TITLE, "sansBold") + 25, height: 19 };
  if (!node.note) return [title];
  const note = measure(node.note, NOTE, "sans");
  return [title, { x: x + width - note - 16, y: y + 8, width: note + 8, height: 19 }];
}

export function groupBorder({ data, changes }: SceneNode): number {
  return data.status === "failed" ? 2 : changes ? 2.6 : 1.2;
}

export const DASH_OF_STATUS: Record<string, string> = { "not reached": "4 3", "never run": "1.5 3", planned: "6 3" };

function entryWidth(entry: LegendEntry): number {
  return 27 + measure(entryName(entry), 11.5, "sans") + 7 + measure(String(entry.count), NOTE, "sans") + 22;
}

/** A kind that no legend knows has whatever name it came with. */
function entryName({ style }: LegendEntry): string {
  return fit(style.name, 240, 11.5, "sans");
}

/** A kind's colour and shape, small: 20 by 14 px. */
function swatch({ style }: LegendEntry, x: number, y: number, theme: Theme, page: string): string {
  const color = style[theme];
  const box = { x, y, width: 20, height: 14 };
  if (style.role === "group")
    return (
      `<rect ${rect(box)} rx="3" fill="${mix(color, page, GROUP_TINT[theme])}" stroke="${color}" stroke-width="1.2"/>` +
      `<path d="M${n(x + 3)} ${n(y + 4)}h6" stroke="${color}" stroke-width="1.4"/>`
    );
  return `<path d="${outline(box, style.shape, 3)}" fill="${mix(color, page, 0.12)}" stroke="${color}" stroke-width="1.6"/>`;
}

/** The hue of an edge's kind; most are grey. */
export function edgeColor(edge: SceneEdge, legend: Legend, theme: Theme): string {
  if (edge.kind === "bridge") return hue(legend, "BridgeProtocol", theme);
  if (edge.kind === "carried") return hue(legend, "Iterator", theme, true);
  if (edge.kind === "condition") return hue(legend, "Conditional", theme, true);
  return edge.kind === "via" ? mix(COLORS[theme].edge, COLORS[theme].page, 0.85) : COLORS[theme].edge;
}

/** All that a reader may want of a node, as plain lines. */
export function tooltip({ data, title }: SceneNode): string {
  const type = data.shape ? `[${data.shape.join(", ")}] ${data.dtype ?? ""}` : data.value;
  const lines = [data.label || title, data.kind, data.target, type, data.variable, data.text, data.status, data.error];
  return lines.filter((line, at) => line && lines.indexOf(line) === at).join(" · ");
}

/** A number with at most two decimals, as short as it goes. */
function n(value: number): string {
  return String(Math.round(value * 100) / 100 || 0);
}

function rect({ x, y, width, height }: Box): string {
  return `x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"`;
}

function outline({ x, y, width: w, height: h }: Box, shape: "box" | "ellipse" | "hexagon", corner = 5): string {
  if (shape === "hexagon") {
    const side = Math.min(12, h / 2.4);
    return `M${n(x + side)} ${n(y)}h${n(w - 2 * side)}l${n(side)} ${n(h / 2)}l${n(-side)} ${n(h / 2)}h${n(2 * side - w)}l${n(-side)} ${n(-h / 2)}z`;
  }
  const r = shape === "box" ? corner : h / 2;
  const arc = (dx: number, dy: number) => `a${n(r)} ${n(r)} 0 0 1 ${n(dx)} ${n(dy)}`;
  return `M${n(x + r)} ${n(y)}h${n(w - 2 * r)}${arc(r, r)}v${n(h - 2 * r)}${arc(-r, r)}h${n(2 * r - w)}${arc(-r, -r)}v${n(2 * r - h)}${arc(r, -r)}z`;
}

/** The unit vector from one point to another; edges mostly run along an axis, so it is mostly exact. */
function direction(from: Point, to: Point): [number, number] {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.sqrt(dx * dx + dy * dy) || 1;
  return [dx / length, dy / length];
}

function arrow(tip: Point, ux: number, uy: number): string {
  const [x, y] = [tip.x - ux * 7, tip.y - uy * 7];
  return `M${n(tip.x)} ${n(tip.y)}L${n(x - uy * 4)} ${n(y + ux * 4)}L${n(x + uy * 4)} ${n(y - ux * 4)}z`;
}

/** A route with rounded corners. */
function rounded(route: Point[]): string {
  const parts = [`M${n(route[0]!.x)} ${n(route[0]!.y)}`];
  for (let i = 1; i < route.length - 1; i++) {
    const [before, corner, after] = [route[i - 1]!, route[i]!, route[i + 1]!];
    const r = Math.min(RADIUS, length(before, corner) / 2, length(corner, after) / 2);
    const [ax, ay] = direction(before, corner);
    const [bx, by] = direction(corner, after);
    parts.push(`L${n(corner.x - ax * r)} ${n(corner.y - ay * r)}Q${n(corner.x)} ${n(corner.y)} ${n(corner.x + bx * r)} ${n(corner.y + by * r)}`);
  }
  const end = route[route.length - 1]!;
  parts.push(`L${n(end.x)} ${n(end.y)}`);
  return parts.join("");
}

function length(a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  return Math.sqrt(dx * dx + dy * dy);
}

/** `share` of one colour in another, as `#rrggbb`. */
export function mix(color: string, other: string, share: number): string {
  const channel = (at: number) => {
    const [a, b] = [color, other].map((c) => parseInt(c.slice(at, at + 2), 16)) as [number, number];
    return Math.round(a * share + b * (1 - share)).toString(16).padStart(2, "0");
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}
