// The rail of a sub-graph: the model from its input down to the last place that is touched, with a station for each.

import { SUBTITLE } from "../core/metrics";
import { BESIDE_RAIL, INPUT, railStops } from "../core/rails";
import type { Lit, Sure } from "../core/reach";
import type { Box, SceneNode } from "../core/types";
import type { Theme } from "../generated/schema";
import { COLORS } from "./colors";
import type { Figure, Mark, Shape } from "./marks";
import { arrowHead, path, rounded } from "./path";

const SIDE = 18; // px from a sub-graph's side to the rail's names
const [WIDTH, STATION] = [7, 5.5]; // px across the rail, and a station's radius
const TOP = 44; // px from a sub-graph's top to the rail's
const HEADER = 21; // px from the top of a sub-graph on the rail to where the rail leads to it
const AFTER = 15; // px that the rail of a part of a run goes on below its last station
export const MAY_DASH = [5, 3];

/** The marks of all rails, where their boxes are; nothing is known of a box that is out of sight. */
export function railMarks(
  nodes: readonly SceneNode[],
  boxOf: (node: SceneNode) => Box | undefined,
  theme: Theme,
  lit?: Lit,
  opacityOf: (group: SceneNode) => number = () => 1,
): Mark[] {
  const groups = new Map(nodes.map((node) => [node.id, node]));
  const inside = new Map<string, SceneNode[]>();
  for (const node of nodes) {
    const siblings = node.parent === undefined ? undefined : inside.get(node.parent);
    if (siblings) siblings.push(node);
    if (node.rail !== undefined) inside.set(node.id, []);
  }
  return [...railStops(nodes)].flatMap(([id, stops]) => {
    const group = groups.get(id);
    const box = group && boxOf(group);
    const placed = stops.flatMap((stop) => {
      const at = boxOf(stop);
      return at ? [{ stop, at }] : [];
    });
    if (!box || placed.length < stops.length) return [];
    // Passes that are drawn side by side are on no line.
    if (placed.some(({ at }, place) => place > 0 && at.y <= placed[place - 1]!.at.y)) return [];
    const others = inside.get(id)!.map((other) => boxOf(other)!);
    const opacity = opacityOf(group);
    return [{ ...(opacity < 1 ? { opacity } : {}), marks: railOf(group, box, placed, others, theme, lit) }];
  });
}

function railOf(
  group: SceneNode,
  box: Box,
  stops: readonly { stop: SceneNode; at: Box }[],
  others: readonly Box[],
  theme: Theme,
  lit?: Lit,
): Mark[] {
  const colors = COLORS[theme];
  const x = rounded(box.x + SIDE + group.rail! - BESIDE_RAIL);
  const heights = stops.map(({ stop, at }) => rounded(at.y + (stop.role === "node" ? at.height / 2 : HEADER)));
  const pieces = lit?.rails.get(group.id) ?? [];
  const top = rounded(box.y + TOP);
  const rail: Shape[] = [];
  const way: Shape[] = [];
  const stations: Shape[] = [];
  const names: Mark[] = [];
  const name = (text: string, y: number): void =>
    void names.push({
      text,
      x: rounded(x - 14),
      y: rounded(y + 3.5),
      size: SUBTITLE,
      face: "mono",
      fill: colors.mute,
      anchor: "end",
    });
  const piece = (from: number, to: number, sure: Sure | undefined): void => {
    if (to <= from) return;
    const line = { path: path(["M", x, from], ["L", x, to]), strokeWidth: WIDTH };
    rail.push({ ...line, stroke: colors.rail });
    if (sure === "proven") rail.push({ ...line, stroke: colors.reached });
    else if (sure) rail.push({ ...line, stroke: colors.reached, strokeWidth: WIDTH - 3, dash: MAY_DASH });
  };
  const ring = (y: number, isLit: boolean): void =>
    void stations.push({
      circle: { x, y, radius: STATION },
      fill: colors.page,
      stroke: isLit ? colors.reached : colors.edge,
      strokeWidth: 2,
    });
  if (group.begins) {
    ring(top, false);
    name(INPUT, top);
  }
  stops.forEach(({ stop, at }, place) => {
    const y = heights[place]!;
    piece(place ? heights[place - 1]! : top, y, pieces[place]);
    const isLit = lit?.writes.has(stop.id) === true && pieces.slice(place + 1).some(Boolean);
    const comes = pieces[place] !== undefined;
    ring(y, isLit || comes);
    if (stop.stop && stop.stop !== stops[place - 1]?.stop.stop) name(stop.stop, y);
    way.push(...connector(x, y, at, stop.write === true, isLit ? colors.reached : colors.edge, others));
  });
  const last = heights[heights.length - 1]!;
  if (!group.begins) piece(last, last + AFTER, pieces[stops.length]);
  return [{ shapes: [...way, ...rail, ...stations] }, ...names];
}

/** From a station to a box at its right, or from a write to its station; other boxes lie above it. */
function connector(x: number, y: number, box: Box, writes: boolean, stroke: string, others: readonly Box[]): Shape[] {
  const [start, end] = [x + STATION + 1, box.x];
  const between = others.filter(
    (other) => other !== box && other.y < y && other.y + other.height > y && other.x < end - 1,
  );
  const line: Shape[] = [];
  let from = writes ? start + 6 : start;
  for (const other of [...between].sort((a, b) => a.x - b.x)) {
    if (other.x > from) line.push({ path: path(["M", from, y], ["L", other.x, y]), stroke, strokeWidth: 1.6 });
    from = Math.max(from, other.x + other.width);
  }
  if (end > from) line.push({ path: path(["M", from, y], ["L", end, y]), stroke, strokeWidth: writes ? 2 : 1.6 });
  if (writes) line.push({ path: arrowHead({ x: start, y }, -1, 0), fill: stroke });
  return line;
}

/** The sign of what is reached, at the side of what is read and below what is computed. */
export function reachedMark({ role, data }: SceneNode, box: Box, sure: Sure, theme: Theme): Figure {
  const { reached } = COLORS[theme];
  const upright = role !== "node" || data.kind === "InterventionProtocol";
  const [inset, x, y] = [Math.min(14, box.height / 4), box.x, box.y + box.height];
  const line = upright
    ? path(["M", x, box.y + (role === "node" ? 1 : 9)], ["L", x, y - (role === "node" ? 1 : 9)])
    : path(["M", x + inset, y], ["L", x + box.width - inset, y]);
  return {
    shapes: [
      {
        path: line,
        stroke: reached,
        strokeWidth: sure === "proven" ? 4 : 3,
        ...(sure === "may" ? { dash: MAY_DASH } : {}),
      },
    ],
  };
}
