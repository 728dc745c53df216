// A plain layout for drawings that are too much for elkjs (a thousand boxes, a very wide row), or too little (a
// column): every sub-graph alone, its boxes in rows that follow the values downwards, long lists of rows folded into
// columns. Linear time. An edge past other rows runs beside them; one into or out of a sub-graph runs behind the boxes
// that it passes.

import { groupBy } from "../core/groupBy";
import { headerWidth, MOST_NAMED } from "../core/metrics";
import { inOrder, railStops } from "../core/rails";
import type { Box, Placed, Point, Scene, SceneEdge, SceneNode } from "../core/types";
import { CORNER, GAP, leftOf, MARGIN, SIDE, topOf, WIDEST } from "./spacing";

const ROW_GAP = 40; // between rows: room for edges
const BELOW = 13; // from a row to edges that leave it sideways
const ABOVE = 16; // from edges that come sideways to the row below them
const COLUMN_GAP = 52; // between columns, at least
const BESIDE = 12; // from a column to the first way past its rows
const TRACK = 6; // from one way to the next
const MOST_TRACKS = 60; // side by side, past which ways share one
const NARROWEST = 1000; // that a row goes on for
const ASPECT = 1.6; // width to height that rows of many boxes tend to
const PORT = 18; // px between edges that meet a box: room for the names of arguments

/**
 * Whether every sub-graph is one column of boxes, each feeding the next one alone: there is nothing for elkjs to find
 * out.
 */
export function isColumns({ nodes, edges }: Scene): boolean {
  const before = new Map<string | undefined, string>(); // sub-graph -> the last of its boxes
  const links = new Map<string, string>(); // box -> the one before it in its sub-graph
  for (const { id, parent } of nodes) {
    if (before.has(parent)) links.set(id, before.get(parent)!);
    before.set(parent, id);
  }
  for (const { source, target } of edges) {
    if (links.get(target) !== source) return false;
    links.delete(target);
  }
  return links.size === 0;
}

export function rowsLayout(scene: Scene): Placed {
  const children = new Map<string | undefined, SceneNode[]>([[undefined, []]]);
  const byId = new Map(scene.nodes.map((node) => [node.id, node]));
  for (const node of scene.nodes) {
    if (node.role === "open") children.set(node.id, []);
    children.get(node.parent)!.push(node);
  }
  const inputs = siblingInputs(scene, byId);
  const parentOf = (id: string): string | undefined => byId.get(id)!.parent;
  const within = scene.edges.filter(({ source, target }) => parentOf(source) === parentOf(target));
  const inner = groupBy(within, ({ source }) => parentOf(source)); // sub-graph -> edges between boxes right in it
  const boxes = new Map<string, Box>();
  const ways = new Map<string, number>(); // edge past other rows -> x of its way beside them
  const rails = railStops(scene.nodes);
  const size = (parent: string | undefined) =>
    arrange(children.get(parent)!, inputs, inner.get(parent) ?? [], boxes, ways, !rails.has(parent ?? ""));
  // left of what a sub-graph holds, which is in its middle
  const sides = new Map<string | undefined, number>([[undefined, 0]]);
  for (const node of [...scene.nodes].reverse()) {
    // Children come after their parent: going backwards, what a sub-graph holds has its size before the sub-graph.
    if (node.role !== "open") boxes.set(node.id, { x: 0, y: 0, width: node.width, height: node.height });
    else {
      const held = size(node.id);
      const needed = leftOf(node) + held.width + SIDE;
      const width = Math.max(needed, headerWidth(node));
      boxes.set(node.id, { x: 0, y: 0, width, height: held.height + topOf(node) + SIDE });
      sides.set(node.id, leftOf(node) + (width - needed) / 2);
    }
  }
  const all = size(undefined);
  for (const node of scene.nodes) {
    const box = boxes.get(node.id)!;
    const group = node.parent === undefined ? undefined : byId.get(node.parent)!;
    const outer = group ? boxes.get(group.id)! : { x: MARGIN, y: MARGIN };
    const top = group ? topOf(group) : 0;
    boxes.set(node.id, { ...box, x: box.x + outer.x + sides.get(node.parent)!, y: box.y + outer.y + top });
  }
  for (const { id, source } of scene.edges) {
    const { parent } = byId.get(source)!;
    const left = parent === undefined ? MARGIN : boxes.get(parent)!.x + sides.get(parent)!;
    if (ways.has(id)) ways.set(id, left + ways.get(id)!);
  }
  const ports = portsOf(scene, boxes, ways);
  const routes = new Map(
    scene.edges.map(({ id, source, target }) => {
      const [from, to, way, port] = [boxes.get(source)!, boxes.get(target)!, ways.get(id), ports.get(id) ?? 0];
      return [id, way === undefined ? down(from, to, port) : beside(from, to, port, way)];
    }),
  );
  return { scene, boxes, routes, width: all.width + 2 * MARGIN, height: all.height + 2 * MARGIN };
}

/** For each box, the boxes beside it in the same sub-graph that feed it or what is in it. */
function siblingInputs(scene: Scene, byId: ReadonlyMap<string, SceneNode>): Map<string, Set<string>> {
  const inputs = new Map<string, Set<string>>();
  const path = (id: string): string[] => {
    const ids: string[] = [];
    for (let node = byId.get(id); node; node = node.parent === undefined ? undefined : byId.get(node.parent))
      ids.unshift(node.id);
    return ids;
  };
  const pairs = [...scene.edges.map(({ source, target }) => [source, target] as const), ...inOrder(scene.nodes)];
  for (const [from, to] of pairs) {
    const [source, target] = [path(from), path(to)];
    const at = source.findIndex((id, depth) => id !== target[depth]);
    const [a, b] = [source[at], target[at]];
    if (a === undefined || b === undefined) continue;
    const known = inputs.get(b);
    if (known) known.add(a);
    else inputs.set(b, new Set([a]));
  }
  return inputs;
}

/**
 * Puts boxes in rows below what feeds them, in order of execution; their places are relative to the whole, as are those
 * of ways. What `folds` may go on in a next column.
 */
function arrange(
  nodes: readonly SceneNode[],
  inputs: ReadonlyMap<string, ReadonlySet<string>>,
  edges: readonly SceneEdge[],
  boxes: Map<string, Box>,
  ways: Map<string, number>,
  folds: boolean,
): { width: number; height: number } {
  const layers: SceneNode[][] = [];
  const layerOf = new Map<string, number>();
  for (const node of nodes) {
    let layer = 0;
    for (const input of inputs.get(node.id) ?? []) layer = Math.max(layer, (layerOf.get(input) ?? -1) + 1);
    layerOf.set(node.id, layer);
    const row = layers[layer] ?? [];
    row.push(node);
    layers[layer] = row;
  }
  const rows = layers.flatMap((layer) => wrapped(stopsFirst(layer), boxes)).map((row) => measured(row, boxes));
  const columns = folds ? folded(rows) : [rows];
  const spots = new Map<string, Spot>();
  let height = 0;
  columns.forEach((rows, column) => {
    let top = 0;
    rows.forEach((row, at) => {
      for (const { id } of row.nodes) spots.set(id, { column, row: at, top, bottom: top + boxes.get(id)!.height });
      top += row.height + ROW_GAP;
    });
    height = Math.max(height, top - ROW_GAP);
  });
  const sides = waysBeside(columns.length, edges, spots);
  const tracks = sides.map(apart);
  // but for the first, which has its room
  const room = (side: number): number => Math.max(0, (tracks[side] ?? 0) - 1) * TRACK;
  let x = room(0);
  columns.forEach((rows, column) => {
    const width = Math.max(...rows.map((row) => row.width));
    for (const row of rows) {
      let left = x + (width - row.width) / 2;
      for (const { id } of row.nodes) {
        const box = boxes.get(id)!;
        boxes.set(id, { ...box, x: left, y: spots.get(id)!.top });
        left += box.width + GAP;
      }
    }
    for (const way of sides[2 * column]!.values())
      for (const id of way.edges) ways.set(id, x - BESIDE - way.track * TRACK);
    for (const way of sides[2 * column + 1]!.values())
      for (const id of way.edges) ways.set(id, x + width + BESIDE + way.track * TRACK);
    x += width + room(2 * column + 1);
    if (column < columns.length - 1) x += COLUMN_GAP + room(2 * column + 2);
  });
  return { width: x, height };
}

/** Where a box is in its sub-graph. */
interface Spot {
  column: number;
  row: number;
  top: number;
  bottom: number;
}

/** A way down beside a column: of the edges of one value, or of those that one box gathers. */
interface Way {
  edges: string[];
  top: number;
  bottom: number;
  track: number;
}

/**
 * The ways on both sides of each column: what spreads runs on the left of what takes it, what gathers on the right of
 * what gives it.
 */
function waysBeside(
  columns: number,
  edges: readonly SceneEdge[],
  spots: ReadonlyMap<string, Spot>,
): Map<string, Way>[] {
  const sides = Array.from({ length: 2 * columns }, () => new Map<string, Way>());
  const [outputs, inputs] = [new Map<string, number>(), new Map<string, number>()];
  for (const { source, target } of edges) {
    outputs.set(source, (outputs.get(source) ?? 0) + 1);
    inputs.set(target, (inputs.get(target) ?? 0) + 1);
  }
  for (const { id, source, target } of edges) {
    const [from, to] = [spots.get(source)!, spots.get(target)!];
    if (from.column === to.column && to.row === from.row + 1) continue;
    const gathers = inputs.get(target)! > outputs.get(source)!;
    const side = sides[gathers ? 2 * from.column + 1 : 2 * to.column]!;
    const key = gathers ? target : source;
    const way = side.get(key) ?? { edges: [], top: Infinity, bottom: -Infinity, track: 0 };
    side.set(key, way);
    way.edges.push(id);
    way.top = Math.min(way.top, from.bottom, to.top);
    way.bottom = Math.max(way.bottom, from.bottom, to.top);
  }
  return sides;
}

/** Gives ways that pass each other a track each; returns how many tracks there are. */
function apart(ways: ReadonlyMap<string, Way>): number {
  const ends: number[] = []; // of what is on each track
  for (const way of [...ways.values()].sort((a, b) => a.top - b.top)) {
    const free = ends.findIndex((end) => end < way.top);
    way.track = free >= 0 ? free : ends.length < MOST_TRACKS ? ends.length : ends.indexOf(Math.min(...ends));
    ends[way.track] = Math.max(ends[way.track] ?? 0, way.bottom);
  }
  return ends.length;
}

interface Row {
  nodes: readonly SceneNode[];
  width: number;
  height: number;
}

function measured(nodes: readonly SceneNode[], boxes: ReadonlyMap<string, Box>): Row {
  const sizes = nodes.map((node) => boxes.get(node.id)!);
  return {
    nodes,
    width: sizes.reduce((sum, { width }) => sum + width + GAP, -GAP),
    height: Math.max(...sizes.map(({ height }) => height)),
  };
}

function wrapped(layer: readonly SceneNode[], boxes: ReadonlyMap<string, Box>): SceneNode[][] {
  const sizes = layer.map((node) => boxes.get(node.id)!);
  const area = sizes.reduce((sum, { width, height }) => sum + (width + GAP) * (height + ROW_GAP), 0);
  const widest = Math.min(Math.max(Math.sqrt(area * ASPECT), NARROWEST), WIDEST);
  const rows: SceneNode[][] = [];
  let width = Infinity;
  layer.forEach((node, at) => {
    if (width + sizes[at]!.width > widest) {
      rows.push([]);
      width = 0;
    }
    rows[rows.length - 1]!.push(node);
    width += sizes[at]!.width + GAP;
  });
  return rows;
}

/** What the rail at the left leads to is at the left. */
function stopsFirst(layer: readonly SceneNode[]): SceneNode[] {
  const isStop = ({ stop }: SceneNode): number => Number(stop === undefined);
  return [...layer].sort((a, b) => isStop(a) - isStop(b));
}

/** Rows as columns, side by side where they would be far higher than wide. */
function folded(rows: readonly Row[]): Row[][] {
  const width = Math.max(...rows.map((row) => row.width + COLUMN_GAP));
  const height = rows.reduce((sum, row) => sum + row.height + ROW_GAP, 0);
  const tallest = Math.max(...rows.map((row) => row.height));
  const most = Math.max(Math.sqrt((height * width) / ASPECT), 3 * NARROWEST, 2 * tallest); // of a column's height
  const columns: Row[][] = [];
  let y = Infinity;
  for (const row of rows) {
    if (y + row.height > most) {
      columns.push([]);
      y = 0;
    }
    columns[columns.length - 1]!.push(row);
    y += row.height + ROW_GAP;
  }
  return columns;
}

/**
 * How far from its target's middle an edge meets it, where it is not the only one and they are few enough to be told
 * apart.
 */
function portsOf(
  scene: Scene,
  boxes: ReadonlyMap<string, Box>,
  ways: ReadonlyMap<string, number>,
): Map<string, number> {
  const middle = (id: string): number => boxes.get(id)!.x + boxes.get(id)!.width / 2;
  const ports = new Map<string, number>();
  for (const [target, edges] of groupBy(scene.edges, (edge) => edge.target)) {
    if (edges.length > MOST_NAMED) continue;
    const comes = ({ id, source }: SceneEdge): number => ways.get(id) ?? middle(source);
    const ordered = [...edges].sort((a, b) => comes(a) - comes(b));
    const straight = ordered.findIndex((edge) => comes(edge) === middle(target));
    const widest = boxes.get(target)!.width / 2 - CORNER;
    ordered.forEach(({ id }, at) => {
      const port = (at - (straight < 0 ? (ordered.length - 1) / 2 : straight)) * PORT;
      ports.set(id, Math.max(-widest, Math.min(port, widest)));
    });
  }
  return ports;
}

/** Down from the source, across right above the target, and down to it. */
function down(source: Box, target: Box, port: number): Point[] {
  const [sx, sy] = [source.x + source.width / 2, source.y + source.height];
  const [tx, ty] = [target.x + target.width / 2 + port, target.y];
  if (sx === tx)
    return [
      { x: sx, y: sy },
      { x: tx, y: ty },
    ];
  return [
    { x: sx, y: sy },
    { x: sx, y: ty - ABOVE },
    { x: tx, y: ty - ABOVE },
    { x: tx, y: ty },
  ];
}

/** Below the source to the way, along the rows, and above the target to it. */
function beside(source: Box, target: Box, port: number, way: number): Point[] {
  const [sx, sy] = [source.x + source.width / 2, source.y + source.height];
  const [tx, ty] = [target.x + target.width / 2 + port, target.y];
  const [below, above] = [sy + BELOW, ty - ABOVE];
  return [
    { x: sx, y: sy },
    { x: sx, y: below },
    { x: way, y: below },
    { x: way, y: above },
    { x: tx, y: above },
    { x: tx, y: ty },
  ];
}
