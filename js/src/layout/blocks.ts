// Runs of the model (traces, invokes, the passes of a loop that shows all) in the order of execution: side by side, in rows
// that go on below where there is no more room. Each is laid out by itself; edges from one to another run in the gaps.

import { groupBy } from "../core/groupBy";
import { behaves } from "../core/kinds";
import { headerWidth, LARGEST, READABLE } from "../core/metrics";
import type { Box, Placed, Point, Scene, SceneEdge, SceneNode } from "../core/types";
import type { ElkNode } from "./elk";
import { elkGraph, placed } from "./layered";
import { rowsLayout } from "./rows";
import { leftOf, MARGIN, SIDE, topOf } from "./spacing";

/** The room that a drawing has, in px. */
export interface Room {
  width: number;
  height: number;
  readable?: false; // a sheet of paper: all is seen at once, however small
}

const PAPER: Room = { width: 1100, height: 720, readable: false };
const BETWEEN = 32; // px between blocks, where no edge runs
const TRACK = 7; // px from one edge in a gap to the next
const INTO = 18; // px from an edge in a gap to the block that it enters
const NARROWEST = 320; // px of a row
const WIDER = 1.12; // from one width that is tried to the next
const BEST = 0.93; // of the best zoom: a drawing that is almost as large is chosen for its fewer rows

/** A part of a drawing by itself; places are from its own corner. */
interface Sheet {
  width: number;
  height: number;
  boxes: Map<string, Box>;
  routes: Map<string, Point[]>; // of edges within
  ins: Map<string, Point[]>; // edge from elsewhere → its way from the upper border
  outs: Map<string, Point[]>; // edge to elsewhere → its way to the lower border
}

/** What is laid out by itself: boxes, or a sub-graph with its frame. */
interface Block {
  frame?: SceneNode;
  nodes: SceneNode[]; // all that is in it, but for the frame
  blocks?: Block[]; // what it is made of
  sheet?: Sheet; // of its nodes, where it is not made of blocks
}

/** The blocks of a scene, or undefined if it has no two runs beside each other. */
function blocksOf(scene: Scene): Block | undefined {
  const children = groupBy(scene.nodes, (node) => node.parent);
  const all = (node: SceneNode): SceneNode[] => [node, ...(children.get(node.id) ?? []).flatMap(all)];
  const made = (id: string | undefined): Block | undefined => {
    const inner = children.get(id) ?? [];
    const split = new Map(inner.map((node) => [node, node.role === "open" ? made(node.id) : undefined]));
    const runs = inner.filter(isRun);
    if (runs.length < 2 && ![...split.values()].some(Boolean)) return undefined;
    const blocks: Block[] = [];
    let plain: Block | undefined;
    for (const node of inner) {
      const within = split.get(node);
      if (within || (runs.length > 1 && isRun(node))) {
        plain = undefined;
        if (within) blocks.push({ ...within, frame: node });
        else if (node.role === "open") blocks.push({ frame: node, nodes: all(node).slice(1) });
        else blocks.push({ nodes: [node] });
      } else if (plain) plain.nodes.push(...all(node));
      else {
        plain = { nodes: all(node) };
        blocks.push(plain);
      }
    }
    return { nodes: inner.flatMap(all), blocks };
  };
  return made(undefined);
}

function isRun({ role, data: { kind } }: SceneNode): boolean {
  return role !== "node" && (!behaves(kind, "inline") || (behaves(kind, "loop") && role === "open"));
}

/** Lays a scene out in blocks; yields what elkjs is asked, and is given its answers. Undefined if there are no blocks. */
export function* blockLayout(
  scene: Scene,
): Generator<ElkNode, ((room?: Room, width?: number) => Placed & { row: number }) | undefined, ElkNode> {
  const root = blocksOf(scene);
  if (!root) return undefined;
  for (const block of leaves(root)) block.sheet = yield* sheetOf(block, scene);
  return (room = PAPER, width) => {
    const wide = (limit: number): Sheet => framed({ ...root, sheet: composed(root, limit, scene) }, MARGIN);
    const limit = width ?? bestWidth(wide, room);
    const sheet = wide(limit);
    const { boxes, routes } = sheet;
    return { scene, boxes, routes, width: sheet.width, height: sheet.height, row: limit };
  };
}

function leaves(block: Block): Block[] {
  return block.blocks ? block.blocks.flatMap(leaves) : [block];
}

/**
 * The width of rows with which a drawing is seen best in a room: as large as can be, or, if its texts cannot be read then,
 * as wide as the room, to go on below.
 */
function bestWidth(wide: (limit: number) => Sheet, room: Room): number {
  const widest = wide(Infinity).width;
  const tried: { limit: number; width: number; height: number }[] = [];
  for (let limit = NARROWEST; limit < widest * WIDER; limit *= WIDER) tried.push({ limit, ...sized(wide(limit)) });
  const zoom = (sheet: { width: number; height: number }) =>
    Math.min(LARGEST, room.width / sheet.width, room.height / sheet.height);
  const least = Math.max(...tried.map(zoom)) * BEST;
  const narrow = Math.max(Math.min(...tried.map(({ width }) => width)), room.width / READABLE);
  const good = tried.filter(
    least >= READABLE || room.readable === false ? (sheet) => zoom(sheet) >= least : ({ width }) => width <= narrow,
  );
  return good.reduce((a, b) => (b.height < a.height ? b : a)).limit;
}

function sized({ width, height }: Sheet): { width: number; height: number } {
  return { width, height };
}

/** The edges with one end among some nodes, and those with both. */
function edgesAt(scene: Scene, ids: ReadonlySet<string>): { inner: SceneEdge[]; ins: SceneEdge[]; outs: SceneEdge[] } {
  const found = { inner: [] as SceneEdge[], ins: [] as SceneEdge[], outs: [] as SceneEdge[] };
  for (const edge of scene.edges) {
    const [from, to] = [ids.has(edge.source), ids.has(edge.target)];
    if (from && to) found.inner.push(edge);
    else if (to) found.ins.push(edge);
    else if (from) found.outs.push(edge);
  }
  return found;
}

/** What is laid out by itself, with the ways of edges in and out at its upper and lower border. */
function* sheetOf(block: Block, scene: Scene): Generator<ElkNode, Sheet, ElkNode> {
  const { nodes } = block;
  const ids = new Set(nodes.map(({ id }) => id));
  const { inner, ins, outs } = edgesAt(scene, ids);
  const [only] = nodes;
  if (nodes.length === 1 && only!.role !== "open") return single(only!, ins, outs);
  const bare = nodes.map((node) => (node.parent !== undefined && ids.has(node.parent) ? node : withoutParent(node)));
  const part: Scene = { ...scene, nodes: bare, edges: inner };
  const graph = elkGraph(part, { ins, outs });
  if (!graph) return trimmed(rowsLayout(part), ins, outs);
  const answer = yield graph;
  return trimmed(placed(part, answer), ins, outs, answer);
}

function withoutParent({ parent: _, ...node }: SceneNode): SceneNode {
  return node;
}

function single(node: SceneNode, ins: readonly SceneEdge[], outs: readonly SceneEdge[]): Sheet {
  const { width, height } = node;
  const spread = (edges: readonly SceneEdge[], y: number) =>
    new Map(edges.map(({ id }, at) => [id, [{ x: (width * (at + 1)) / (edges.length + 1), y }]]));
  const boxes = new Map([[node.id, { x: 0, y: 0, width, height }]]);
  return { width, height, boxes, routes: new Map(), ins: spread(ins, 0), outs: spread(outs, height) };
}

/** A drawing without its margin, and without the room that elkjs left for the ends of edges in and out. */
function trimmed(drawing: Placed, ins: readonly SceneEdge[], outs: readonly SceneEdge[], root?: ElkNode): Sheet {
  const ways = new Map<string, Point[]>();
  for (const { id, sections } of root?.edges ?? []) {
    const section = sections?.[0];
    if (section && /^[io]/.test(id))
      ways.set(
        id,
        [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(({ x, y }) => ({ x, y })),
      );
  }
  for (const { id, target } of ins) {
    const box = drawing.boxes.get(target)!;
    if (!ways.has(`i${id}`))
      ways.set(`i${id}`, [
        { x: box.x + box.width / 2, y: 0 },
        { x: box.x + box.width / 2, y: box.y },
      ]);
  }
  for (const { id, source } of outs) {
    const { x, y, width, height } = drawing.boxes.get(source)!;
    if (!ways.has(`o${id}`))
      ways.set(`o${id}`, [
        { x: x + width / 2, y: y + height },
        { x: x + width / 2, y: drawing.height },
      ]);
  }
  // the ends at the borders follow the rest
  const points = [...ways].flatMap(([key, way]) => (key.startsWith("i") ? way.slice(1) : way.slice(0, -1)));
  const boxes = [...drawing.boxes.values()];
  const corners = [...drawing.routes.values()].flat();
  const xs = [...points, ...corners, ...[...ways.values()].flat()].map(({ x }) => x);
  const ys = [...points, ...corners].map(({ y }) => y);
  const left = Math.min(...boxes.map(({ x }) => x), ...xs);
  const right = Math.max(...boxes.map(({ x, width }) => x + width), ...xs);
  const top = Math.min(...boxes.map(({ y }) => y), ...ys.map((y) => y - INTO / 2));
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height), ...ys.map((y) => y + INTO / 2));
  const moved = (points: readonly Point[]): Point[] => points.map(({ x, y }) => ({ x: x - left, y: y - top }));
  const [width, height] = [right - left, bottom - top];
  return {
    width,
    height,
    boxes: new Map([...drawing.boxes].map(([id, box]) => [id, { ...box, x: box.x - left, y: box.y - top }])),
    routes: new Map([...drawing.routes].map(([id, route]) => [id, moved(route)])),
    ins: new Map(
      ins.map(({ id }) => {
        const [first, ...rest] = moved(ways.get(`i${id}`)!);
        return [id, [{ x: first!.x, y: 0 }, ...rest]];
      }),
    ),
    outs: new Map(
      outs.map(({ id }) => {
        const way = moved(ways.get(`o${id}`)!);
        return [id, [...way.slice(0, -1), { x: way[way.length - 1]!.x, y: height }]];
      }),
    ),
  };
}

/** A sheet of a block with its frame and header around it, or with a margin. */
function framed({ frame, sheet }: Block, margin?: number): Sheet {
  if (!sheet || (!frame && margin === undefined)) return sheet!;
  const side = margin ?? SIDE;
  const [left, top] = frame ? [leftOf(frame), topOf(frame)] : [side, side];
  const needed = left + sheet.width + side;
  const width = Math.max(needed, frame ? headerWidth(frame) : 0);
  const height = sheet.height + top + side;
  const x = left + (width - needed) / 2;
  const boxes = new Map<string, Box>(frame ? [[frame.id, { x: 0, y: 0, width, height }]] : []);
  for (const [id, box] of sheet.boxes) boxes.set(id, { ...box, x: box.x + x, y: box.y + top });
  const shift = (way: readonly Point[]): Point[] => way.map((point) => ({ x: point.x + x, y: point.y + top }));
  const shifted = (ways: ReadonlyMap<string, Point[]>) => new Map([...ways].map(([id, way]) => [id, shift(way)]));
  const [ins, outs] = [shifted(sheet.ins), shifted(sheet.outs)];
  for (const way of ins.values()) way.unshift({ x: way[0]!.x, y: 0 });
  for (const way of outs.values()) way.push({ x: way[way.length - 1]!.x, y: height });
  return { width, height, boxes, routes: shifted(sheet.routes), ins, outs };
}

/** Edges that run along a gap, each on a track of its own; those of one value share one. */
class Gap {
  private readonly tracks = new Map<string, number>();

  add({ source }: SceneEdge): void {
    if (!this.tracks.has(source)) this.tracks.set(source, this.tracks.size);
  }
  /** What its edges take of it, in px. */
  get size(): number {
    return Math.max(0, this.tracks.size - 1) * TRACK;
  }
  get isUsed(): boolean {
    return this.tracks.size > 0;
  }
  at({ source }: SceneEdge): number {
    return this.tracks.get(source)! * TRACK;
  }
}

/** Blocks in rows no wider than `limit`. */
function composed(block: Block, limit: number, scene: Scene): Sheet {
  const blocks = block.blocks!;
  const sheets = blocks.map((inner) =>
    framed(inner.blocks ? { ...inner, sheet: composed(inner, limit - 2 * SIDE, scene) } : inner),
  );
  const owner = new Map<string, number>();
  blocks.forEach((inner, at) => {
    for (const { id } of inner.frame ? [inner.frame, ...inner.nodes] : inner.nodes) owner.set(id, at);
  });
  const across = scene.edges.filter(
    ({ source, target }) => (owner.has(source) || owner.has(target)) && owner.get(source) !== owner.get(target),
  );
  const rowOf: number[] = [];
  let [row, used] = [0, 0];
  sheets.forEach(({ width }, at) => {
    if (at && used + width > limit) [row, used] = [row + 1, 0];
    rowOf.push(row);
    used += width + BETWEEN;
  });
  const rows = row + 1;
  const above = Array.from({ length: rows + 1 }, () => new Gap()); // above each row; the last is below them all
  const beside = blocks.map(() => new Gap()); // right of each block
  const lane = new Gap(); // left of them all
  const ways = across.map((edge) => {
    const [from, to] = [owner.get(edge.source), owner.get(edge.target)];
    const [first, last] = [from === undefined ? -1 : rowOf[from]!, to === undefined ? rows : rowOf[to]!];
    const near = last === first + 1; // straight on into the next row, or over the border
    const level = first === last;
    if (!near && !level) lane.add(edge);
    if (level) beside[from!]!.add(edge);
    else if (first >= 0 && !(near && last === rows)) above[first + 1]!.add(edge);
    if (to !== undefined && first >= 0) above[last]!.add(edge);
    else if (to !== undefined && !near) above[last]!.add(edge);
    return { edge, from, to, first, last, near, level };
  });

  const laneWidth = lane.isUsed ? lane.size + INTO : 0;
  const lefts: number[] = [];
  const tops: number[] = [];
  let [y, width] = [0, 0];
  const heights = Array.from({ length: rows }, (_, at) =>
    Math.max(...sheets.filter((_, index) => rowOf[index] === at).map(({ height }) => height)),
  );
  for (let at = 0; at < rows; at++) {
    y += at ? BETWEEN + above[at]!.size : above[at]!.isUsed ? INTO + above[at]!.size : 0;
    tops.push(y);
    let x = laneWidth;
    sheets.forEach((sheet, index) => {
      if (rowOf[index] !== at) return;
      lefts[index] = x;
      x += sheet.width;
      width = Math.max(width, x);
      x += BETWEEN + beside[index]!.size;
      if (beside[index]!.isUsed) width = Math.max(width, x - BETWEEN / 2);
    });
    y += heights[at]!;
    if (ways.some(({ level, first }) => level && first === at)) y += INTO;
  }
  const bottom = y + (above[rows]!.isUsed ? 2 * INTO + above[rows]!.size : 0);

  const boxes = new Map<string, Box>();
  const routes = new Map<string, Point[]>();
  sheets.forEach((sheet, index) => {
    const [x, y] = [lefts[index]!, tops[rowOf[index]!]!];
    const { frame } = blocks[index]!;
    for (const [id, box] of sheet.boxes)
      boxes.set(id, {
        ...box,
        x: box.x + x,
        y: box.y + y,
        height: id === frame?.id ? heights[rowOf[index]!]! : box.height,
      });
    for (const [id, route] of sheet.routes) routes.set(id, moved(route, x, y));
  });
  const ins = new Map<string, Point[]>();
  const outs = new Map<string, Point[]>();
  for (const { edge, from, to, first, last, near, level } of ways) {
    const start =
      from === undefined ? [] : moved(wayOf(sheets, blocks, from, "outs", edge), lefts[from]!, tops[first]!);
    const end = to === undefined ? [] : moved(wayOf(sheets, blocks, to, "ins", edge), lefts[to]!, tops[last]!);
    const begin = start[start.length - 1];
    if (begin && blocks[from!]!.frame) begin.y = tops[first]! + heights[first]!; // frames of a row are of one height
    const into = end[0];
    const x = begin?.x ?? into!.x;
    const channel = (row: number): number => (row < rows ? tops[row]! : bottom) - INTO - above[row]!.at(edge);
    const between: Point[] = [];
    if (level) {
      const gutter = lefts[from!]! + sheets[from!]!.width + BETWEEN / 2 + beside[from!]!.at(edge);
      const under = begin!.y + INTO / 2;
      between.push({ x, y: under }, { x: gutter, y: under }, { x: gutter, y: channel(last) });
      between.push({ x: into!.x, y: channel(last) });
    } else if (near) {
      if (begin && into) between.push({ x, y: channel(last) }, { x: into.x, y: channel(last) });
    } else {
      const side = lane.at(edge);
      if (begin) between.push({ x, y: channel(first + 1) }, { x: side, y: channel(first + 1) });
      if (into) between.push({ x: side, y: channel(last) }, { x: into.x, y: channel(last) });
    }
    const whole = [...start, ...between, ...end];
    if (from === undefined) ins.set(edge.id, [{ x: whole[0]!.x, y: 0 }, ...whole]);
    else if (to === undefined) outs.set(edge.id, [...whole, { x: whole[whole.length - 1]!.x, y: bottom }]);
    else routes.set(edge.id, straightened(whole));
  }
  return { width, height: bottom, boxes, routes, ins, outs };
}

/** An edge's way in or out of a block; at the border itself, where the edge is the block's own. */
function wayOf(
  sheets: readonly Sheet[],
  blocks: readonly Block[],
  at: number,
  way: "ins" | "outs",
  edge: SceneEdge,
): Point[] {
  const { width, height, [way]: ways } = sheets[at]!;
  const own = blocks[at]!.frame?.id === (way === "ins" ? edge.target : edge.source);
  return own ? [{ x: width / 2, y: way === "ins" ? 0 : height }] : ways.get(edge.id)!;
}

function moved(points: readonly Point[], dx: number, dy: number): Point[] {
  return points.map(({ x, y }) => ({ x: x + dx, y: y + dy }));
}

/** Without corners on a straight line. */
function straightened(points: readonly Point[]): Point[] {
  const made: Point[] = [];
  for (const point of points) {
    const [before, last] = made.slice(-2);
    if (last && last.x === point.x && last.y === point.y) continue;
    if (before && last && ((before.x === last.x && last.x === point.x) || (before.y === last.y && last.y === point.y)))
      made.pop();
    made.push(point);
  }
  return made;
}
