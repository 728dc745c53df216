// A plain layout for drawings that are too big for elkjs (past a thousand boxes): every sub-graph alone, its boxes in rows
// that follow the values downwards. Linear time; edges run behind the boxes that they pass.

import { headerWidth } from "./scene";
import type { Box, Placed, Point, Scene, SceneNode } from "./types";

const GAP = 26; // between boxes of a row
const ROW_GAP = 40; // between rows: room for edges
const WIDEST = 4000; // of a row, past which it goes on in the next
const [TOP, SIDE] = [42, 18]; // around what a sub-graph holds
const MARGIN = 20;

export function rowsLayout(scene: Scene): Placed {
  const children = new Map<string | undefined, SceneNode[]>([[undefined, []]]);
  const byId = new Map(scene.nodes.map((node) => [node.id, node]));
  for (const node of scene.nodes) {
    if (node.role === "open") children.set(node.id, []);
    children.get(node.parent)!.push(node);
  }
  const inputs = siblingInputs(scene, byId);
  const boxes = new Map<string, Box>();
  const size = (nodes: readonly SceneNode[]) => arrange(nodes, inputs, boxes);
  for (const node of [...scene.nodes].reverse()) {
    // Children come after their parent: going backwards, what a sub-graph holds has its size before the sub-graph.
    if (node.role !== "open") boxes.set(node.id, { x: 0, y: 0, width: node.width, height: node.height });
    else {
      const inner = size(children.get(node.id)!);
      boxes.set(node.id, { x: 0, y: 0, width: Math.max(inner.width + 2 * SIDE, headerWidth(node)), height: inner.height + TOP + SIDE });
    }
  }
  const all = size(children.get(undefined)!);
  for (const node of scene.nodes) {
    const box = boxes.get(node.id)!;
    const outer = node.parent === undefined ? { x: MARGIN - SIDE, y: MARGIN - TOP } : boxes.get(node.parent)!;
    boxes.set(node.id, { ...box, x: box.x + outer.x + SIDE, y: box.y + outer.y + TOP });
  }
  const routes = new Map(scene.edges.map((edge) => [edge.id, route(boxes.get(edge.source)!, boxes.get(edge.target)!)]));
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
function arrange(nodes: readonly SceneNode[], inputs: ReadonlyMap<string, ReadonlySet<string>>, boxes: Map<string, Box>): { width: number; height: number } {
  const layers: SceneNode[][] = [];
  const layerOf = new Map<string, number>();
  for (const node of nodes) {
    let layer = 0;
    for (const input of inputs.get(node.id) ?? []) layer = Math.max(layer, (layerOf.get(input) ?? -1) + 1);
    layerOf.set(node.id, layer);
    (layers[layer] ??= []).push(node);
  }
  const rows = layers.flatMap((layer) => wrapped(layer, boxes));
  const widths = rows.map((row) => row.reduce((sum, node) => sum + boxes.get(node.id)!.width + GAP, -GAP));
  const width = widths.reduce((most, row) => Math.max(most, row), 0);
  let y = 0;
  rows.forEach((row, at) => {
    let x = (width - widths[at]!) / 2;
    let height = 0;
    for (const node of row) {
      const box = boxes.get(node.id)!;
      boxes.set(node.id, { ...box, x, y });
      x += box.width + GAP;
      height = Math.max(height, box.height);
    }
    y += height + ROW_GAP;
  });
  return { width, height: Math.max(y - ROW_GAP, 0) };
}

function wrapped(layer: readonly SceneNode[], boxes: ReadonlyMap<string, Box>): SceneNode[][] {
  const rows: SceneNode[][] = [];
  let width = Infinity;
  for (const node of layer) {
    const box = boxes.get(node.id)!;
    if (width + box.width > WIDEST) {
      rows.push([]);
      width = 0;
    }
    rows[rows.length - 1]!.push(node);
    width += box.width + GAP;
  }
  return rows;
}

/** Down from the source, across right above the target, and down to it. */
function route(source: Box, target: Box): Point[] {
  const [sx, sy] = [source.x + source.width / 2, source.y + source.height];
  const [tx, ty] = [target.x + target.width / 2, target.y];
  if (sx === tx) return [{ x: sx, y: sy }, { x: tx, y: ty }];
  return [{ x: sx, y: sy }, { x: sx, y: ty - ROW_GAP / 2 }, { x: tx, y: ty - ROW_GAP / 2 }, { x: tx, y: ty }];
}
