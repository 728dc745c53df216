// The second arrangement: one column an invoke, a pass or a trace; down the page the order in which things ran, with
// what happens at the same place of the model on one line. A hand-over between columns, or a place reached out of
// order, shows.

import { behaves } from "../core/kinds";
import { headerWidth } from "../core/metrics";
import type { Box, Placed, Point, Scene, SceneNode } from "../core/types";
import { leftOf, MARGIN, SIDE, topOf } from "./spacing";

const GAP = 46; // between rows and between columns: room for edges
const SLOTS = 6; // edges side by side in a gap before they share a line
const SLOT = 5; // px

interface Row {
  key: string | undefined; // the place of the model, where all in the row are at one
  cells: Map<number, SceneNode>; // by column
}

/** Rows and columns from..to that a sub-graph takes. */
interface Span {
  rows: [number, number];
  columns: [number, number];
}

export function lanesLayout(scene: Scene): Placed {
  const byId = new Map(scene.nodes.map((node) => [node.id, node]));
  const columns = laneColumns(scene, byId);
  const rows = merge(scene, byId, columns);
  const spans = groupSpans(byId, columns, rows);
  const count = 1 + Math.max(0, ...columns.values());
  const widths = Array.from({ length: count }, () => 0);
  for (const row of rows)
    for (const [column, node] of row.cells) widths[column] = Math.max(widths[column]!, node.width);
  for (const [id, { columns: span }] of spans)
    if (span[0] === span[1]) widths[span[0]] = Math.max(widths[span[0]]!, headerWidth(byId.get(id)!));
  const heights = rows.map((row) => Math.max(...[...row.cells.values()].map((node) => node.height)));
  const side = (): number => SIDE;
  const xs = positions(
    widths,
    room(spans, true, "columns", count, (id) => leftOf(byId.get(id)!)),
    room(spans, false, "columns", count, side),
  );
  const ys = positions(
    heights,
    room(spans, true, "rows", rows.length, (id) => topOf(byId.get(id)!)),
    room(spans, false, "rows", rows.length, side),
  );
  const boxes = new Map<string, Box>();
  const bottoms = new Map<string, number>(); // of the rows that boxes are in: edges turn below the tallest box
  rows.forEach((row, at) => {
    for (const [column, node] of row.cells) {
      bottoms.set(node.id, ys[at]! + heights[at]!);
      boxes.set(node.id, {
        x: xs[column]! + (widths[column]! - node.width) / 2,
        y: ys[at]!,
        width: node.width,
        height: node.height,
      });
    }
  });
  for (const node of [...scene.nodes].reverse())
    if (node.role === "open") boxes.set(node.id, around(node, scene, boxes, spans.get(node.id)!, xs, widths));
  const [outs, ins] = [ports(scene, "source"), ports(scene, "target")];
  const routes = new Map(
    scene.edges.map((edge, at) => {
      const [source, target] = [boxes.get(edge.source)!, boxes.get(edge.target)!];
      const start = { x: source.x + source.width * outs.get(edge.id)!, y: source.y + source.height };
      const end = { x: target.x + target.width * ins.get(edge.id)!, y: target.y };
      return [
        edge.id,
        route(
          start,
          end,
          bottoms.get(edge.source) ?? start.y,
          at % SLOTS,
          (end.x < start.x ? rightOf(edge.target) : rightOf(edge.source)) + 6,
        ),
      ];
    }),
  );
  function rightOf(id: string): number {
    const column = columns.get(id) ?? spans.get(id)!.columns[1];
    return xs[column]! + widths[column]!;
  }
  const all = [...boxes.values()];
  return {
    scene,
    boxes,
    routes,
    width: Math.max(...all.map((box) => box.x + box.width), 0) + MARGIN,
    height: Math.max(...all.map((box) => box.y + box.height), 0) + MARGIN,
  };
}

/** The column of each box: that of the sub-graph around it that runs on its own. */
function laneColumns(scene: Scene, byId: ReadonlyMap<string, SceneNode>): Map<string, number> {
  const own = new Set<string>(); // sub-graphs with a column of their own
  for (const node of scene.nodes)
    if (node.role !== "node" && !behaves(node.data.kind, "inline"))
      for (const id of [node.id, ...outer(byId, node)]) own.add(id);
  const lanes = new Map<string, number>();
  const columns = new Map<string, number>();
  for (const node of scene.nodes) {
    if (node.role === "open") continue;
    const id = [node.id, ...outer(byId, node)].find((id) => own.has(id)) ?? "";
    if (!lanes.has(id)) lanes.set(id, lanes.size);
    columns.set(node.id, lanes.get(id)!);
  }
  // Columns of a sub-graph are side by side: a sub-graph's own column, then those in it, as deep as they go.
  const order = ["", ...depthFirst(scene)].filter((id) => lanes.has(id));
  const place = new Map(order.map((id, at) => [lanes.get(id)!, at]));
  for (const [id, column] of columns) columns.set(id, place.get(column)!);
  return columns;
}

function depthFirst(scene: Scene): string[] {
  const children = new Map<string | undefined, string[]>();
  for (const node of scene.nodes) {
    const siblings = children.get(node.parent);
    if (siblings) siblings.push(node.id);
    else children.set(node.parent, [node.id]);
  }
  const visit = (id: string): string[] => [id, ...(children.get(id) ?? []).flatMap(visit)];
  return (children.get(undefined) ?? []).flatMap(visit);
}

/**
 * Puts boxes in rows, in order of execution: below what feeds them and what is before them in their column; on the row
 * of the same place of the model in another column, where that is so low.
 */
function merge(scene: Scene, byId: ReadonlyMap<string, SceneNode>, columns: ReadonlyMap<string, number>): Row[] {
  const rows: Row[] = [];
  const rowOf = new Map<string, Row>(); // by box; of an open sub-graph, its last
  const last = new Map<number, Row>();
  const inputs = new Map<string, string[]>();
  for (const { source, target } of scene.edges) inputs.set(target, [...(inputs.get(target) ?? []), source]);
  for (const node of scene.nodes) {
    const column = columns.get(node.id);
    if (column === undefined) continue;
    const above = [last.get(column)];
    for (const id of [node.id, ...outer(byId, node)])
      for (const source of inputs.get(id) ?? []) above.push(rowOf.get(source));
    const next = 1 + Math.max(-1, ...above.map((row) => (row ? rows.indexOf(row) : -1)));
    const key = placeOf(node);
    let row = rows.find(
      (row, at) => at >= next && row.key === key && !row.cells.has(column) && (key !== undefined || at === next),
    );
    if (!row) {
      row = { key, cells: new Map() };
      rows.splice(next, 0, row);
    }
    row.cells.set(column, node);
    last.set(column, row);
    for (const id of [node.id, ...outer(byId, node)]) rowOf.set(id, row);
  }
  return rows;
}

function outer(byId: ReadonlyMap<string, SceneNode>, node: SceneNode): string[] {
  const ids: string[] = [];
  for (let id = node.parent; id !== undefined; id = byId.get(id)!.parent) ids.push(id);
  return ids;
}

/** The place of the model that a node reads or writes, in a given call. */
function placeOf({ data }: SceneNode): string | undefined {
  if (!/^(Intervention|Swap|Skip|Grad|ApplyModule)Protocol$/.test(data.kind)) return undefined;
  return `${data.kind === "GradProtocol"} ${data.target ?? data.label} ${data.iteration ?? 0}`;
}

function groupSpans(
  byId: ReadonlyMap<string, SceneNode>,
  columns: ReadonlyMap<string, number>,
  rows: readonly Row[],
): Map<string, Span> {
  const spans = new Map<string, Span>();
  rows.forEach((row, at) => {
    for (const node of row.cells.values()) {
      const column = columns.get(node.id)!;
      for (const id of outer(byId, node)) {
        const span = spans.get(id);
        if (!span) spans.set(id, { rows: [at, at], columns: [column, column] });
        else {
          span.rows = [Math.min(span.rows[0], at), Math.max(span.rows[1], at)];
          span.columns = [Math.min(span.columns[0], column), Math.max(span.columns[1], column)];
        }
      }
    }
  });
  return spans;
}

/** The room that the borders of sub-graphs take before (or after) each row or column, at most, along any line across. */
function room(
  spans: ReadonlyMap<string, Span>,
  start: boolean,
  axis: keyof Span,
  size: number,
  border: (id: string) => number,
): number[] {
  const across = axis === "rows" ? "columns" : "rows";
  const most = Array.from({ length: size }, () => 0);
  const lines = new Map<string, number>();
  for (const [id, span] of spans) {
    const at = span[axis][start ? 0 : 1];
    for (let line = span[across][0]; line <= span[across][1]; line++) {
      const key = `${at} ${line}`;
      const taken = (lines.get(key) ?? 0) + border(id);
      lines.set(key, taken);
      most[at] = Math.max(most[at]!, taken);
    }
  }
  return most;
}

function positions(sizes: readonly number[], before: readonly number[], after: readonly number[]): number[] {
  let at = MARGIN;
  return sizes.map((size, i) => {
    const here = at + before[i]!;
    at = here + size + after[i]! + GAP;
    return here;
  });
}

function around(
  group: SceneNode,
  scene: Scene,
  boxes: ReadonlyMap<string, Box>,
  span: Span,
  xs: readonly number[],
  widths: readonly number[],
): Box {
  const inner = scene.nodes.filter((node) => node.parent === group.id).map((node) => boxes.get(node.id)!);
  const left = Math.min(xs[span.columns[0]]!, ...inner.map((box) => box.x)) - leftOf(group);
  const right =
    Math.max(xs[span.columns[1]]! + widths[span.columns[1]]!, ...inner.map((box) => box.x + box.width)) + SIDE;
  const top = Math.min(...inner.map((box) => box.y)) - topOf(group);
  const bottom = Math.max(...inner.map((box) => box.y + box.height)) + SIDE;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Where along a box's side each edge meets it, from 0 to 1. */
function ports(scene: Scene, end: "source" | "target"): Map<string, number> {
  const edges = new Map<string, string[]>();
  for (const edge of scene.edges) edges.set(edge[end], [...(edges.get(edge[end]) ?? []), edge.id]);
  const places = new Map<string, number>();
  for (const ids of edges.values()) ids.forEach((id, at) => void places.set(id, (at + 1) / (ids.length + 1)));
  return places;
}

/** Down to the next row, else around the boxes, in the gaps between rows and columns. */
function route(start: Point, end: Point, bottom: number, slot: number, gap: number): Point[] {
  const drop = end.y - bottom;
  const near = drop > 0 && drop <= GAP;
  if (near && start.x === end.x) return [start, end];
  const into = end.y - 18 - slot * 3;
  if (near) return [start, { x: start.x, y: into }, { x: end.x, y: into }, end];
  const out = bottom + 8 + slot * 3;
  const side = gap + slot * SLOT;
  return [start, { x: start.x, y: out }, { x: side, y: out }, { x: side, y: into }, { x: end.x, y: into }, end];
}
