// elkjs's layered layout of the whole tree at once: what it is asked, and what its answer means.

import { groupBy } from "../core/groupBy";
import { edgeTextWidth, headerWidth } from "../core/metrics";
import { inOrder, railStops } from "../core/rails";
import type { Box, Placed, Point, Scene, SceneEdge, SceneNode } from "../core/types";
import type { ElkNode, ElkPoint } from "./elk";
import { isColumns } from "./rows";
import { CORNER, GAP, leftOf, MARGIN, SIDE, topOf, WIDEST } from "./spacing";
import { wrapParts } from "./wrapping";

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
  ...SPACING,
};

const ROOT = {
  ...COMPOUND,
  "elk.json.shapeCoords": "ROOT",
  "elk.json.edgeCoords": "ROOT",
  "elk.padding": `[top=${MARGIN},left=${MARGIN},bottom=${MARGIN},right=${MARGIN}]`,
};

/**
 * Of an edge from what is fed itself: a value that is carried on runs straight, and what joins it comes from the side.
 */
const STRAIGHTER = { "elk.layered.priority.straightness": "2" };

/** Of one stop of a rail and the next: they stand one below the other. */
const ON_RAIL = { "elk.layered.priority.straightness": "8" };

export function isTooMuch(scene: Scene): boolean {
  return scene.nodes.length > MOST || scene.edges.length > MOST_EDGES;
}

/** Edges between what is laid out and what is elsewhere. */
export interface Ends {
  ins: readonly SceneEdge[];
  outs: readonly SceneEdge[];
}

/**
 * The scene as elkjs reads it, edges at the root, where ends in different sub-graphs are found; undefined if it is too
 * much for elkjs, or too little. Edges in (their ids after an i) come from above all boxes, edges out (o) end below.
 */
export function elkGraph(scene: Scene, { ins, outs }: Ends = { ins: [], outs: [] }): ElkNode | undefined {
  const alone = !ins.length && !outs.length;
  if (isTooMuch(scene) || (alone && isColumns(scene))) return undefined;
  const { links, columns } = wrapParts(scene);
  const stops = inOrder(scene.nodes);
  const { crossed, widest } = layering(scene, [...links, ...stops]);
  const parents = new Map(scene.nodes.map((node) => [node.id, node.parent]));
  const within = scene.edges.every(({ source, target }) => parents.get(source) === parents.get(target));
  if (crossed > (within ? MOST_CROSSED_WITHIN : MOST_CROSSED) || widest > WIDEST) return undefined;
  const straight = scene.nodes.length <= 400 && crossed <= STRAIGHT;
  const placement: Record<string, string> = {
    "elk.layered.nodePlacement.strategy": straight ? "NETWORK_SIMPLEX" : "BRANDES_KOEPF",
  };
  if (crossed > CROSSED) placement["elk.layered.thoroughness"] = "3";
  const root: ElkNode = { id: "", layoutOptions: { ...ROOT, ...placement }, children: [], edges: [] };
  const nodes = new Map<string, ElkNode>([["", root]]);
  const rails = railStops(scene.nodes);
  // What the rail at the left leads to is left of what else is in its layer.
  const besideRail = ({ parent, stop }: SceneNode): number | undefined =>
    rails.has(parent ?? "") ? Number(stop === undefined) : undefined;
  for (const node of scene.nodes) {
    const column = columns.get(node.id) ?? besideRail(node);
    const made: ElkNode = {
      id: id(node.id),
      layoutOptions: column === undefined ? {} : { "elk.position": `(${column},0)` },
    };
    if (node.role === "open") {
      made.layoutOptions = {
        ...made.layoutOptions,
        ...COMPOUND,
        ...placement,
        "elk.padding": `[top=${topOf(node)},left=${leftOf(node)},bottom=${SIDE},right=${SIDE}]`,
        "elk.nodeSize.constraints": "MINIMUM_SIZE",
        // (height, width): elkjs 0.12 sets it before it turns the drawing to go down
        "elk.nodeSize.minimum": `(0,${headerWidth(node)})`,
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
  links.forEach(([above, below], at) => void join(`s${at}`, above, below));
  stops.forEach(([above, below], at) => void join(`r${at}`, above, below, ON_RAIL));
  const border = (name: string, layer: "FIRST" | "LAST"): string => {
    const layoutOptions = { "elk.layered.layering.layerConstraint": layer };
    root.children!.push({ id: name, width: 1, height: 1, layoutOptions });
    return name;
  };
  for (const { id: edge, target } of ins)
    root.edges!.push({ id: `i${edge}`, sources: [border(`+i${edge}`, "FIRST")], targets: [id(target)] });
  for (const { id: edge, source } of outs)
    root.edges!.push({ id: `o${edge}`, sources: [id(source)], targets: [border(`+o${edge}`, "LAST")] });
  return root;
}

/**
 * How many layers the edges cross on the way to their targets, which is what takes elkjs time, and the width of the
 * widest layer.
 */
function layering(scene: Scene, links: readonly [string, string][]): { crossed: number; widest: number } {
  const pairs = [...scene.edges.map(({ source, target }) => [source, target] as const), ...links];
  const inputs = groupBy(pairs, ([, target]) => target);
  const layers = new Map<string, number>();
  for (const { id } of scene.nodes)
    layers.set(
      id,
      (inputs.get(id) ?? []).reduce((deepest, [source]) => Math.max(deepest, 1 + (layers.get(source) ?? -1)), 0),
    );
  // elkjs puts what nothing feeds right above what it feeds.
  const below = new Map<string, number>();
  for (const [source, target] of pairs)
    if (!inputs.has(source)) below.set(source, Math.min(below.get(source) ?? Infinity, layers.get(target)!));
  for (const [source, layer] of below) layers.set(source, layer - 1);
  const crossed = pairs.reduce(
    (sum, [source, target]) => sum + Math.max(layers.get(target)! - layers.get(source)! - 1, 0),
    0,
  );
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

/** The scene where elkjs put it. */
export function placed(scene: Scene, root: ElkNode): Placed {
  const boxes = new Map<string, Box>();
  const visit = (node: ElkNode): void => {
    if (node.id && !node.id.startsWith("+"))
      boxes.set(node.id.slice(1), { x: node.x!, y: node.y!, width: node.width!, height: node.height! });
    node.children?.forEach(visit);
  };
  visit(root);
  const routes = new Map<string, Point[]>();
  for (const edge of root.edges ?? []) {
    const section = edge.sections?.[0];
    if (section && edge.id.startsWith("e"))
      routes.set(edge.id.slice(1), [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(point));
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
