// Where everything is: a scene -> boxes and routes, by elkjs's layered layout of the whole tree at once.

import type { Elk, ElkNode, ElkPoint } from "./elk";
import { lanesLayout } from "./lanes";
import { CORNER, GAP, isColumns, rowsLayout, WIDEST } from "./rows";
import { edgeTextWidth, groupBy, headerWidth } from "../core/scene";
import { stack } from "./stacking";
import type { Box, Placed, Point, Scene, SceneEdge, SceneNode } from "../core/types";

export type Positions = Readonly<Record<string, readonly [x: number, y: number]>>;

export interface LayoutOptions {
  /** `flow`: values run down; `lanes`: a column for each run, in the order of execution. */
  arrangement?: "flow" | "lanes";
  signal?: AbortSignal;
  /** How far boxes were dragged from where layout puts them, by id, in px of the drawing. */
  positions?: Positions;
}

const MARGIN = 20; // around the drawing
const HEADER = 34; // of an open sub-graph, above what it holds
const MOST = 1000; // boxes that elkjs lays out; more go in plain rows
const MOST_EDGES = 3000; // the same of edges
const MOST_CROSSED = 6000; // layers that edges cross in all, past which elkjs takes too long
const MOST_CROSSED_WITHIN = 2000; // the same where no edge leaves its sub-graph: rows show that as well, and at once
const CROSSED = 600; // layers that edges cross in all, past which crossings are sought to be fewer in fewer tries
const STRAIGHT = 150; // layers that edges cross in all, up to which the straightest placement takes no second

const JOG = 16; // px sideways, up to which a jog is taken out
const CLEAR = 9; // px between edges that meet a box, beside the texts at them

const SPACING = {
  "elk.spacing.nodeNode": "26",
  "elk.spacing.edgeNode": "16",
  "elk.spacing.edgeEdge": "10",
  "elk.layered.spacing.nodeNodeBetweenLayers": "34",
  "elk.layered.spacing.edgeNodeBetweenLayers": "18",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "10",
};

/** elkjs's options do not inherit: every sub-graph gets them. */
const COMPOUND = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.layered.nodePlacement.bk.fixedAlignment": "NONE",
  "elk.layered.crossingMinimization.semiInteractive": "true", // boxes with a position keep their order
  "elk.padding": `[top=${HEADER + 8},left=18,bottom=18,right=18]`,
  ...SPACING,
};

const ROOT = {
  ...COMPOUND,
  "elk.json.shapeCoords": "ROOT",
  "elk.json.edgeCoords": "ROOT",
  "elk.padding": `[top=${MARGIN},left=${MARGIN},bottom=${MARGIN},right=${MARGIN}]`,
};

/** Of an edge from what is fed itself: a value that is carried on runs straight, and what joins it comes from the side. */
const STRAIGHTER = { "elk.layered.priority.straightness": "2" };

/** Places a scene with an injected elkjs (a worker in the browser). Rejects with an AbortError when cancelled. */
export async function layout(scene: Scene, elk: Elk, options: LayoutOptions = {}): Promise<Placed> {
  if (options.arrangement === "lanes") return moved(lanesLayout(scene), options.positions);
  const graph = elkGraph(scene);
  const drawing = graph ? placed(scene, await elk(graph, options.signal)) : rowsLayout(scene);
  return moved(drawing, options.positions);
}

/** The same, at once, in this thread. */
export function layoutSync(scene: Scene, elk: (graph: ElkNode) => ElkNode, options: LayoutOptions = {}): Placed {
  if (options.arrangement === "lanes") return moved(lanesLayout(scene), options.positions);
  const graph = elkGraph(scene);
  const drawing = graph ? placed(scene, elk(graph)) : rowsLayout(scene);
  return moved(drawing, options.positions);
}

/**
 * The scene as elkjs reads it, edges at the root, where ends in different sub-graphs are found; undefined if it is too much
 * for elkjs, or too little.
 */
export function elkGraph(scene: Scene): ElkNode | undefined {
  if (scene.nodes.length > MOST || scene.edges.length > MOST_EDGES || isColumns(scene)) return undefined;
  const { links, columns } = stack(scene);
  const { crossed, widest } = layering(scene, links);
  const parents = new Map(scene.nodes.map((node) => [node.id, node.parent]));
  const within = scene.edges.every(({ source, target }) => parents.get(source) === parents.get(target));
  if (crossed > (within ? MOST_CROSSED_WITHIN : MOST_CROSSED) || widest > WIDEST) return undefined;
  const straight = scene.nodes.length <= 400 && crossed <= STRAIGHT;
  const placement: Record<string, string> = { "elk.layered.nodePlacement.strategy": straight ? "NETWORK_SIMPLEX" : "BRANDES_KOEPF" };
  if (crossed > CROSSED) placement["elk.layered.thoroughness"] = "3";
  const root: ElkNode = { id: "", layoutOptions: { ...ROOT, ...placement }, children: [], edges: [] };
  const nodes = new Map<string, ElkNode>([["", root]]);
  for (const node of scene.nodes) {
    const column = columns.get(node.id);
    const made: ElkNode = { id: id(node.id), layoutOptions: column === undefined ? {} : { "elk.position": `(${column},0)` } };
    if (node.role === "open") {
      made.layoutOptions = {
        ...made.layoutOptions,
        ...COMPOUND,
        ...placement,
        "elk.nodeSize.constraints": "MINIMUM_SIZE",
        "elk.nodeSize.minimum": `(0,${headerWidth(node)})`, // (height, width): elkjs 0.12 sets it before it turns the drawing to go down
      };
      made.children = [];
    } else {
      made.width = node.width;
      made.height = node.height;
    }
    nodes.set(made.id, made);
    const parent = nodes.get(node.parent === undefined ? "" : id(node.parent))!;
    parent.children!.push(made);
  }
  const join = (edge: string, source: string, target: string, layoutOptions = {}) =>
    root.edges!.push({ id: edge, sources: [id(source)], targets: [id(target)], layoutOptions });
  const fed = new Set(scene.edges.map(({ target }) => target));
  for (const { id, source, target } of scene.edges)
    join(`e${id}`, source, target, fed.has(source) && parents.get(source) === parents.get(target) ? STRAIGHTER : {});
  links.forEach(([above, below], at) => join(`s${at}`, above, below));
  return root;
}

/** How many layers the edges cross on the way to their targets, which is what takes elkjs time, and the width of the widest layer. */
function layering(scene: Scene, links: readonly [string, string][]): { crossed: number; widest: number } {
  const pairs = [...scene.edges.map(({ source, target }) => [source, target] as const), ...links];
  const inputs = groupBy(pairs, ([, target]) => target);
  const layers = new Map<string, number>();
  for (const { id } of scene.nodes) layers.set(id, (inputs.get(id) ?? []).reduce((deepest, [source]) => Math.max(deepest, 1 + (layers.get(source) ?? -1)), 0));
  // elkjs puts what nothing feeds right above what it feeds.
  const below = new Map<string, number>();
  for (const [source, target] of pairs) if (!inputs.has(source)) below.set(source, Math.min(below.get(source) ?? Infinity, layers.get(target)!));
  for (const [source, layer] of below) layers.set(source, layer - 1);
  const crossed = pairs.reduce((sum, [source, target]) => sum + Math.max(layers.get(target)! - layers.get(source)! - 1, 0), 0);
  const widths = new Map<string, number>(); // of what a sub-graph has in a layer
  let widest = 0;
  for (const { id, parent, width } of scene.nodes) {
    const key = `${layers.get(id)} ${parent}`;
    widths.set(key, (widths.get(key) ?? 0) + width + GAP);
    widest = Math.max(widest, widths.get(key)!);
  }
  return { crossed, widest };
}

/** elkjs keeps the root, nodes and edges in one space of ids. */
function id(node: string): string {
  return `n${node}`;
}

function placed(scene: Scene, root: ElkNode): Placed {
  const boxes = new Map<string, Box>();
  const visit = (node: ElkNode): void => {
    if (node.id) boxes.set(node.id.slice(1), { x: node.x!, y: node.y!, width: node.width!, height: node.height! });
    node.children?.forEach(visit);
  };
  visit(root);
  const routes = new Map<string, Point[]>();
  for (const edge of root.edges ?? []) {
    const section = edge.sections?.[0];
    if (section && edge.id.startsWith("e")) routes.set(edge.id.slice(1), [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(point));
  }
  straighten(scene, boxes, routes);
  return { scene, boxes, routes, width: root.width!, height: root.height! };
}

/** Takes out small jogs at the ends of edges, by moving the end along its box where there is room. */
function straighten(scene: Scene, boxes: ReadonlyMap<string, Box>, routes: Map<string, Point[]>): void {
  const ports = new Map<string, Point[]>(); // box -> where edges meet it
  const texts = new Map<string, number>(); // box -> width of the widest text at an arrow to it
  const meet = (id: string, port: Point): void => void (ports.get(id)?.push(port) ?? ports.set(id, [port]));
  for (const edge of scene.edges) {
    const route = routes.get(edge.id);
    if (!route) continue;
    meet(edge.source, route[0]!);
    meet(edge.target, route[route.length - 1]!);
    texts.set(edge.target, Math.max(texts.get(edge.target) ?? 0, edgeTextWidth(edge)));
  }
  const slide = (route: Point[], id: string): Point[] => {
    const [end, corner, next, after] = route;
    if (!after || end!.x !== corner!.x || corner!.y !== next!.y || next!.x !== after.x) return route;
    const { x } = next!;
    const box = boxes.get(id)!;
    const clear = CLEAR + (texts.get(id) ?? 0);
    const [from, to] = [Math.min(x, end!.x) - clear, Math.max(x, end!.x) + clear];
    const inside = x > box.x + CORNER && x < box.x + box.width - CORNER;
    const free = ports.get(id)!.every((port) => port === end || port.y !== end!.y || port.x < from || port.x > to);
    if (Math.abs(x - end!.x) > JOG || !inside || !free) return route;
    end!.x = x;
    return [end!, ...route.slice(3)];
  };
  for (const edge of scene.edges) {
    const route = routes.get(edge.id);
    if (route) routes.set(edge.id, slide(slide(route, edge.source).reverse(), edge.target).reverse());
  }
}

function point({ x, y }: ElkPoint): Point {
  return { x, y };
}

/**
 * A drawing with some boxes dragged elsewhere: the sub-graphs around them grow or shrink to hold them, and edges at them
 * run straight.
 */
export function moved(placed: Placed, positions: LayoutOptions["positions"] = {}): Placed {
  const { scene } = placed;
  const dragged = scene.nodes.filter((node) => node.role !== "open" && Object.hasOwn(positions, node.id));
  if (!dragged.length) return placed;
  const boxes = new Map(placed.boxes);
  const touched = new Set<string>();
  for (const node of dragged) {
    const box = boxes.get(node.id)!;
    const [x, y] = positions[node.id]!;
    boxes.set(node.id, { ...box, x: box.x + x, y: box.y + y });
    touched.add(node.id);
    for (let outer = node.parent; outer !== undefined; outer = parentOf(scene, outer)) touched.add(outer);
  }
  for (const node of [...scene.nodes].reverse())
    if (node.role === "open" && touched.has(node.id)) boxes.set(node.id, around(scene, boxes, node));
  const [dx, dy] = offset(boxes);
  for (const [id, box] of boxes) boxes.set(id, { ...box, x: box.x + dx, y: box.y + dy });
  const routes = new Map<string, Point[]>();
  for (const edge of scene.edges) {
    const route = placed.routes.get(edge.id);
    if (touched.has(edge.source) || touched.has(edge.target)) routes.set(edge.id, straight(placed, boxes, edge));
    else if (route) routes.set(edge.id, route.map(({ x, y }) => ({ x: x + dx, y: y + dy })));
  }
  const width = Math.max(...[...boxes.values()].map((box) => box.x + box.width)) + MARGIN;
  const height = Math.max(...[...boxes.values()].map((box) => box.y + box.height)) + MARGIN;
  return { scene, boxes, routes, width: Math.max(width, placed.width + dx), height: Math.max(height, placed.height + dy) };
}

function parentOf(scene: Scene, id: string): string | undefined {
  return scene.nodes.find((node) => node.id === id)?.parent;
}

function around(scene: Scene, boxes: ReadonlyMap<string, Box>, group: SceneNode): Box {
  const inner = scene.nodes.filter((node) => node.parent === group.id).map((node) => boxes.get(node.id)!);
  const x = Math.min(...inner.map((box) => box.x)) - 18;
  const y = Math.min(...inner.map((box) => box.y)) - HEADER - 8;
  const right = Math.max(...inner.map((box) => box.x + box.width)) + 18;
  const bottom = Math.max(...inner.map((box) => box.y + box.height)) + 18;
  return { x, y, width: Math.max(right - x, headerWidth(group)), height: bottom - y };
}

/** How far to shift everything so that nothing is left of or above the margin. */
function offset(boxes: ReadonlyMap<string, Box>): [number, number] {
  let [x, y] = [MARGIN, MARGIN];
  for (const box of boxes.values()) [x, y] = [Math.min(x, box.x), Math.min(y, box.y)];
  return [MARGIN - x, MARGIN - y];
}

/** Straight from the source to the target, where the edge met them before, or from side to side where that is upwards. */
function straight(placed: Placed, boxes: ReadonlyMap<string, Box>, { id, source, target }: SceneEdge): Point[] {
  const [a, b] = [boxes.get(source)!, boxes.get(target)!];
  const route = placed.routes.get(id);
  const port = (box: Box, before: Box, point: Point | undefined): number =>
    point ? Math.min(Math.max(box.x + point.x - before.x, box.x + CORNER), box.x + box.width - CORNER) : box.x + box.width / 2;
  const ax = port(a, placed.boxes.get(source)!, route?.[0]);
  const bx = port(b, placed.boxes.get(target)!, route?.[route.length - 1]);
  if (a.y + a.height <= b.y) return [{ x: ax, y: a.y + a.height }, { x: bx, y: b.y }];
  const right = ax <= bx;
  return [
    { x: right ? a.x + a.width : a.x, y: a.y + a.height / 2 },
    { x: right ? b.x : b.x + b.width, y: b.y + b.height / 2 },
  ];
}
