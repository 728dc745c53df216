// A plain layout for drawings that are too much for elkjs (a thousand boxes, a very wide row), or too little (a column): every
// sub-graph alone, its boxes in rows that follow the values downwards, long lists of rows folded into columns. Linear time. An
// edge past other rows runs beside them; one into or out of a sub-graph runs behind the boxes that it passes.

import { headerWidth } from "./scene";
import type { Box, Placed, Point, Scene, SceneEdge, SceneNode } from "./types";

export const GAP = 26; // between boxes of a row
export const WIDEST = 4000; // of a row, past which it goes on in the next
const ROW_GAP = 40; // between rows: room for edges
const BELOW = 13; // from a row to edges that leave it sideways
const ABOVE = 16; // from edges that come sideways to the row below them
const COLUMN_GAP = 52; // between columns: room for edges past the rows of both
const BESIDE = 12; // from a column to the edges that run past its rows
const NARROWEST = 1000; // that a row goes on for
const ASPECT = 1.6; // width to height that rows of many boxes tend to
const [TOP, SIDE] = [42, 18]; // around what a sub-graph holds
const MARGIN = 20;

/** A column of rows and a box's place in it; x relative to the boxes around it. */
interface Place {
  column: Column;
  row: number;
}

interface Column {
  left: number;
  right: number;
}

/** Whether every sub-graph is one column of boxes, each feeding the next one alone: there is nothing for elkjs to find out. */
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
  const boxes = new Map<string, Box>();
  const places = new Map<string, Place>();
  const size = (nodes: readonly SceneNode[]) => arrange(nodes, inputs, boxes, places);
  const sides = new Map<string | undefined, number>([[undefined, 0]]); // left of what a sub-graph holds, which is in its middle
  for (const node of [...scene.nodes].reverse()) {
    // Children come after their parent: going backwards, what a sub-graph holds has its size before the sub-graph.
    if (node.role !== "open") boxes.set(node.id, { x: 0, y: 0, width: node.width, height: node.height });
    else {
      const inner = size(children.get(node.id)!);
      const width = Math.max(inner.width + 2 * SIDE, headerWidth(node));
      boxes.set(node.id, { x: 0, y: 0, width, height: inner.height + TOP + SIDE });
      sides.set(node.id, (width - inner.width) / 2);
    }
  }
  const all = size(children.get(undefined)!);
  for (const node of scene.nodes) {
    const box = boxes.get(node.id)!;
    const outer = node.parent === undefined ? { x: MARGIN, y: MARGIN - TOP } : boxes.get(node.parent)!;
    boxes.set(node.id, { ...box, x: box.x + outer.x + sides.get(node.parent)!, y: box.y + outer.y + TOP });
  }
  const routes = routed(scene, byId, boxes, places, (parent) => (parent === undefined ? MARGIN : boxes.get(parent)!.x + sides.get(parent)!));
  return { scene, boxes, routes, width: all.width + 2 * MARGIN, height: all.height + 2 * MARGIN };
}

/** For each box, the boxes beside it in the same sub-graph that feed it or what is in it. */
function siblingInputs(scene: Scene, byId: ReadonlyMap<string, SceneNode>): Map<string, Set<string>> {
  const inputs = new Map<string, Set<string>>();
  const path = (id: string): string[] => {
    const ids: string[] = [];
    for (let node = byId.get(id); node; node = node.parent === undefined ? undefined : byId.get(node.parent)) ids.unshift(node.id);
    return ids;
  };
  for (const edge of scene.edges) {
    const [source, target] = [path(edge.source), path(edge.target)];
    const at = source.findIndex((id, depth) => id !== target[depth]);
    const [a, b] = [source[at], target[at]];
    if (a === undefined || b === undefined) continue;
    const known = inputs.get(b);
    if (known) known.add(a);
    else inputs.set(b, new Set([a]));
  }
  return inputs;
}

/** Puts boxes in rows below what feeds them, in order of execution; their places are relative to the whole. */
function arrange(
  nodes: readonly SceneNode[],
  inputs: ReadonlyMap<string, ReadonlySet<string>>,
  boxes: Map<string, Box>,
  places: Map<string, Place>,
): { width: number; height: number } {
  const layers: SceneNode[][] = [];
  const layerOf = new Map<string, number>();
  for (const node of nodes) {
    let layer = 0;
    for (const input of inputs.get(node.id) ?? []) layer = Math.max(layer, (layerOf.get(input) ?? -1) + 1);
    layerOf.set(node.id, layer);
    (layers[layer] ??= []).push(node);
  }
  const rows = layers.flatMap((layer) => wrapped(layer, boxes)).map((row) => measured(row, boxes));
  let [x, height] = [0, 0];
  for (const column of folded(rows)) {
    const width = column.reduce((most, row) => Math.max(most, row.width), 0);
    const sides = { left: x, right: x + width };
    let y = 0;
    column.forEach((row, at) => {
      let left = x + (width - row.width) / 2;
      for (const node of row.nodes) {
        const box = boxes.get(node.id)!;
        boxes.set(node.id, { ...box, x: left, y });
        places.set(node.id, { column: sides, row: at });
        left += box.width + GAP;
      }
      y += row.height + ROW_GAP;
    });
    height = Math.max(height, y - ROW_GAP);
    x += width + COLUMN_GAP;
  }
  return { width: Math.max(x - COLUMN_GAP, 0), height };
}

interface Row {
  nodes: readonly SceneNode[];
  width: number;
  height: number;
}

function measured(nodes: readonly SceneNode[], boxes: ReadonlyMap<string, Box>): Row {
  const sizes = nodes.map((node) => boxes.get(node.id)!);
  return { nodes, width: sizes.reduce((sum, { width }) => sum + width + GAP, -GAP), height: Math.max(...sizes.map(({ height }) => height)) };
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

function routed(
  scene: Scene,
  byId: ReadonlyMap<string, SceneNode>,
  boxes: ReadonlyMap<string, Box>,
  places: ReadonlyMap<string, Place>,
  leftOf: (parent: string | undefined) => number,
): Map<string, Point[]> {
  const [outputs, inputs] = [new Map<string, number>(), new Map<string, number>()];
  for (const { source, target } of scene.edges) {
    outputs.set(source, (outputs.get(source) ?? 0) + 1);
    inputs.set(target, (inputs.get(target) ?? 0) + 1);
  }
  const route = ({ source, target }: SceneEdge): Point[] => {
    const [from, to] = [places.get(source)!, places.get(target)!];
    const { parent } = byId.get(source)!;
    const next = from.column === to.column && to.row === from.row + 1;
    if (parent !== byId.get(target)!.parent || next) return down(boxes.get(source)!, boxes.get(target)!);
    // What spreads runs on the left of the rows, what gathers on their right.
    const gathers = inputs.get(target)! > outputs.get(source)!;
    const x = gathers ? from.column.right + BESIDE : to.column.left - BESIDE;
    return beside(boxes.get(source)!, boxes.get(target)!, leftOf(parent) + x);
  };
  return new Map(scene.edges.map((edge) => [edge.id, route(edge)]));
}

/** Down from the source, across right above the target, and down to it. */
function down(source: Box, target: Box): Point[] {
  const [sx, sy] = [source.x + source.width / 2, source.y + source.height];
  const [tx, ty] = [target.x + target.width / 2, target.y];
  if (sx === tx) return [{ x: sx, y: sy }, { x: tx, y: ty }];
  return [{ x: sx, y: sy }, { x: sx, y: ty - ABOVE }, { x: tx, y: ty - ABOVE }, { x: tx, y: ty }];
}

/** Below the source to x, along the rows, and above the target to it. */
function beside(source: Box, target: Box, x: number): Point[] {
  const [sx, sy] = [source.x + source.width / 2, source.y + source.height];
  const [tx, ty] = [target.x + target.width / 2, target.y];
  const [below, above] = [sy + BELOW, ty - ABOVE];
  return [{ x: sx, y: sy }, { x: sx, y: below }, { x, y: below }, { x, y: above }, { x: tx, y: above }, { x: tx, y: ty }];
}
