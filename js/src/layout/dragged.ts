// A drawing in which boxes were dragged elsewhere.

import { headerWidth } from "../core/metrics";
import type { Box, Placed, Point, Scene, SceneEdge, SceneNode } from "../core/types";
import type { Positions } from "../generated/schema";
import { CORNER, leftOf, MARGIN, SIDE, topOf } from "./spacing";

/**
 * A drawing with some boxes dragged elsewhere: the sub-graphs around them grow or shrink to hold them, and edges at
 * them run straight.
 */
export function moved(placed: Placed, positions: Positions = {}): Placed {
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
    else if (route)
      routes.set(
        edge.id,
        route.map(({ x, y }) => ({ x: x + dx, y: y + dy })),
      );
  }
  const width = Math.max(...[...boxes.values()].map((box) => box.x + box.width)) + MARGIN;
  const height = Math.max(...[...boxes.values()].map((box) => box.y + box.height)) + MARGIN;
  return {
    scene,
    boxes,
    routes,
    width: Math.max(width, placed.width + dx),
    height: Math.max(height, placed.height + dy),
  };
}

function parentOf(scene: Scene, id: string): string | undefined {
  return scene.nodes.find((node) => node.id === id)?.parent;
}

function around(scene: Scene, boxes: ReadonlyMap<string, Box>, group: SceneNode): Box {
  const inner = scene.nodes.filter((node) => node.parent === group.id).map((node) => boxes.get(node.id)!);
  const x = Math.min(...inner.map((box) => box.x)) - leftOf(group);
  const y = Math.min(...inner.map((box) => box.y)) - topOf(group);
  const right = Math.max(...inner.map((box) => box.x + box.width)) + SIDE;
  const bottom = Math.max(...inner.map((box) => box.y + box.height)) + SIDE;
  return { x, y, width: Math.max(right - x, headerWidth(group)), height: bottom - y };
}

/** How far to shift everything so that nothing is left of or above the margin. */
function offset(boxes: ReadonlyMap<string, Box>): [number, number] {
  let [x, y] = [MARGIN, MARGIN];
  for (const box of boxes.values()) [x, y] = [Math.min(x, box.x), Math.min(y, box.y)];
  return [MARGIN - x, MARGIN - y];
}

/**
 * Straight from the source to the target, where the edge met them before, or from side to side where that is upwards.
 */
function straight(placed: Placed, boxes: ReadonlyMap<string, Box>, { id, source, target }: SceneEdge): Point[] {
  const [a, b] = [boxes.get(source)!, boxes.get(target)!];
  const route = placed.routes.get(id);
  const port = (box: Box, before: Box, point: Point | undefined): number =>
    point
      ? Math.min(Math.max(box.x + point.x - before.x, box.x + CORNER), box.x + box.width - CORNER)
      : box.x + box.width / 2;
  const ax = port(a, placed.boxes.get(source)!, route?.[0]);
  const bx = port(b, placed.boxes.get(target)!, route?.[route.length - 1]);
  if (a.y + a.height <= b.y)
    return [
      { x: ax, y: a.y + a.height },
      { x: bx, y: b.y },
    ];
  const right = ax <= bx;
  return [
    { x: right ? a.x + a.width : a.x, y: a.y + a.height / 2 },
    { x: right ? b.x : b.x + b.width, y: b.y + b.height / 2 },
  ];
}
