// The drawing in the browser. Cytoscape draws boxes and edges where layout puts them and reports what the pointer does.
// A canvas above it has the texts (see overlay.ts).

import cytoscape from "cytoscape";
import { measure } from "../core/font";
import { styleOf } from "../core/kinds";
import { LARGEST, NOTE, READABLE } from "../core/metrics";
import type { Lit } from "../core/reach";
import type { Box, Placed, Point, SceneEdge } from "../core/types";
import type { Legend, Theme } from "../generated/schema";
import type { Room } from "../layout/blocks";
import { paintMarks } from "../picture/canvas";
import { COLORS, edgeColor, groupFills } from "../picture/colors";
import { EDGE_DASHES, edgeWidth } from "../picture/draw";
import { boxLook } from "./boxLook";
import { overlayMarks, type Places } from "./overlay";

export interface Options {
  container: HTMLElement;
  text: HTMLCanvasElement;
  legend: Legend;
  minZoom: number;
  maxZoom: number;
  wheelSensitivity: number;
}

export interface Look {
  theme: Theme;
  userStyle: { selector: string; style?: object; css?: object }[];
}

const HEADER = 32; // of an open sub-graph: the part that a click closes
const ANIMATION = 240; // ms
const NAMED = 0.5; // zoom up to which nothing is written at arrows
const MANY = 40; // boxes, past which a drawing is seen as a whole although its smallest texts are smaller
const WHOLE = 0.7; // zoom down to which that is so
const WIDE = 0.85; // share of the room's width that a drawing takes which goes on below
const PAD = 16; // px around a fitted graph

/** The drawing of one view. It knows scenes and boxes, not the model. */
export class Drawing {
  readonly cy: cytoscape.Core;
  placed: Placed | null = null;
  private look: Look = { theme: "light", userStyle: [] };
  private lit: ReadonlySet<string> | null = null;
  private reach: Lit | undefined; // what writes reach
  private fills: ReadonlyMap<string, string> = new Map(); // sub-graph -> the colour in it
  private moving = 0; // animation frame of boxes
  private panning = 0; // and of the viewport
  private view: "opened" | "fit" | "own" = "own"; // what the view shows: its user has not moved it since, or has

  constructor(private readonly options: Options) {
    this.cy = cytoscape({
      container: options.container,
      layout: { name: "preset" },
      minZoom: options.minZoom,
      maxZoom: options.maxZoom,
      boxSelectionEnabled: false,
      autounselectify: true, // selection is the model's
      style: [],
      // Cytoscape warns about every value but 1, on the console of the notebook.
      ...(options.wheelSensitivity === 1 ? {} : { wheelSensitivity: options.wheelSensitivity }),
    });
    this.cy.on("render", () => this.drawTexts());
    this.cy.on("dragpan scrollzoom pinchzoom", () => {
      this.view = "own";
    });
  }

  /**
   * Makes Cytoscape look up its place on the page. It keeps the last one until a scroll event, which does not reach a
   * shadow root.
   */
  locate(): void {
    (this.cy as unknown as { renderer(): { invalidateContainerClientCoordsCache(): void } })
      .renderer()
      .invalidateContainerClientCoordsCache();
  }

  destroy(): void {
    cancelAnimationFrame(this.moving);
    cancelAnimationFrame(this.panning);
    this.cy.destroy();
  }

  setLook(look: Look): void {
    this.look = look;
    this.cy.style(this.styleSheet() as never);
    if (this.placed) this.paintData(this.placed);
  }

  /**
   * Shows a drawing. The box `anchor` stays where it is on the screen. The promise resolves when nothing moves any
   * more; it never resolves if another drawing is shown before that.
   */
  show(placed: Placed, how: { anchor?: string | undefined; animate: boolean; fit: boolean }): Promise<void> {
    cancelAnimationFrame(this.moving);
    const { cy } = this;
    const before = this.boxesOnScreen();
    const scene = placed.scene;
    const wanted = new Set<string>([...scene.nodes.map((node) => node.id), ...scene.edges.map((edge) => edge.id)]);
    const anchorBox = how.anchor ? before.get(how.anchor) : undefined;
    this.placed = placed;
    this.view = "own";
    cy.batch(() => {
      cy.elements()
        .filter((element) => !wanted.has(element.id()))
        .remove();
      for (const node of scene.nodes)
        if (cy.getElementById(node.id).empty()) cy.add({ group: "nodes", data: { id: node.id } });
      for (const edge of scene.edges) {
        const known = cy.getElementById(edge.id);
        // An edge that lifts to another box is another edge to Cytoscape.
        if (known.nonempty() && (known.data("source") !== edge.source || known.data("target") !== edge.target))
          known.remove();
        if (cy.getElementById(edge.id).empty())
          cy.add({ group: "edges", data: { id: edge.id, source: edge.source, target: edge.target } });
      }
    });
    this.paintData(placed);

    const to = placed.boxes;
    const anchored = anchorBox && how.anchor && !how.fit ? to.get(how.anchor) : undefined;
    const from = new Map<string, Box>();
    for (const node of scene.nodes) {
      const old = before.get(node.id);
      if (old && how.animate) from.set(node.id, old);
    }
    const start = { ...cy.pan() };
    const step = (t: number): void => {
      cy.batch(() => {
        for (const node of scene.nodes) {
          const end = to.get(node.id)!;
          const old = from.get(node.id);
          if (old || t === 0 || t === 1)
            this.put(node.id, old && t < 1 ? between(old, end, t) : end, old || t === 1 ? 1 : 0);
        }
        // New boxes and all edges appear when the others are in place: a frame that fades hundreds of elements takes
        // too long.
        if (t === 0 || t === 1) cy.edges().forEach((edge) => void edge.data("opacity", t));
      });
      if (anchored) {
        const box = t < 1 && from.size ? between(anchorBox!, anchored, t) : anchored;
        cy.pan({ x: start.x + (anchorBox!.x - box.x) * cy.zoom(), y: start.y + (anchorBox!.y - box.y) * cy.zoom() });
      }
    };
    const animate = how.animate && before.size > 0;
    if (how.fit) this.open(animate);
    step(animate ? 0 : 1);
    return animate ? tween(step, (frame) => (this.moving = frame)) : Promise.resolve();
  }

  private put(id: string, box: Box, opacity: number): void {
    const node = this.cy.getElementById(id);
    opacity *= node.data("fullOpacity") as number;
    node.position({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
    if (node.data("width") !== box.width || node.data("height") !== box.height || node.data("opacity") !== opacity)
      node.data({ width: box.width, height: box.height, opacity });
  }

  /** Sets how elements look, but not where they are. */
  private paintData(placed: Placed): void {
    const { legend } = this.options;
    const { theme } = this.look;
    this.cy.batch(() => {
      const depth = new Map<string, number>();
      this.fills = groupFills(placed.scene, legend, theme);
      for (const node of placed.scene.nodes) {
        depth.set(node.id, node.parent === undefined ? 0 : (depth.get(node.parent) ?? 0) + 1);
        const style = styleOf(legend, node.data.kind, node.role !== "node");
        const element = this.cy.getElementById(node.id);
        const box = placed.boxes.get(node.id)!;
        const size = {
          width: box.width,
          height: box.height,
          opacity: 0,
          ...pick(element.data() as Record<string, unknown>, ["width", "height", "opacity"]),
        };
        element.data({
          ...node.data,
          parent: undefined,
          ...boxLook(node, box, legend, theme, this.fills.get(node.id)),
          ...size,
          depth: depth.get(node.id),
        });
        element.classes([
          node.role === "node" ? "node" : "group",
          node.role,
          style.class,
          style.shape,
          ...(node.changes ? ["changes"] : []),
          ...(node.data.status ? [node.data.status.replace(" ", "-")] : []),
        ]);
      }
      for (const edge of placed.scene.edges) {
        const element = this.cy.getElementById(edge.id);
        element.data({
          kind: edge.kind,
          thickness: edgeWidth(edge),
          count: edge.count,
          color: edgeColor(edge, legend, theme),
          dash: EDGE_DASHES[edge.kind] ?? [1, 0],
          opacity: 1,
          ...this.route(edge, placed),
        });
        element.classes([
          "edge",
          edge.kind,
          EDGE_DASHES[edge.kind] ? "dashed" : "solid",
          element.data("bent") ? "bent" : "straight",
        ]);
      }
    });
    this.highlight(this.selected, this.lit);
  }

  /**
   * A route in Cytoscape's terms: ends relative to the boxes' middles, corners by share along and distance from the
   * line between the ends.
   */
  private route(edge: SceneEdge, placed: Placed): object {
    const route = placed.routes.get(edge.id);
    const [a, b] = [placed.boxes.get(edge.source)!, placed.boxes.get(edge.target)!];
    if (!route) return { bent: false, from: "0 0", to: "0 0" };
    const [start, end] = [route[0]!, route[route.length - 1]!];
    const [dx, dy] = [end.x - start.x, end.y - start.y];
    const length = Math.hypot(dx, dy) || 1;
    const corners = route.slice(1, -1);
    return {
      from: `${start.x - a.x - a.width / 2} ${start.y - a.y - a.height / 2}`,
      to: `${end.x - b.x - b.width / 2} ${end.y - b.y - b.height / 2}`,
      bent: corners.length > 0,
      weights: corners.map((p) => ((p.x - start.x) * dx + (p.y - start.y) * dy) / (length * length)),
      distances: corners.map((p) => ((p.y - start.y) * dx - (p.x - start.x) * dy) / length),
    };
  }

  private styleSheet(): object[] {
    const colors = COLORS[this.look.theme];
    return [
      {
        selector: "node",
        style: {
          width: "data(width)",
          height: "data(height)",
          opacity: "data(opacity)",
          shape: "round-rectangle",
          "corner-radius": "data(corner)",
          "background-color": "data(fill)",
          "border-color": "data(stroke)",
          "border-width": "data(border)",
          "border-style": "data(line)",
          "overlay-opacity": 0,
          "outline-width": 0,
          "outline-color": colors.highlight,
          "outline-offset": 3,
          "outline-opacity": 0.55,
        },
      },
      { selector: "node.hexagon.node", style: { shape: "polygon", "shape-polygon-points": "data(points)" } },
      {
        selector: "node.group",
        style: { "z-compound-depth": "bottom", "z-index-compare": "manual", "z-index": "data(depth)" },
      },
      { selector: "node.open", style: { events: "no" } },
      {
        selector: "edge",
        style: {
          width: "data(thickness)",
          "line-color": "data(color)",
          "target-arrow-color": "data(color)",
          "target-arrow-shape": "triangle",
          "arrow-scale": 0.75,
          opacity: "data(opacity)",
          "curve-style": "straight",
          "source-endpoint": "data(from)",
          "target-endpoint": "data(to)",
          "overlay-opacity": 0,
          "overlay-padding": 6,
        },
      },
      {
        selector: "edge.bent",
        style: {
          "curve-style": "round-segments",
          "edge-distances": "endpoints",
          "segment-weights": "data(weights)",
          "segment-distances": "data(distances)",
          "segment-radii": 8,
        },
      },
      { selector: "edge.dashed", style: { "line-style": "dashed", "line-dash-pattern": "data(dash)" } },
      {
        selector: "edge.loose",
        style: { "curve-style": "bezier", "source-endpoint": "outside-to-node", "target-endpoint": "outside-to-node" },
      },
      ...this.look.userStyle.map(({ selector, style, css }) => ({ selector, style: style ?? css ?? {} })),
      { selector: ".dim", style: { opacity: 0.16 } },
      { selector: "node.open.dim", style: { opacity: 0.5 } },
      {
        selector: "edge.on, edge.near",
        style: { "line-color": colors.highlight, "target-arrow-color": colors.highlight, width: 2 },
      },
      { selector: "node.near", style: { "outline-width": 1.5, "outline-opacity": 0.3 } },
      { selector: "node.lit", style: { "outline-width": 2, "outline-opacity": 0.4 } },
      { selector: "node.selected", style: { "outline-width": 2.5, "outline-opacity": 0.75 } },
    ];
  }

  private selected: ReadonlySet<string> = new Set();

  /**
   * Rings the selected boxes. If `lit` is given, lights those up and dims all others. Both have ids of visible boxes.
   */
  highlight(selected: ReadonlySet<string>, lit: ReadonlySet<string> | null): void {
    this.selected = selected;
    this.lit = lit;
    this.cy.batch(() => {
      this.cy.nodes().forEach((node) => {
        const id = node.id();
        node.toggleClass("selected", selected.has(id));
        node.toggleClass("dim", lit !== null && !lit.has(id) && !this.holdsLit(id));
      });
      this.cy.edges().forEach((edge) => {
        const [source, target] = [edge.data("source") as string, edge.data("target") as string];
        const on = lit ? lit.has(source) && lit.has(target) : selected.has(source) || selected.has(target);
        edge.toggleClass("on", on);
        edge.toggleClass("dim", lit !== null && !on);
      });
    });
  }

  private holdsLit(id: string): boolean {
    for (const other of this.lit ?? []) if (other.startsWith(`${id}/`)) return true;
    return false;
  }

  /** Rings boxes, and lights up what they are connected with, while the pointer is on something about them. */
  hover(ids: ReadonlySet<string>): void {
    const { cy } = this;
    cy.batch(() => {
      cy.elements(".lit, .near").removeClass("lit near");
      const boxes = cy.nodes().filter((node) => ids.has(node.id()));
      const edges = boxes.connectedEdges();
      boxes.addClass("lit");
      edges.addClass("near");
      edges.connectedNodes().difference(boxes).addClass("near");
    });
  }

  private drawTexts(): void {
    const { text, legend } = this.options;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [this.cy.width(), this.cy.height()];
    if (text.width !== Math.round(width * ratio) || text.height !== Math.round(height * ratio)) {
      text.width = Math.round(width * ratio);
      text.height = Math.round(height * ratio);
    }
    const context = text.getContext("2d")!;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, text.width, text.height);
    if (!this.placed) return;
    const zoom = this.cy.zoom();
    const pan = this.cy.pan();
    context.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * pan.x, ratio * pan.y);
    paintMarks(
      context,
      overlayMarks(this.placed.scene, this.places(this.placed), legend, this.look.theme, this.fills, this.reach),
    );
  }

  /** Shows what writes reach. */
  showReach(reach: Lit | undefined): void {
    this.reach = reach;
    this.drawTexts();
  }

  /** Where Cytoscape has the boxes and arrows that are in sight. */
  private places({ routes }: Placed): Places {
    const seen = this.cy.extent();
    const opacity = (element: cytoscape.SingularElementReturnValue, dimmed: number): number =>
      (element.data("opacity") as number) * (element.hasClass("dim") ? dimmed : 1);
    return {
      box: (node) => {
        const element = this.cy.getElementById(node.id);
        if (element.empty()) return undefined;
        const box = boxOf(element);
        if (box.x > seen.x2 || box.x + box.width < seen.x1 || box.y > seen.y2 || box.y + box.height < seen.y1)
          return undefined;
        return { box, opacity: opacity(element, node.role === "open" ? 0.5 : 0.2) };
      },
      anywhere: (node) => {
        const element = this.cy.getElementById(node.id);
        return element.empty() ? undefined : boxOf(element);
      },
      arrow: (edge) => {
        const element = this.cy.getElementById(edge.id);
        if (element.empty() || this.cy.zoom() <= NAMED) return undefined;
        const route = routes.get(edge.id);
        const end = element.targetEndpoint();
        const [corner, tip] = route && route.length > 2 ? route.slice(-2) : [];
        const before =
          corner && tip ? { x: end.x + corner.x - tip.x, y: end.y + corner.y - tip.y } : element.sourceEndpoint();
        return { before, end, opacity: opacity(element, 0.2) };
      },
    };
  }

  /** Draws the texts again, for example when their font has been loaded. */
  refresh(): void {
    this.drawTexts();
  }

  /** Where every box is now, in px of the drawing (in the middle of an animation too). */
  private boxesOnScreen(): Map<string, Box> {
    const boxes = new Map<string, Box>();
    this.cy.nodes().forEach((node) => void boxes.set(node.id(), boxOf(node)));
    return boxes;
  }

  /** The open sub-graph whose header is at a point of the drawing, innermost first. */
  headerAt(point: Point): string | null {
    const nodes = this.placed?.scene.nodes ?? [];
    for (let at = nodes.length - 1; at >= 0; at--) {
      const node = nodes[at]!;
      const box = node.role === "open" ? this.placed!.boxes.get(node.id) : undefined;
      if (box && point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + HEADER)
        return node.id;
    }
    return null;
  }

  /**
   * What a click on a loop's header asks for: the previous or next pass (arrows), all passes (the name between them),
   * or nothing.
   */
  stepAt(id: string, point: Point): number | "all" | null {
    const node = this.placed?.scene.nodes.find((other) => other.id === id);
    const box = this.placed?.boxes.get(id);
    if (!node?.step || !node.note || !box) return null;
    const left = box.x + box.width - 12 - measure(node.note, NOTE, "sans");
    const place = (mark: string): number =>
      left + measure(node.note!.slice(0, node.note!.indexOf(mark)), NOTE, "sans") + NOTE / 2;
    const [back, on] = [place("◂"), place("▸")];
    if (Math.abs(point.x - back) <= NOTE) return -1;
    if (Math.abs(point.x - on) <= NOTE) return 1;
    return point.x > back && point.x < on ? "all" : null;
  }

  private fitted(ids?: Iterable<string>): { zoom: number; pan: Point } {
    const boxes = ids ? [...ids].flatMap((id) => this.placed?.boxes.get(id) ?? []) : [];
    const whole = { x: 0, y: 0, width: this.placed?.width ?? 1, height: this.placed?.height ?? 1 };
    const box = boxes.length ? union(boxes) : whole;
    const [width, height] = [this.cy.width(), this.cy.height()];
    const pad = boxes.length ? 4 * PAD : 0;
    const zoom = Math.min(boxes.length ? 1.4 : LARGEST, (width - pad) / box.width, (height - pad) / box.height);
    const bounded = Math.max(this.cy.minZoom(), Math.min(this.cy.maxZoom(), zoom));
    return {
      zoom: bounded,
      pan: {
        x: (width - box.width * bounded) / 2 - box.x * bounded,
        y: (height - box.height * bounded) / 2 - box.y * bounded,
      },
    };
  }

  /** The zoom at which a drawing in a room of that size is opened: all of it, or its start, large enough to be read. */
  static openedZoom({ scene, width, height }: Placed, room: Room): number {
    const least = scene.nodes.filter((node) => node.role !== "open").length > MANY ? WHOLE : READABLE;
    const whole = Math.min(LARGEST, room.width / width, room.height / height);
    return whole >= least ? whole : Math.min(1, Math.max(READABLE, (WIDE * room.width) / width));
  }

  /** Shows all, if it can be read then, else the start. */
  open(animate: boolean): void {
    const placed = this.placed!;
    const [width, height] = [this.cy.width(), this.cy.height()];
    const zoom = Math.max(
      this.cy.minZoom(),
      Math.min(this.cy.maxZoom(), Drawing.openedZoom(placed, { width, height })),
    );
    const middle = (room: number, size: number): number => Math.max(0, (room - size * zoom) / 2);
    this.view = "opened";
    this.moveTo({ zoom, pan: { x: middle(width, placed.width), y: middle(height, placed.height) } }, animate);
  }

  /** Fits all, or some boxes, into the view. */
  fit(animate: boolean, ids?: Iterable<string>): void {
    this.view = ids === undefined ? "fit" : "own";
    this.moveTo(this.fitted(ids), animate);
  }

  /** Where the drawing goes on, while the view is as it was opened; and how many boxes are out of sight. */
  continues(): { below: boolean; right: boolean; count: number } | null {
    if (this.view !== "opened" || !this.placed) return null;
    const { zoom, pan, width, height } = {
      zoom: this.cy.zoom(),
      pan: this.cy.pan(),
      width: this.cy.width(),
      height: this.cy.height(),
    };
    const below = pan.y + (this.placed.height - PAD) * zoom > height;
    const right = pan.x + (this.placed.width - PAD) * zoom > width;
    const out = this.placed.scene.nodes.filter((node) => {
      const box = this.placed!.boxes.get(node.id)!;
      const [x, y] = [pan.x + (box.x + box.width / 2) * zoom, pan.y + (box.y + box.height / 2) * zoom];
      return node.role !== "open" && (x < 0 || y < 0 || x > width || y > height);
    });
    return below || right ? { below, right, count: out.length } : null;
  }

  /** Moves on to what comes next, below or else at the right. */
  goOn(animate: boolean): void {
    const [zoom, pan, step] = [this.cy.zoom(), this.cy.pan(), 0.8];
    const low = this.cy.height() - this.placed!.height * zoom;
    const [x, y] =
      pan.y > low + 1
        ? [pan.x, Math.max(low, pan.y - step * this.cy.height())]
        : [Math.max(this.cy.width() - this.placed!.width * zoom, pan.x - step * this.cy.width()), Math.min(0, pan.y)];
    this.moveTo({ zoom, pan: { x, y } }, animate);
  }

  /** Moves the view as little as possible so that these boxes are in sight. */
  bringIntoSight(ids: Iterable<string>, animate: boolean): void {
    const boxes = [...ids].flatMap((id) => this.placed?.boxes.get(id) ?? []);
    if (!boxes.length) return;
    const box = union(boxes);
    const zoom = Math.max(this.cy.zoom(), Math.min(READABLE, this.cy.maxZoom()));
    const [width, height] = [this.cy.width(), this.cy.height()];
    const fits = box.width * zoom < width - 2 * PAD && box.height * zoom < height - 2 * PAD;
    if (!fits) {
      const whole = this.fitted(ids);
      const start = {
        x: PAD - box.x * READABLE,
        y: Math.max(PAD, (height - box.height * READABLE) / 2) - box.y * READABLE,
      };
      this.moveTo(whole.zoom >= READABLE ? whole : { zoom: READABLE, pan: start }, animate);
      return;
    }
    const pan =
      zoom === this.cy.zoom()
        ? { ...this.cy.pan() }
        : { x: width / 2 - (box.x + box.width / 2) * zoom, y: height / 2 - (box.y + box.height / 2) * zoom };
    pan.x +=
      Math.max(0, PAD - (pan.x + box.x * zoom)) - Math.max(0, pan.x + (box.x + box.width) * zoom - (width - PAD));
    pan.y +=
      Math.max(0, PAD - (pan.y + box.y * zoom)) - Math.max(0, pan.y + (box.y + box.height) * zoom - (height - PAD));
    this.moveTo({ zoom, pan }, animate);
  }

  /** Whether all that is drawn is outside of the view. */
  isOutOfSight(): boolean {
    const [width, height] = [this.cy.width(), this.cy.height()];
    const nodes = (this.placed?.scene.nodes ?? []).filter((node) => node.role !== "open");
    const isIn = (box: Box | null): boolean =>
      box !== null && box.x < width && box.x + box.width > 0 && box.y < height && box.y + box.height > 0;
    return width > 0 && nodes.length > 0 && !nodes.some((node) => isIn(this.rendered(node.id)));
  }

  /** Adapts to a new size of the container; a drawing that was opened or fitted is so again. */
  resized(): void {
    this.cy.resize();
    if (this.view === "opened") this.open(false);
    else if (this.view === "fit") this.fit(false);
  }

  /** Whether the view is as it was opened or fitted. */
  get isUntouched(): boolean {
    return this.view !== "own";
  }

  zoomBy(factor: number): void {
    const middle = { x: this.cy.width() / 2, y: this.cy.height() / 2 };
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: middle });
  }

  moveTo(to: { zoom: number; pan: Point }, animate: boolean): void {
    cancelAnimationFrame(this.panning);
    const from = { zoom: this.cy.zoom(), pan: { ...this.cy.pan() } };
    const step = (t: number): void => {
      const mid = (a: number, b: number): number => a + (b - a) * t;
      this.cy.viewport({
        zoom: mid(from.zoom, to.zoom),
        pan: { x: mid(from.pan.x, to.pan.x), y: mid(from.pan.y, to.pan.y) },
      });
    };
    if (animate) void tween(step, (frame) => (this.panning = frame));
    else step(1);
  }

  /** Boxes in px of the view's own corner. */
  rendered(id: string): Box | null {
    const element = this.cy.getElementById(id);
    if (element.empty()) return null;
    const box = boxOf(element as cytoscape.NodeSingular);
    const [zoom, pan] = [this.cy.zoom(), this.cy.pan()];
    return { x: box.x * zoom + pan.x, y: box.y * zoom + pan.y, width: box.width * zoom, height: box.height * zoom };
  }
}

/** Runs `step` from 0 to 1 over an animation's time; `next` is told each frame, so that it can be cancelled. */
function tween(step: (t: number) => void, next: (frame: number) => void): Promise<void> {
  const begin = performance.now();
  return new Promise((resolve) => {
    const tick = (now: number): void => {
      const t = Math.min(1, Math.max(0.01, (now - begin) / ANIMATION));
      step(t < 1 ? 1 - (1 - t) ** 3 : 1);
      if (t < 1) next(requestAnimationFrame(tick));
      else resolve();
    };
    next(requestAnimationFrame(tick));
  });
}

function pick(from: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
}

function boxOf(node: cytoscape.NodeSingular): Box {
  const { x, y } = node.position();
  const [width, height] = [node.data("width") as number, node.data("height") as number];
  return { x: x - width / 2, y: y - height / 2, width, height };
}

function between(a: Box, b: Box, t: number): Box {
  const mid = (p: number, q: number): number => p + (q - p) * t;
  return { x: mid(a.x, b.x), y: mid(a.y, b.y), width: mid(a.width, b.width), height: mid(a.height, b.height) };
}

function union(boxes: Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}
