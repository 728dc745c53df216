// Questions about the whole graph, independent of what is visible: what feeds what, what is on a line, what a search
// finds.

import type { EdgeData, Legend, NodeData } from "../generated/schema";
import { around, type Index, type Item } from "./elementIndex";
import { behaves, styleOf } from "./kinds";

/** How many nodes and how many sub-graphs there are, and how many more nodes of kinds that are hidden. */
export function totals(
  index: Index,
  hiddenKinds: ReadonlySet<string> = new Set(),
): { nodes: number; groups: number; hidden: number } {
  const all = [...index.items.values()];
  const groups = all.filter((item) => item.data.compound).length;
  const hidden = all.filter(({ data }) => !data.compound && hiddenKinds.has(data.kind)).length;
  return { nodes: all.length - groups - hidden, groups, hidden };
}

/** Where an item is, for people: the labels of the sub-graphs around it. */
export function path(index: Index, id: string): string {
  return around(index, id)
    .map((group) => index.items.get(group)!.data.label)
    .join(" › ");
}

/** The labels of the passes of loops that an item is in, outermost first. */
export function passesAround(index: Index, id: string): string[] {
  const groups = around(index, id).map((group) => index.items.get(group)!.data);
  return groups.filter(({ kind }) => behaves(kind, "pass")).map(({ label }) => label);
}

/** Whether the model takes a value on along an edge, from a write to a read. */
export function throughModel({ kind }: EdgeData): boolean {
  return kind === "model" || kind === "may";
}

/**
 * What the items depend on (`into`) or what depends on them (`from`), themselves included. A sub-graph brings what is
 * in it. With `valuesOnly` the model is not followed from a read to the writes that reach it.
 */
export function closure(
  index: Index,
  ids: Iterable<string>,
  way: "into" | "from",
  { valuesOnly = false } = {},
): Set<string> {
  // Of what only comes before, nothing is used.
  const followed = (edge: EdgeData): boolean =>
    throughModel(edge) ? !valuesOnly : edge.kind !== "order" || !!index.items.get(edge.target)?.data.compound;
  const seen = new Set<string>();
  const queue: Item[] = [];
  const add = (id: string): void => {
    const item = index.items.get(id);
    if (item) queue.push(item);
  };
  for (const id of ids) add(id);
  for (let item = queue.pop(); item; item = queue.pop()) {
    const { id } = item.data;
    if (seen.has(id)) continue;
    seen.add(id);
    queue.push(...item.children);
    for (const edge of index[way].get(id) ?? []) if (followed(edge)) add(way === "into" ? edge.source : edge.target);
    // An input of a trace feeds the trace as a whole, so what is computed in the trace depends on it.
    if (way === "into")
      for (const group of around(index, id))
        for (const edge of index.into.get(group) ?? []) if (followed(edge)) add(edge.source);
  }
  return seen;
}

const places = new WeakMap<Index, Map<string, NodeData[]>>();

/** Nodes (else sub-graphs) that come from a line of a file. */
export function onLine(index: Index, file: string, line: number): NodeData[] {
  let known = places.get(index);
  if (!known) {
    known = new Map();
    places.set(index, known);
    for (const { data } of index.items.values())
      for (const number of new Set(linesOf(data))) {
        const place = `${number} ${data.file}`;
        const here = known.get(place);
        if (here) here.push(data);
        else known.set(place, [data]);
      }
  }
  const here = known.get(`${line} ${file}`) ?? [];
  const nodes = here.filter((data) => !data.compound);
  return nodes.length ? nodes : here.filter((data) => !behaves(data.kind, "pass"));
}

/** The lines that an item comes from; of a sub-graph, its header. */
export function linesOf(data: NodeData): number[] {
  if (data.line === undefined) return [];
  const last = data.compound ? data.line : Math.max(data.line, data.end_line ?? data.line);
  return [...Array.from({ length: last - data.line + 1 }, (_, at) => data.line! + at), ...(data.lines ?? [])];
}

/** `[1, 10] float32`, as far as known. */
export function result(item: NodeData): string {
  return [item.shape && `[${item.shape.join(", ")}]`, item.dtype].filter(Boolean).join(" ");
}

/**
 * Ids of what a search finds, best first: `add`, `layer1`, a kind, a variable, a shape (`768`, `1,10`), a dtype, source
 * text, `failed`, `nan`, or a regular expression between slashes. Words must all be found. `kind:save`, `shape:1,10` and
 * `line:4` are about one thing only.
 */
export function find(index: Index, legend: Legend, query: string): string[] {
  const matches = matcher(query);
  if (!matches) return [];
  const scored: [number, string][] = [];
  for (const { data: item } of index.items.values()) {
    const name = styleOf(legend, item.kind, item.compound).name;
    const texts = [
      item.label,
      item.variable,
      item.writes && spelling(item.writes),
      item.kind,
      name,
      item.target,
      item.shape?.join(","),
      item.dtype,
      item.value,
      item.text,
      item.status,
      notFinite(item),
      item.note,
      item.error,
    ];
    const score = matches(
      texts.map((text) => text ?? ""),
      {
        kind: (wanted) => `${item.kind}\n${name}`.toLowerCase().includes(wanted),
        shape: (wanted) => `,${item.shape?.join(",") ?? ""},`.includes(`,${wanted},`),
        line: (wanted) => linesOf(item).includes(Number(wanted)),
      },
    );
    if (score !== null) scored.push([score, item.id]);
  }
  return scored.sort((a, b) => a[0] - b[0]).map(([, id]) => id);
}

/** A place in one spelling: `h[5].output[:, 7]` and `h.5.output [:,7]` are one. */
function spelling(place: string): string {
  return place
    .replace(/(?<=\w)\[(\d+)\]/g, ".$1")
    .replace(/[[\]]/g, "")
    .replace(/,\s+/g, ",");
}

/** What a value has that is no number: `nan`, `inf`. */
function notFinite({ statistics = {} }: NodeData): string {
  const { min, max, nan } = statistics;
  const words = [nan && "nan", [min, max].some((end) => end === "inf" || end === "-inf") && "inf"];
  return words.filter(Boolean).join(" ");
}

/** Whether an item has what is asked for after `kind:`, `shape:` and `line:`. */
type Filters = Readonly<Record<"kind" | "shape" | "line", (wanted: string) => boolean>>;

/** Texts of an item, most telling first → how well they match (0 is best), or null. */
function matcher(query: string): ((texts: string[], filters: Filters) => number | null) | null {
  const trimmed = query.trim();
  if (!trimmed) return null;
  const pattern = /^\/(.+?)\/?$/.exec(trimmed)?.[1];
  if (pattern) {
    let regex: RegExp;
    try {
      regex = new RegExp(pattern, "i");
    } catch {
      return () => null; // not yet a whole expression
    }
    return (texts) => at(texts.findIndex((text) => regex.test(text)));
  }
  const all = spelling(trimmed.toLowerCase()).replace(/[()]/g, "").split(/\s+/).filter(Boolean);
  const asked = all.flatMap((word) => {
    const [, name, wanted] = /^(kind|shape|line):(.*)$/.exec(word) ?? [];
    return name ? [[name as keyof Filters, wanted!] as const] : [];
  });
  const words = all.filter((word) => !/^(kind|shape|line):/.test(word));
  if (!all.length) return null;
  return (texts, filters) => {
    if (!asked.every(([name, wanted]) => filters[name](wanted))) return null;
    const lower = texts.map((text) => text.toLowerCase());
    const places = words.map((word) => lower.findIndex((text) => text.includes(word)));
    if (places.includes(-1)) return null;
    const exact = lower[0] === words[0] || lower[1] === words[0];
    return exact ? -1 : Math.max(0, ...places);
  };
}

function at(index: number): number | null {
  return index < 0 ? null : index;
}
