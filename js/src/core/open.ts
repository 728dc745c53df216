// Which sub-graphs are open, and which pass of a loop is shown.

import type { NodeData } from "../generated/schema";
import type { Index, Item } from "./elementIndex";
import { behaves } from "./kinds";
import type { ViewState } from "./types";
import { isWrite } from "./words";

/** Whether a hidden kind hides an item: to hide operations hides no write that one of them makes. */
export function hides(hiddenKinds: ReadonlySet<string>, data: NodeData): boolean {
  return hiddenKinds.has(data.kind) && !(data.kind === "Operation" && isWrite(data));
}

/**
 * Opens everything in `roots`, level by level, as long as no more than `budget` boxes are visible. `closed` says how
 * many sub-graphs stay closed for that.
 */
export function expansionWithin(
  index: Index,
  budget: number,
  { steps = {}, hiddenKinds = new Set() }: Partial<ViewState> = {},
  roots = index.roots,
  folded: (item: Item) => boolean = () => false,
): { open: Set<string>; closed: number } {
  const open = new Set<string>();
  let closed = 0;
  let visible = roots.length;
  let level = [...roots];
  while (level.length) {
    const next: Item[] = [];
    for (const item of level) {
      if (!item.data.compound || folded(item)) continue;
      const children = shownChildren(item, steps).filter((child) => !hides(hiddenKinds, child.data));
      if (visible + children.length > budget) {
        closed++;
        continue;
      }
      visible += children.length;
      open.add(item.data.id);
      next.push(...children);
    }
    level = next;
  }
  return { open, closed };
}

/**
 * What is open after a sub-graph was opened or closed. In a loop that shows one pass, a sub-graph is open in all passes
 * or in none, so that stepping through them changes nothing but the pass.
 */
export function withOpen(
  index: Index,
  state: Pick<ViewState, "expanded" | "steps">,
  id: string,
  open: boolean,
): Set<string> {
  const expanded = new Set(state.expanded);
  if (open) return expanded.add(id);
  const closed = canonical(index, state.steps, id);
  for (const other of state.expanded) if (canonical(index, state.steps, other) === closed) expanded.delete(other);
  return expanded;
}

/** The id of the same thing in the first pass of every loop around it that shows one pass. */
export function canonical(index: Index, steps: ViewState["steps"], id: string): string {
  let same = id;
  for (let item = index.items.get(id); item; item = item.parent)
    if (behaves(item.data.kind, "pass") && item.parent && shownPass(item.parent, steps))
      same = passes(item.parent)[0]!.data.id + same.slice(item.data.id.length);
  return same;
}

/** The passes of a loop, or none where the loop's body is there once. */
export function passes(item: Item): Item[] {
  return behaves(item.data.kind, "loop") ? item.children.filter((child) => behaves(child.data.kind, "pass")) : [];
}

/** The pass that an iterator shows, or undefined when it shows all (or has none). */
export function shownPass(item: Item, steps: ViewState["steps"]): Item | undefined {
  const all = passes(item);
  const step = Object.hasOwn(steps, item.data.id) ? steps[item.data.id]! : undefined;
  if (!all.length || step === "all") return undefined;
  if (step === undefined) return firstShown(item);
  return all.find((pass) => pass.data.index === step) ?? all[Math.min(Math.max(step, 0), all.length - 1)];
}

/** The children that an open sub-graph shows: a loop shows what is in one pass. */
export function shownChildren(item: Item, steps: ViewState["steps"]): Item[] {
  const pass = shownPass(item, steps);
  if (!pass) return item.children;
  return item.children.flatMap((child) =>
    child === pass ? child.children : behaves(child.data.kind, "pass") ? [] : [child],
  );
}

const atFirst = new WeakMap<Item, Item | undefined>();

/** The pass that a loop shows at first: the first that failed, else the first in which something ran, else the first. */
export function firstShown(loop: Item): Item | undefined {
  if (!atFirst.has(loop)) {
    const all = passes(loop);
    atFirst.set(loop, all.find(({ data }) => data.status === "failed") ?? all.find(isActive) ?? all[0]);
  }
  return atFirst.get(loop);
}

function isActive({ data, children }: Item): boolean {
  return data.compound ? children.some(isActive) : !data.status && !behaves(data.kind, "standing");
}
