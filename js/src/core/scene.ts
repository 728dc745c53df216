// What is visible: elements + what the user chose to see -> boxes, texts and lifted edges. Pure; knows no positions.

import type { EdgeData, EdgeKind, Element, Legend, NodeData } from "../generated/schema";
import { around, type Index, type Item, indexElements } from "./elementIndex";
import { measure } from "./font";
import { groupBy } from "./groupBy";
import { behaves, nounOf, styleOf } from "./kinds";
import {
  edgeTextWidth,
  GROUP_TITLE,
  MOST_NAMED,
  NAME_GAP,
  NOTE,
  SUBTITLE,
  size,
  sizeClosed,
  TITLE,
  WIDEST,
  WIDEST_GROUP,
} from "./metrics";
import { canonical, hides, passes, shownChildren, shownPass } from "./open";
import { throughModel } from "./queries";
import { addRails, isTouch, placeName } from "./rails";
import { shortened, visible } from "./text";
import type { Scene, SceneEdge, SceneNode, ViewState } from "./types";
import { bracketed, indexOf, isWrite, servants, servesWrite, titleOf, written } from "./words";

const MOST_BRIDGED = 12; // visible nodes from which edges are drawn through one hidden node
const WIDEST_ERROR = 910; // px: torch's longest error about shapes is whole, as its middle says them
const WIDEST_GIVEN = 230; // px of a prompt
const MOST_PLACES = 3; // that a closed sub-graph says it reads, or writes
const MOST_PASSES = 4; // that are named at one edge
const MOST_PARALLEL = 12; // edges between two boxes that are drawn one by one
const [MOST_EDGES, MOST_EDGES_A_BOX] = [10_000, 4]; // as many edges are drawn as the larger of the two allows

/**
 * What is visible.
 *
 * @param elements the whole graph, as `to_elements` gives it
 * @param state what the user chose to see
 * @param legend the looks of the kinds
 */
export function buildScene(elements: readonly Element[], state: ViewState, legend: Legend): Scene {
  return new SceneBuilder(indexElements(elements), state, legend).build();
}

class SceneBuilder {
  private readonly nodes = new Map<string, SceneNode>();
  private readonly standsFor = new Map<string, string>();
  private readonly twins = new Map<string, string>(); // id of a pass that is not shown -> id of the pass that is
  private readonly only?: ReadonlySet<string>;
  private readonly serves: ReadonlyMap<string, string>; // what only serves a write -> the write, which is drawn alone
  private readonly expanded: ReadonlySet<string>; // as canonical ids
  private readonly parallel = new Map<string, number>(); // edges from one end to another
  private readonly placesOf = new Map<string, ReadonlyMap<string, NodeData[]>>(); // pass -> what is in it by its place
  private readonly crossing = new Set<SceneEdge>(); // edges whose label says another pass
  private stepping = false; // whether a loop shows one of several passes
  private hidden = 0;
  private cut = 0;

  constructor(
    private readonly index: Index,
    private readonly state: ViewState,
    private readonly legend: Legend,
  ) {
    this.serves = servesWrite(index);
    if (state.only) this.only = this.slice(state.only);
    this.expanded = new Set([...state.expanded].map((id) => canonical(index, state.steps, id)));
  }

  build(): Scene {
    this.place(this.index.roots, undefined);
    addRails(this.nodes, this.index);
    const edges = this.edges();
    return { nodes: [...this.nodes.values()], edges, standsFor: this.standsFor, hidden: this.hidden, cut: this.cut };
  }

  /** The ids of a slice with all that is in its sub-graphs and the sub-graphs around it. */
  private slice(ids: ReadonlySet<string>): Set<string> {
    const slice = new Set<string>();
    const inside = (item: Item): void => {
      slice.add(item.data.id);
      item.children.forEach(inside);
    };
    for (const id of ids) {
      const item = this.index.items.get(id);
      if (!item) continue;
      inside(item);
      for (const outer of around(this.index, id)) slice.add(outer);
    }
    return slice;
  }

  private place(items: readonly Item[], parent: string | undefined): void {
    let cut = 0;
    for (const item of items) {
      const { data } = item;
      if (hides(this.state.hiddenKinds, data) || (this.only && !this.only.has(data.id)) || this.isInWrite(data.id))
        continue;
      if (this.nodes.size >= (this.state.limit ?? Infinity)) {
        cut += 1;
        continue;
      }
      if (!data.compound) this.add(item, parent, "node");
      else if (item.children.length && this.expanded.has(canonical(this.index, this.state.steps, data.id)))
        this.open(item, parent);
      else {
        this.add(item, parent, "closed");
        if (this.coverAll(item, data.id)) this.nodes.get(data.id)!.changes = true;
      }
    }
    if (cut) this.addCut(cut, parent);
  }

  private open(item: Item, parent: string | undefined): void {
    const { id } = item.data;
    this.add(item, parent, "open");
    const before = this.nodes.size;
    this.place(shownChildren(item, this.state.steps), id);
    if (this.nodes.size === before) this.add(item, parent, "closed"); // all that is in it is filtered out
    const shown = shownPass(item, this.state.steps);
    for (const pass of shown ? passes(item) : []) {
      this.standsFor.set(pass.data.id, id);
      if (pass === shown) continue;
      this.stepping = true;
      this.markTwins(pass, pass.data.id, shown!.data.id);
      this.coverPass(pass.children, id);
    }
  }

  /** Whether what only serves a write is drawn as that write. */
  private isInWrite(id: string): boolean {
    const write = this.serves.get(id);
    return write !== undefined && (!this.only || this.only.has(write));
  }

  /** A closed sub-graph stands for all that is in it. Returns whether that changes what the model computes. */
  private coverAll(group: Item, id: string): boolean {
    const shown = shownPass(group, this.state.steps);
    let changes = false;
    for (const item of group.children) {
      this.standsFor.set(item.data.id, id);
      if (this.coverAll(item, id) || item.data.changes) changes = true;
      if (shown && item !== shown && behaves(item.data.kind, "pass")) this.markTwins(item, item.data.id, shown.data.id);
    }
    return changes;
  }

  private markTwins(item: Item, pass: string, shown: string): void {
    const { id } = item.data;
    this.twins.set(id, this.twin(item, pass, shown));
    for (const child of item.children) this.markTwins(child, pass, shown);
  }

  /**
   * The id of the same node in the pass that is shown, or of the node in its place: one pass may read layer 2 where
   * another reads layer 4.
   */
  private twin({ data }: Item, pass: string, shown: string): string {
    const same = shown + data.id.slice(pass.length);
    if (this.index.items.has(same)) return same;
    const place = placeIn(data, pass);
    return this.places(shown).get(place)?.[this.places(pass).get(place)!.indexOf(data)]?.id ?? same;
  }

  /** What is in a pass, by its place in it, in order of execution. */
  private places(pass: string): ReadonlyMap<string, NodeData[]> {
    const known = this.placesOf.get(pass);
    if (known) return known;
    const inside = ({ data, children }: Item): NodeData[] => [data, ...children.flatMap(inside)];
    const all = this.index.items.get(pass)!.children.flatMap(inside);
    const places = groupBy(all, (data) => placeIn(data, pass));
    this.placesOf.set(pass, places);
    return places;
  }

  /** What is in a pass that is not shown is represented by the loop, never by what is in its place in the shown pass. */
  private coverPass(items: readonly Item[], loop: string): void {
    for (const item of items) {
      this.standsFor.set(item.data.id, loop);
      this.coverPass(item.children, loop);
    }
  }

  private add(item: Item, parent: string | undefined, role: SceneNode["role"]): void {
    const { data } = item;
    const node: SceneNode = { id: data.id, data, role, title: "", width: 0, height: 0 };
    if (parent !== undefined) node.parent = parent;
    if (data.changes) node.changes = true;
    if (role === "node") this.describeNode(node);
    else this.describeGroup(node, item);
    this.nodes.set(data.id, node);
    this.standsFor.set(data.id, data.id);
    if (!node.write) return;
    for (const id of servants(this.index, data.id)) if (this.isInWrite(id)) this.standsFor.set(id, data.id);
  }

  private addCut(count: number, parent: string | undefined): void {
    this.hidden += count;
    const id = `${parent ?? ""}/+more`;
    const title = `+${count} more`;
    const node: SceneNode = { id, data: { id, kind: "Value", label: title }, role: "node", title, width: 0, height: 0 };
    if (parent !== undefined) node.parent = parent;
    size(node, "box");
    this.nodes.set(id, node);
  }

  private describeNode(node: SceneNode): void {
    const { data } = node;
    if (isWrite(data)) node.write = true;
    node.title = shortened(titleOf(this.index, data), WIDEST, TITLE, "monoBold");
    const subtitle = withNote(this.subtitle(node), data.note);
    if (subtitle) node.subtitle = subtitle;
    size(node, styleOf(this.legend, data.kind).shape);
  }

  private subtitle({ data, title }: SceneNode): string {
    if (data.status === "failed" && data.error) return shortened(data.error, WIDEST_ERROR, SUBTITLE, "mono");
    if (data.status && data.status !== "failed") return data.status;
    if (isWrite(data) && data.kind !== "SkipProtocol")
      return shortened(written(this.index, data), WIDEST, SUBTITLE, "mono");
    const type = data.shape ? `[${data.shape.join(", ")}]${data.dtype ? ` ${data.dtype}` : ""}` : undefined;
    const result = type ?? data.value ?? (title.endsWith(data.variable ?? "") ? undefined : data.variable) ?? "";
    const folded = this.folded(data);
    if (data.label === "setitem" && data.variable)
      return shortened(`${data.variable}${folded || (indexOf(this.index, data) ?? "")}`, WIDEST, SUBTITLE, "mono");
    const end = shortened(result, WIDEST, SUBTITLE, "mono");
    if (!folded) return end;
    const arrow = end && " → ";
    const room = Math.max(WIDEST - measure(arrow + end, SUBTITLE, "mono"), 60);
    return `${shortened(folded, room, SUBTITLE, "mono")}${arrow}${end}`;
  }

  /**
   * The literals of a node whose own nodes are hidden: `(·, 2)`, for an index `[:, 0]`, with a number that is written
   * there `[:, 0] = 5`. Empty if there are none.
   */
  private folded(data: NodeData): string {
    // A label may be made of the literals already: a read's path, a loop's variable, an attribute (`.clone`).
    if (behaves(data.kind, "says_arguments") || data.label.startsWith(".")) return "";
    const inputs = this.index.into.get(data.id) ?? [];
    const texts = new Map<string, string>();
    const literals = new Set<string>();
    for (const edge of inputs) {
      const source = this.index.items.get(edge.source)?.data;
      const name = edge.label ?? String(texts.size);
      if (source && behaves(source.kind, "literal") && this.state.hiddenKinds.has(source.kind)) {
        literals.add(name);
        texts.set(name, source.label);
      } else if (!texts.has(name)) texts.set(name, "·");
    }
    if (!literals.size) return "";
    if (data.label === "getitem") return indexOf(this.index, data) === undefined ? bracketed(texts.get("1") ?? "") : ""; // its title says it
    if (data.label === "setitem") {
      const put = literals.has("2") ? ` = ${texts.get("2")!}` : "";
      return (indexOf(this.index, data) ?? bracketed(texts.get("1") ?? "")) + put;
    }
    const names = [...texts.keys()].sort((a, b) => place(a) - place(b));
    return `(${names.map((name) => (place(name) < Infinity ? texts.get(name)! : `${name}=${texts.get(name)!}`)).join(", ")})`;
  }

  private describeGroup(node: SceneNode, item: Item): void {
    const { data } = item;
    const kind = Object.hasOwn(this.legend, data.kind) ? styleOf(this.legend, data.kind, true).name : data.kind;
    node.title = shortened(heading(kind, data.label), WIDEST_GROUP, GROUP_TITLE, "sansBold");
    if (data.given && data.given !== item.parent?.data.given)
      node.given = shortened(data.given, WIDEST_GIVEN, NOTE, "sans");
    const all = passes(item);
    const times = data.count ?? all.length;
    const shown = shownPass(item, this.state.steps);
    const notes: string[] = [];
    if (times > 1 || data.count === 0) notes.push(`×${times}`);
    const ran = this.ranIn(item);
    if (ran) notes.push(ran);
    if (data.taken === false) notes.push("not taken");
    else if (data.status) notes.push(data.status);
    if (node.role === "closed") {
      const counts = this.holds(item);
      let total = 0;
      for (const count of counts.values()) total += count;
      notes.push("closed", plural(total, "node"));
      const touched = this.touched(item);
      const subtitle = [...counts]
        .map(([noun, count]) => {
          const places = [...(touched.get(noun) ?? [])];
          const more = places.length > MOST_PLACES ? " …" : "";
          return places.length ? `${noun}s ${places.slice(0, MOST_PLACES).join(", ")}${more}` : plural(count, noun);
        })
        .join("   ");
      if (subtitle) node.subtitle = shortened(subtitle, WIDEST_GROUP, NOTE, "sans");
      node.note = notes.join(" · ");
      sizeClosed(node);
      return;
    }
    if (shown && all.length > 1) {
      node.step = {
        iterator: data.id,
        shown: all.indexOf(shown),
        count: all.length,
        label: shortened(shown.data.label, 140, NOTE, "sans"),
      };
      const failed = all.filter((pass) => pass.data.status === "failed").map((pass) => pass.data.label);
      if (failed.length) notes.push(shortened(`✕ ${failed.join(", ")}`, 140, NOTE, "sans"));
      notes.push(`◂ ${node.step.label} ▸`);
    } else if (shown) notes.push(shortened(shown.data.label, 140, NOTE, "sans"));
    else if (data.line !== undefined) notes.push(`line ${data.line}`);
    node.note = notes.join("  ");
  }

  /** In how many passes of its loop a branch ran, where it did not run in all: `ran in 1 of 3 passes`. */
  private ranIn({ data }: Item): string {
    const pass =
      data.taken === undefined
        ? undefined
        : around(this.index, data.id)
            .reverse()
            .find((id) => this.isPass(id));
    const loop = pass === undefined ? undefined : this.index.items.get(pass)!.parent;
    if (pass === undefined || !loop) return "";
    const all = passes(loop);
    const place = data.id.slice(pass.length);
    const ran = all.filter((other) => this.index.items.get(other.data.id + place)?.data.taken).length;
    return all.length > 1 && ran < all.length ? `ran in ${ran} of ${all.length} passes` : "";
  }

  private isPass(id: string): boolean {
    return behaves(this.index.items.get(id)!.data.kind, "pass");
  }

  /** How many nodes of each sort are in a sub-graph, in order of first appearance; of a loop, those of one pass. */
  private holds(item: Item, counts = new Map<string, number>()): Map<string, number> {
    for (const child of shownChildren(item, this.state.steps)) {
      if (child.data.compound) this.holds(child, counts);
      else if (!hides(this.state.hiddenKinds, child.data) && !this.serves.has(child.data.id)) {
        const noun = nounOf(this.legend, child.data);
        counts.set(noun, (counts.get(noun) ?? 0) + 1);
      }
    }
    return counts;
  }

  /** The places of the model that are read and written in a sub-graph, by what is done there. */
  private touched(item: Item, places = new Map<string, Set<string>>()): Map<string, Set<string>> {
    for (const child of shownChildren(item, this.state.steps)) {
      const { data } = child;
      if (data.compound) this.touched(child, places);
      if (!isTouch(data) || hides(this.state.hiddenKinds, data) || this.serves.has(data.id)) continue;
      const noun = nounOf(this.legend, data);
      places.set(noun, (places.get(noun) ?? new Set()).add(placeName(data) ?? "…"));
    }
    return places;
  }

  private edges(): SceneEdge[] {
    const merged = new Map<string, SceneEdge>();
    const pairs = new Map<string, SceneEdge>(); // the first edge of a kind between two visible ends
    const crossings = new Map<string, Set<string>>(); // box in a shown pass -> what it takes from and gives to other passes
    const repeats: EdgeData[] = [];
    this.countParallel();
    for (const edge of this.index.edges) {
      if (this.twins.has(edge.source) || this.twins.has(edge.target)) repeats.push(edge);
      else this.merge(edge, false, merged, pairs, crossings);
    }
    // Edges of the shown pass come first, because edges of the other passes are added to them.
    for (const edge of repeats) this.merge(edge, true, merged, pairs, crossings);
    for (const [id, said] of crossings) {
      const node = this.nodes.get(id)!;
      const note = shortened(`↺ ${[...said].join(", ")}`, WIDEST, TITLE, "monoBold");
      node.note = node.note ? `${node.note}  ${note}` : note;
      if (node.role === "node") size(node, styleOf(this.legend, node.data.kind).shape);
      else sizeClosed(node);
    }
    const all = [...merged.values()].filter((edge) => !this.saysRail(edge));
    const shown = all.slice(0, Math.max(MOST_EDGES, MOST_EDGES_A_BOX * this.nodes.size));
    this.cut = all.length - shown.length;
    const edges = this.labelled(shown);
    return [...edges, ...this.bridges(new Set(edges.map(({ source, target }) => `${source}\n${target}`)))];
  }

  /** Whether both ends of a way through the model are on one rail, which says it. */
  private saysRail({ kind, source, target }: SceneEdge): boolean {
    if (kind !== "model" && kind !== "may") return false;
    const outer = (id: string): string[] => {
      const ids = [id];
      for (let at = this.nodes.get(id)!.parent; at !== undefined; at = this.nodes.get(at)!.parent) ids.unshift(at);
      return ids;
    };
    const [from, to] = [outer(source), outer(target)];
    const at = from.findIndex((id, depth) => id !== to[depth]);
    return [from[at], to[at]].every((id) => id !== undefined && this.nodes.get(id)!.stop !== undefined);
  }

  private countParallel(): void {
    for (const { source, target } of this.index.edges) {
      const pair = `${source}\n${target}`;
      this.parallel.set(pair, (this.parallel.get(pair) ?? 0) + 1);
    }
  }

  /**
   * Adds an edge to the visible ones, or to the one that it is drawn as; `repeated` if it is of a pass that is not
   * shown.
   */
  private merge(
    edge: EdgeData,
    repeated: boolean,
    merged: Map<string, SceneEdge>,
    pairs: Map<string, SceneEdge>,
    crossings: Map<string, Set<string>>,
  ): void {
    const source = this.standsFor.get(edge.source);
    const target = this.standsFor.get(edge.target);
    if (source === undefined || target === undefined || this.isHidden(edge.source) || this.isHidden(edge.target))
      return;
    if (source === target) return;
    if (repeated && !throughModel(edge) && this.sayCrossing(edge, source, target, crossings)) return;
    if (this.isInside(source, target) || this.isInside(target, source)) return;
    const shown = repeated ? this.inShownPass(edge) : undefined;
    if (shown) {
      merged.get(shown)?.edges.push(edge.id); // the shown pass has the same edge
      return;
    }
    const write = this.isInWrite(edge.target) ? this.serves.get(edge.target) : undefined;
    if (write !== undefined && this.parallel.has(`${edge.source}\n${write}`)) return; // the write takes it, too
    const many = this.parallel.get(`${edge.source}\n${edge.target}`)! > MOST_PARALLEL;
    const lifted = many || this.lifts(edge.source, source) || this.lifts(edge.target, target);
    const pair = `${source}\n${target}`;
    const key = lifted
      ? pair
      : repeated || this.inLoop(edge)
        ? `${pair}\n${edge.label}\n${edge.output}\n${edge.kind}`
        : edge.id;
    const known = merged.get(key) ?? (repeated ? pairs.get(`${pair}\n${edge.kind}`) : undefined);
    if (known) {
      known.edges.push(edge.id);
      const pass = this.otherPass(edge);
      if (this.crossing.has(known) && !known.label!.split(", ").includes(pass)) {
        known.label =
          known.edges.length <= MOST_PASSES ? `${known.label}, ${pass}` : known.label!.replace(/(, …)?$/, ", …");
      }
      if (!repeated) known.count++;
      if (ORDER.indexOf(edge.kind) < ORDER.indexOf(known.kind as EdgeKind)) known.kind = edge.kind;
      return;
    }
    const made: SceneEdge = { id: edge.id, edges: [edge.id], source, target, kind: edge.kind, count: repeated ? 0 : 1 };
    const pass = repeated ? this.otherPass(edge) : "";
    if (pass) {
      made.label = shortened(pass, 140, SUBTITLE, "mono");
      this.crossing.add(made);
    } else if (edge.label !== undefined && !lifted && write === undefined)
      made.label = shortened(edge.label, 64, SUBTITLE, "mono");
    if (edge.output !== undefined && !lifted && !pass) made.output = shortened(edge.output, 64, SUBTITLE, "mono");
    merged.set(key, made);
    if (!pairs.has(`${pair}\n${edge.kind}`)) pairs.set(`${pair}\n${edge.kind}`, made);
  }

  /**
   * Edges that lead through hidden nodes: from each visible node that one takes something from to each that takes
   * something from it.
   */
  private bridges(pairs: ReadonlySet<string>): SceneEdge[] {
    const hidden = [...this.index.items.values()].filter(
      ({ data }) => !data.compound && hides(this.state.hiddenKinds, data) && this.index.into.has(data.id),
    );
    hidden.sort((a, b) => a.rank - b.rank);
    const reached = new Map<string, Set<string>>(); // hidden node -> the visible ones that it takes something from
    const made = new Map<string, SceneEdge>();
    for (const { data } of hidden) {
      const sources = new Set<string>();
      reached.set(data.id, sources);
      for (const edge of this.index.into.get(data.id)!) {
        if (!CARRY.has(edge.kind)) continue;
        const visible = this.isHidden(edge.source) ? reached.get(edge.source) : [this.standsFor.get(edge.source)];
        for (const source of visible ?? [])
          if (source !== undefined && sources.size < MOST_BRIDGED) sources.add(source);
      }
      for (const edge of this.index.from.get(data.id) ?? []) {
        const target = this.standsFor.get(edge.target);
        if (target === undefined || !CARRY.has(edge.kind) || this.isHidden(edge.target)) continue;
        for (const source of sources) {
          const pair = `${source}\n${target}`;
          if (
            source === target ||
            pairs.has(pair) ||
            made.has(pair) ||
            this.isInside(source, target) ||
            this.isInside(target, source)
          )
            continue;
          if (this.isBefore(source, target))
            made.set(pair, { id: `via ${edge.id} ${source}`, edges: [], source, target, kind: "via", count: 1 });
        }
      }
    }
    return [...made.values()];
  }

  private isBefore(id: string, other: string): boolean {
    return this.index.items.get(id)!.rank < this.index.items.get(other)!.rank;
  }

  /** Removes argument names where they say nothing: a node with one input, or with too many, needs none. */
  private labelled(edges: SceneEdge[]): SceneEdge[] {
    const inputs = new Map<string, number>();
    for (const edge of edges) inputs.set(edge.target, (inputs.get(edge.target) ?? 0) + 1);
    for (const edge of edges) {
      edge.count ||= 1; // only passes that are not shown have it
      const count = inputs.get(edge.target)!;
      const node = this.nodes.get(edge.target)!;
      if (this.crossing.has(edge)) continue; // its label says the pass
      if (count === 1 || count > MOST_NAMED || node.role !== "node") delete edge.label;
      else {
        const met = count + (node.stop === undefined ? 1 : 2); // layout leads to a stop from the stop before it, too
        node.width = Math.max(node.width, Math.ceil(met * (edgeTextWidth(edge) + NAME_GAP)));
      }
    }
    return edges;
  }

  /** Whether an end is of a hidden kind, itself or as the twin of one. */
  private isHidden(id: string): boolean {
    return hides(this.state.hiddenKinds, this.index.items.get(id)!.data);
  }

  /** Whether the visible element is a closed sub-graph around the edge's end, and not the end itself or its twin. */
  private lifts(end: string, visible: string): boolean {
    return visible !== this.shownTwin(end) && this.nodes.get(visible)!.role === "closed";
  }

  private isInside(id: string, outer: string): boolean {
    return this.nodes.get(outer)!.role === "open" && id.startsWith(`${outer}/`);
  }

  /** Says at a box what it takes from another pass of the loop that it is in, or gives to one. */
  private sayCrossing(edge: EdgeData, source: string, target: string, crossings: Map<string, Set<string>>): boolean {
    const [box, end, sign] = this.isInside(source, target)
      ? [source, edge.target, "to"]
      : this.isInside(target, source)
        ? [target, edge.source, "from"]
        : [];
    const pass = end && this.hiddenPass(end);
    if (!box || !pass || !this.nodes.get(box)) return false;
    const said = crossings.get(box) ?? new Set();
    crossings.set(box, said.add(`${sign} ${pass.data.label}`));
    return true;
  }

  /** The pair of ends of the same edge in the shown passes, where it was recorded for them, too. */
  private inShownPass(edge: EdgeData): string | undefined {
    const [source, target] = [this.shownTwin(edge.source), this.shownTwin(edge.target)];
    return this.parallel.has(`${source}\n${target}`) ? `${source}\n${target}` : undefined;
  }

  private shownTwin(id: string): string {
    let twin = id;
    for (let next: string | undefined = id; next !== undefined; next = this.twins.get(next)) twin = next;
    return twin;
  }

  /** Which passes that are not shown an edge comes from or leads to: `i = 2`. */
  private otherPass({ source, target }: EdgeData): string {
    const passes = [source, target].map((id) => this.hiddenPass(id)?.data.label);
    return [...new Set(passes.filter((label) => label !== undefined))].join(" → ");
  }

  private hiddenPass(id: string): Item | undefined {
    for (let item = this.index.items.get(id); item; item = item.parent)
      if (behaves(item.data.kind, "pass") && this.twins.has(item.data.id)) return item;
    return undefined;
  }

  /** Whether an end is in a loop that shows one pass, so that further passes may bring the same edge again. */
  private inLoop(edge: EdgeData): boolean {
    if (!this.stepping) return false;
    return [edge.source, edge.target].some((id) => around(this.index, id).some((outer) => this.nodes.get(outer)?.step));
  }
}

/** What a sub-graph is, and its name, but no word twice: `Tracer` of `with model.trace()`; `Invoke 0`. */
function heading(kind: string, label: string): string {
  const [what, name] = [kind.toLowerCase(), label.toLowerCase()];
  if (what === name || what === `${name}r`) return kind;
  if (name.startsWith(`${what} `)) return kind + label.slice(what.length);
  return `${kind}  ${label}`;
}

/**
 * The place of a node in a pass, without its name: its kind, the sub-graph that it is in, and its line (after the @).
 */
function placeIn({ id, kind }: NodeData, pass: string): string {
  const name = id.lastIndexOf("/");
  return `${kind} ${id.slice(pass.length, name)} ${id.slice(Math.max(id.lastIndexOf("@"), name))}`;
}

/** A second line and the note after it, where there is room for both. */
function withNote(subtitle: string, note: string | undefined): string {
  const both = [subtitle, note && visible(note)].filter(Boolean).join(" · ");
  return measure(both, SUBTITLE, "mono") <= WIDEST ? both : subtitle;
}

/** Kinds of edges on which a value goes on. */
const CARRY: ReadonlySet<EdgeKind> = new Set<EdgeKind>(["data", "argument", "bridge", "carried"]);

/** Edge kinds, the most telling first. Several edges that are drawn as one have the most telling kind among them. */
const ORDER: readonly EdgeKind[] = [
  "bridge",
  "carried",
  "data",
  "condition",
  "argument",
  "model",
  "containment",
  "order",
  "may",
];

/** The position of a positional argument; Infinity for a named one, which comes after. */
function place(name: string): number {
  return /^\d+$/.test(name) ? Number(name) : Infinity;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
