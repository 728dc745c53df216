// The model as a rail in each sub-graph that touches it: from the input down, past the places that are read and written, in
// the order in which they ran. A touched place is a stop; so is a loop or a branch that touches places in it.

import type { NodeData } from "../generated/schema";
import type { Index, Item } from "./elementIndex";
import { measure } from "./font";
import { behaves } from "./kinds";
import { SUBTITLE } from "./metrics";
import { shortened } from "./text";
import type { SceneNode } from "./types";
import { isRead, isWrite } from "./words";

const MOST_STOPS = 80; // of one rail, past which it would say nothing
const WIDEST_NAME = 84; // px
const BESIDE_NAME = 14; // px from the names to the middle of the rail
export const BESIDE_RAIL = 28; // px from there to the boxes: room for what leads to them

/** Gives visible nodes their stops, and sub-graphs their rails. Nodes come after their parents, in order of execution. */
export function addRails(nodes: ReadonlyMap<string, SceneNode>, index: Index): void {
  const stops = new Map<string, SceneNode[]>(); // open sub-graph -> the stops in it
  for (const node of nodes.values()) {
    if (node.parent === undefined || !index.items.has(node.id)) continue;
    const name = stopOf(node, index);
    if (name === undefined) continue;
    node.stop = name;
    const siblings = stops.get(node.parent);
    if (siblings) siblings.push(node);
    else stops.set(node.parent, [node]);
  }
  for (const [id, found] of stops) {
    const all = found.filter((stop, at) => isBefore(index, stop, found[at + 1]));
    for (const stop of found) if (!all.includes(stop)) delete stop.stop;
    if (!all.length) continue;
    if ((all.length < 2 && !all[0]!.write) || all.length > MOST_STOPS) continue;
    const group = nodes.get(id)!;
    if (!belongsToRun(group.data)) group.begins = true;
    const names = [...all.map(({ stop }) => stop!), group.begins ? INPUT : ""];
    group.rail =
      Math.ceil(Math.max(...names.map((name) => measure(name, SUBTITLE, "mono")))) + BESIDE_NAME + BESIDE_RAIL;
  }
}

/** What the top of a rail is called, where a run begins. */
export const INPUT = "input";

/** The name of the place that a box touches (empty for a sub-graph that touches some), or undefined if it touches none. */
function stopOf({ id, role, data }: SceneNode, index: Index): string | undefined {
  if (role === "node") return isTouch(data) ? (placeName(data) ?? "") : undefined;
  return belongsToRun(data) && index.items.get(id)!.children.some((child) => touches(child)) ? "" : undefined;
}

function touches({ data, children }: Item): boolean {
  if (!data.compound) return isTouch(data);
  return belongsToRun(data) && children.some((child) => touches(child));
}

/** Whether a node reads from the running model or writes into it. A gradient comes in the other direction. */
export function isTouch(data: SceneNode["data"]): boolean {
  return isRead(data) || (isWrite(data) && !/(^|\.)grad$/.test(data.label));
}

/** Whether a sub-graph is a part of the run around it: a loop, one of its passes, a branch, a helper, a replayed edit. */
function belongsToRun({ kind, parent }: SceneNode["data"]): boolean {
  return behaves(kind, "inline") || behaves(kind, "pass") || (kind === "Edit" && parent !== undefined);
}

/** Whether all of a stop ran before the next: what is in a sub-graph may take turns with what is beside it. */
function isBefore(index: Index, stop: SceneNode, next: SceneNode | undefined): boolean {
  if (!next || stop.role === "node") return true;
  const end = ({ rank, children }: Item): number => Math.max(rank, ...children.map(end));
  return end(index.items.get(stop.id)!) < index.items.get(next.id)!.rank;
}

/** The module that a node reads or writes, in short: `h.5` of `transformer.h.5.output[:, 7]`, where it is known. */
export function placeName({ kind, label, writes }: Pick<NodeData, "kind" | "label" | "writes">): string | undefined {
  const place = writes ?? (kind === "Operation" ? undefined : label);
  if (place === undefined) return undefined;
  const path = place.replace(/\[.*$/s, "").replace(/\.(output|inputs?)$/, "");
  const names = path.split(".");
  let number = names.length - 1;
  while (number > 0 && !/^\d+$/.test(names[number]!)) number--;
  return shortened(names.slice(number > 0 ? number - 1 : -1).join("."), WIDEST_NAME, SUBTITLE, "mono");
}

/** The stops of each rail, from top to bottom, by the sub-graph that it is in ("": one that is around all nodes). */
export function railStops(nodes: Iterable<SceneNode>): Map<string, SceneNode[]> {
  const stops = new Map<string, SceneNode[]>();
  for (const node of nodes) {
    if (node.rail !== undefined) stops.set(node.id, []);
    if (node.stop === undefined) continue;
    if (node.parent === undefined && !stops.has("")) stops.set("", []);
    stops.get(node.parent ?? "")?.push(node);
  }
  return stops;
}

/** Which stop is to be above which, for layouts. */
export function inOrder(nodes: Iterable<SceneNode>): [above: string, below: string][] {
  return [...railStops(nodes).values()].flatMap((stops) =>
    stops.slice(1).map((stop, at): [string, string] => [stops[at]!.id, stop.id]),
  );
}
