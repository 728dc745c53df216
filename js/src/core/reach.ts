// What writes reach, through values and through the model, and where that is seen: boxes and pieces of rails.

import type { EdgeData, NodeData } from "../generated/schema";
import type { Index } from "./elementIndex";
import { closure, throughModel } from "./queries";
import { railStops } from "./rails";
import type { Scene } from "./types";
import { isRead, isWrite, servesWrite } from "./words";

/** `may` where only the order of the run is known. */
export type Sure = "proven" | "may";

/** What some writes reach, by id, and the ways through the model on which they do. */
export interface Reach {
  writes: ReadonlySet<string>;
  reached: ReadonlyMap<string, Sure>;
  ways: readonly [edge: EdgeData, sure: Sure][];
}

/** Where a reach is seen: by visible box, and by the pieces of a sub-graph's rail, above each stop and below the last. */
export interface Lit {
  boxes: ReadonlyMap<string, Sure>;
  rails: ReadonlyMap<string, readonly (Sure | undefined)[]>;
  writes: ReadonlySet<string>; // visible boxes of the writes
  words: string; // for the writes: "the write in line 15"
  sure: ReadonlySet<Sure>; // which there are
}

const FEW = 3; // writes whose reach is lit unasked

/** The writes of a graph whose reach is lit unasked: all, where they are few. One statement in many passes is one. */
export function litAtFirst(index: Index): string[] {
  const writes = [...index.items.values()].filter(({ data }) => isWrite(data)).map(({ data }) => data);
  const statements = new Set(writes.map(({ file, line, text }) => `${file} ${line} ${text}`));
  return statements.size > FEW ? [] : writes.map(({ id }) => id);
}

/** What writes (or other nodes) reach. What is given to a sub-graph may be used by all that is in it. */
export function reachOf(index: Index, writes: Iterable<string>): Reach {
  const starts = new Set(writes);
  const reached = new Map<string, Sure>();
  const ways: [EdgeData, Sure][] = [];
  const perhaps: string[] = []; // what is reached if nothing proves it
  const follow = (queue: string[], sure: Sure): void => {
    const take = (id: string): void => {
      if (reached.has(id)) return;
      reached.set(id, sure);
      queue.push(id);
    };
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      for (const edge of index.from.get(id) ?? []) {
        if (edge.kind === "order") continue;
        if (throughModel(edge)) ways.push([edge, edge.kind === "may" ? "may" : sure]);
        if (edge.kind === "may") perhaps.push(edge.target);
        else take(edge.target);
      }
      for (const child of index.items.get(id)!.children) perhaps.push(child.data.id);
    }
  };
  follow([...starts], "proven");
  for (let id = perhaps.pop(); id !== undefined; id = perhaps.pop()) {
    if (reached.has(id)) continue;
    reached.set(id, "may");
    follow([id], "may");
  }
  return { writes: starts, reached, ways };
}

/** Where a reach is seen in a scene. */
export function litIn(scene: Scene, index: Index, { writes, reached, ways }: Reach): Lit {
  const nodes = new Map(scene.nodes.map((node) => [node.id, node]));
  const lit = new Set([...writes].flatMap((id) => scene.standsFor.get(id) ?? []));
  const boxes = new Map<string, Sure>();
  for (const [id, sure] of reached) {
    const box = scene.standsFor.get(id);
    if (box === undefined || nodes.get(box)!.role === "open" || index.items.get(id)!.data.compound) continue;
    if (lit.has(box)) continue;
    if (boxes.get(box) !== "proven") boxes.set(box, sure);
  }
  const stops = railStops(scene.nodes);
  const rails = new Map([...stops].map(([id, all]) => [id, [...all, "below"].map((): Sure | undefined => undefined)]));
  const outer = (id: string): string[] => {
    const ids = [id];
    for (let at = nodes.get(id)!.parent; at !== undefined; at = nodes.get(at)!.parent) ids.unshift(at);
    return ids;
  };
  const light = (group: string, from: number, to: number, sure: Sure): void => {
    const pieces = rails.get(group);
    for (let at = from; pieces && at <= to && at < pieces.length; at++) if (pieces[at] !== "proven") pieces[at] = sure;
  };
  const place = (group: string, stop: string | undefined): number =>
    stops.get(group)?.findIndex(({ id }) => id === stop) ?? -1;
  for (const [{ source, target }, sure] of ways) {
    const [start, end] = [scene.standsFor.get(source), scene.standsFor.get(target)];
    if (start === undefined || end === undefined) continue;
    const [from, to] = [outer(start), outer(end)];
    let shared = 0;
    while (from[shared] !== undefined && from[shared] === to[shared]) shared++;
    // down to the end of what the write is in, from the top of what the read is in, and from stop to stop between
    for (let at = shared; at < from.length - 1; at++)
      if (place(from[at]!, from[at + 1]) >= 0) light(from[at]!, place(from[at]!, from[at + 1]) + 1, Infinity, sure);
    for (let at = shared; at < to.length - 1; at++) light(to[at]!, 0, place(to[at]!, to[at + 1]), sure);
    const common = from[shared - 1];
    if (common === undefined) continue;
    const [above, below] = [place(common, from[shared]), place(common, to[shared])];
    if (above >= 0) light(common, above + 1, below >= 0 ? below : Infinity, sure);
    else if (below >= 0) light(common, 0, below, sure);
  }
  return {
    boxes,
    rails,
    writes: lit,
    words: inWords([...writes].map((id) => index.items.get(id)!.data)),
    sure: new Set(boxes.values()),
  };
}

/** What is said of what is reached: `reached by the write in line 15`. */
export function reachedWords({ words }: Lit, sure: Sure): string {
  return `${sure === "may" ? "may be " : ""}reached by ${words}`;
}

/** `the write in line 15`, or `a write`. */
function inWords(writes: readonly NodeData[]): string {
  const lines = new Set(writes.map(({ line }) => line));
  const [line] = lines;
  return lines.size === 1 && line !== undefined ? `the write in line ${line}` : "a write";
}

/** The reads and saves that a write reaches, in order of execution. */
export function reachedEnds(index: Index, write: string): [id: string, sure: Sure][] {
  const isEnd = ([id]: [string, Sure]): boolean => {
    const { data } = index.items.get(id)!;
    return isRead(data) || data.kind === "LockProtocol";
  };
  return [...reachOf(index, [write]).reached]
    .filter(isEnd)
    .sort(([a], [b]) => index.items.get(a)!.rank - index.items.get(b)!.rank);
}

/** The writes that reach a node, in order of execution; of more than `most`, the last. */
export function reachingWrites(index: Index, id: string, most: number): [id: string, sure: Sure][] {
  const before = [...closure(index, [id], "into")].filter(
    (other) => other !== id && isWrite(index.items.get(other)!.data),
  );
  const serving = servesWrite(index);
  const writes = before
    .filter((other) => !serving.has(other))
    .sort((a, b) => index.items.get(a)!.rank - index.items.get(b)!.rank);
  return writes.slice(-most).flatMap((write): [string, Sure][] => {
    const sure = reachOf(index, [write]).reached.get(id);
    return sure ? [[write, sure]] : [];
  });
}
