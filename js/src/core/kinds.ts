// Which kinds a graph has, how many of each, and how they look.

import {
  BEHAVIOURS,
  type Behaviour,
  type KindStyle,
  type Legend,
  type NodeData,
  type Theme,
} from "../generated/schema";
import type { Index } from "./elementIndex";
import type { LegendEntry } from "./types";

/** The look of a kind; one that the legend lacks looks like an operation (or a sub-graph). */
export function styleOf(legend: Legend, kind: string, group = false): KindStyle {
  return (Object.hasOwn(legend, kind) ? legend[kind] : legend[group ? "Subgraph" : "Operation"])!;
}

/** What the legend calls a kind: a word for one of it, or for what it does, where there is one. */
export function wordOf({ noun, verb, name }: KindStyle): string {
  return noun || verb || name;
}

/** Whether a kind behaves so; one that the legend does not know does not. */
export function behaves(kind: string, how: Behaviour): boolean {
  return BEHAVIOURS[how].includes(kind);
}

/** What one node of a kind is called where they are counted. */
export function nounOf(legend: Legend, { kind, changes }: Pick<NodeData, "kind" | "changes">): string {
  const { name, noun, noun_of_change } = styleOf(legend, kind);
  return (changes ? noun_of_change : undefined) ?? noun ?? name.toLowerCase();
}

export function hue(legend: Legend, kind: string, theme: Theme, group = false): string {
  return styleOf(legend, kind, group)[theme];
}

/** The kinds present with their counts, in the legend's order (nodes before sub-graphs), unknown kinds last. */
export function legendEntries(index: Index, legend: Legend): LegendEntry[] {
  const counts = new Map<string, { group: boolean; count: number }>();
  for (const { data } of index.items.values()) {
    const seen = counts.get(data.kind);
    if (seen) seen.count++;
    else counts.set(data.kind, { group: data.compound === true, count: 1 });
  }
  const order = new Map(Object.keys(legend).map((kind, at) => [kind, at]));
  const at = (kind: string) => order.get(kind) ?? order.size;
  return [...counts]
    .sort(([a], [b]) => at(a) - at(b) || (a < b ? -1 : 1))
    .map(([kind, { group, count }]) => {
      const style = styleOf(legend, kind, group);
      return { kind, count, style: Object.hasOwn(legend, kind) ? style : { ...style, name: kind, verb: kind } };
    });
}
