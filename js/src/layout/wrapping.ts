// Wraps parts of a sub-graph that no edge joins into rows, in order of execution, so that a drawing does not grow wide.
// elkjs does so only for drawings without sub-graphs, so the rows are made by extra edges that are not drawn.

import { inOrder } from "../core/rails";
import type { Scene, SceneNode } from "../core/types";

const ROW = 1000; // px: a row gets at least as wide
const ASPECT = 1.6; // width to height that a long list of parts tends to
const OPEN = { width: 320, height: 240 }; // px: about as big as an open sub-graph
const MANY = 12; // inputs of one box that go in rows
const LAYER = 72; // px from one layer to the next

interface Part {
  first: SceneNode;
  last: SceneNode;
  width: number;
  height: number;
}

export interface Wrapping {
  links: [above: string, below: string][]; // between siblings
  columns: Map<string, number>; // place in its row, by the first box of a part
}

export function wrapParts(scene: Scene): Wrapping {
  const nodes = new Map(scene.nodes.map((node) => [node.id, node]));
  const joined = new Map<string, string>(); // union-find among siblings
  const find = (id: string): string => {
    let root = id;
    while (joined.has(root)) root = joined.get(root)!;
    if (root !== id) joined.set(id, root);
    return root;
  };
  const leaving: string[] = []; // boxes with an edge out of the sub-graph that they are in
  const pairs = [...scene.edges.map(({ source, target }) => [source, target] as const), ...inOrder(scene.nodes)];
  for (const [from, to] of pairs) {
    const [source, target] = [path(nodes, from), path(nodes, to)];
    let at = 0;
    while (source[at] !== undefined && source[at] === target[at]) at++;
    leaving.push(...source.slice(at + 1), ...target.slice(at + 1));
    const [a, b] = [source[at], target[at]];
    if (a === undefined || b === undefined) continue;
    const [first, second] = [find(a), find(b)];
    if (first !== second) joined.set(second, first);
  }
  const bound = new Set(leaving.map(find));
  const parts = new Map<string, Part>();
  const byParent = new Map<string | undefined, Part[]>();
  for (const node of scene.nodes) {
    const root = find(node.id);
    if (bound.has(root)) continue;
    const size = node.role === "open" ? OPEN : node;
    const part = parts.get(root);
    if (part) {
      part.last = node;
      part.width = Math.max(part.width, size.width);
      part.height += node.role === "open" ? size.height : LAYER;
      continue;
    }
    const made = { first: node, last: node, width: size.width, height: size.height };
    parts.set(root, made);
    const siblings = byParent.get(node.parent);
    if (siblings) siblings.push(made);
    else byParent.set(node.parent, [made]);
  }
  const made: Wrapping = { links: [], columns: new Map() };
  for (const siblings of byParent.values()) addRows(siblings, made);
  for (const sources of fans(scene, nodes)) addRows(sources, made);
  return made;
}

/** Boxes that nothing feeds and that feed one and the same box beside them, where there are many. */
function fans(scene: Scene, nodes: ReadonlyMap<string, SceneNode>): Part[][] {
  const fed = new Set(scene.edges.map((edge) => edge.target));
  const targets = new Map<string, Set<string>>();
  for (const { source, target } of scene.edges) {
    const known = targets.get(source);
    if (known) known.add(target);
    else targets.set(source, new Set([target]));
  }
  const fans = new Map<string, Part[]>();
  for (const [source, [target, ...others]] of targets) {
    const node = nodes.get(source)!;
    if (fed.has(source) || others.length || node.role === "open" || nodes.get(target!)!.parent !== node.parent)
      continue;
    const part = { first: node, last: node, width: node.width, height: LAYER };
    const fan = fans.get(target!);
    if (fan) fan.push(part);
    else fans.set(target!, [part]);
  }
  return [...fans.values()].filter((fan) => fan.length >= MANY);
}

function path(nodes: ReadonlyMap<string, SceneNode>, id: string): string[] {
  const ids: string[] = [];
  for (let node = nodes.get(id); node; node = node.parent === undefined ? undefined : nodes.get(node.parent))
    ids.unshift(node.id);
  return ids;
}

function addRows(parts: readonly Part[], { links, columns }: Wrapping): void {
  const area = parts.reduce((sum, { width, height }) => sum + (width + 26) * (height + 34), 0);
  const widest = Math.max(ROW, Math.sqrt(area * ASPECT));
  let above: Part[] = [];
  let row: Part[] = [];
  let width = 0;
  for (const part of parts) {
    if (width + part.width > widest && row.length) [above, row, width] = [row, [], 0];
    width += part.width + 26;
    const over = above[Math.min(row.length, above.length - 1)];
    if (over) links.push([over.last.id, part.first.id]);
    columns.set(part.first.id, row.length);
    row.push(part);
  }
}
