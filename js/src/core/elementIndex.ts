// The elements of a graph as a tree, with the edges at each element. It is made once for an element list and used
// everywhere.

import { BEHAVIOURS, type EdgeData, type Element, type NodeData } from "../generated/schema";
import { groupBy } from "./groupBy";

/** An element in its place in the tree. */
export interface Item {
  data: NodeData;
  parent?: Item;
  children: Item[]; // in order of execution
  rank: number; // order of execution; a sub-graph has that of its first node
}

/** The elements, indexed once and used for every scene. */
export interface Index {
  items: ReadonlyMap<string, Item>;
  roots: readonly Item[];
  edges: readonly EdgeData[];
  into: ReadonlyMap<string, readonly EdgeData[]>; // edges by target
  from: ReadonlyMap<string, readonly EdgeData[]>; // edges by source
}

const indexes = new WeakMap<readonly Element[], Index>();

/** The index of an element list; the same list gives the same index. */
export function indexElements(elements: readonly Element[]): Index {
  let index = indexes.get(elements);
  if (!index) {
    index = makeIndex(elements);
    indexes.set(elements, index);
  }
  return index;
}

function makeIndex(elements: readonly Element[]): Index {
  const items = new Map<string, Item>();
  const roots: Item[] = [];
  const edges: EdgeData[] = [];
  elements.forEach((element, rank) => {
    if (element.group === "edges") edges.push(element.data as EdgeData);
    else items.set(element.data.id, { data: element.data as NodeData, children: [], rank });
  });
  for (const item of items.values()) {
    const parent = item.data.parent === undefined ? undefined : items.get(item.data.parent);
    if (parent) item.parent = parent;
    (parent?.children ?? roots).push(item);
  }
  for (const root of roots) rankGroups(root);
  inOrder(roots);
  for (const item of items.values()) inOrder(item.children);
  return {
    items,
    roots,
    edges,
    into: groupBy(edges, (edge) => edge.target),
    from: groupBy(edges, (edge) => edge.source),
  };
}

/**
 * Gives sub-graphs their rank: that of their first node; for an empty one, right after the last node of the sub-graph
 * before it.
 */
function rankGroups(item: Item, before = 0): number {
  if (!item.data.compound) return item.rank;
  let [first, last] = [Infinity, before];
  for (const child of item.children) {
    const end = rankGroups(child, last);
    first = Math.min(first, child.rank);
    last = Math.max(last, end);
  }
  item.rank = item.children.length ? first : before + 0.5;
  return last;
}

/**
 * Sorts siblings by their rank. Runs stay in the order in which they began, which is that of the elements: while one
 * invoke waits for a value, what is in the next may come first.
 */
function inOrder(siblings: Item[]): void {
  let begun = -Infinity;
  for (const item of siblings)
    if (item.data.compound && !BEHAVIOURS.inline.includes(item.data.kind))
      item.rank = begun = Math.max(begun, item.rank);
  siblings.sort((a, b) => a.rank - b.rank);
}

/** Ids of all sub-graphs. */
export function allGroups(index: Index): Set<string> {
  const ids = new Set<string>();
  for (const [id, item] of index.items) if (item.data.compound) ids.add(id);
  return ids;
}

/** Ids of the sub-graphs around an element, outermost first: what must be open to see it. */
export function around(index: Index, id: string): string[] {
  const path: string[] = [];
  for (let item = index.items.get(id)?.parent; item; item = item.parent) path.unshift(item.data.id);
  return path;
}
