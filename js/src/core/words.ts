// What a reader would say of a node: an index in brackets, an operator by its sign, a write by the place that it writes
// to. The data keeps the names of what ran.

import type { NodeData } from "../generated/schema";
import type { Index } from "./elementIndex";

/** Operations of two values that have a sign, and of one. */
const OPERATORS: Readonly<Record<string, string>> = {
  add: "+",
  sub: "−",
  mul: "×",
  truediv: "÷",
  div: "÷",
  matmul: "@",
  pow: "**",
  gt: ">",
  lt: "<",
  ge: "≥",
  le: "≤",
};
const NEGATION = "−";

/** Operations that change a value in place, as a statement would say them. */
const AUGMENTED: Readonly<Record<string, string>> = {
  add_: "+=",
  iadd: "+=",
  sub_: "−=",
  isub: "−=",
  mul_: "×=",
  imul: "×=",
  div_: "÷=",
  itruediv: "÷=",
  copy_: "=",
  fill_: "=",
};

/** Whether a node writes into the model and did so: it changes what the model computes from there on. */
export function isWrite({ compound, changes, status, kind }: NodeData): boolean {
  return !compound && changes === true && !status && kind !== "EarlyStopProtocol" && kind !== "StopProtocol";
}

/** Whether a node reads a value of the running model. */
export function isRead({ compound, kind, status }: NodeData): boolean {
  return !compound && kind === "InterventionProtocol" && !status;
}

/** The first line of a node, without the pencil that a write has before it. */
export function titleOf(index: Index, data: NodeData): string {
  const { label } = data;
  if (isWrite(data))
    return data.writes ?? (label === "setitem" ? `${argument(data, "0") ?? ""}${indexOf(index, data) ?? ""}` : label);
  if (data.kind === "LockProtocol" && label === "save" && data.variable) return `save ${data.variable}`;
  if (data.kind !== "Operation") return label;
  if (label === "getitem") return indexOf(index, data) ?? label;
  if (label === "neg" && data.arguments?.length === 1) return NEGATION;
  const plain = data.arguments?.length === 2 && data.arguments.every(([name]) => name === "0" || name === "1");
  return (plain && Object.hasOwn(OPERATORS, label) && OPERATORS[label]) || label;
}

/** The index of a getitem or setitem in brackets, as the source says it where it is a literal. */
export function indexOf(index: Index, data: NodeData): string | undefined {
  const literal = index.into.get(data.id)?.find(({ label, kind }) => label === "1" && kind === "argument");
  const source = literal && index.items.get(literal.source)?.data;
  const text = source?.kind === "Value" ? source.label : argument(data, "1");
  return text === undefined ? undefined : bracketed(text);
}

export function bracketed(index: string): string {
  return `[${/^\(.*\)$/.test(index) ? index.slice(1, -1) : index}]`;
}

/** What a write puts in its place, and its shape: `= clean_hs [1, 16]`, `+= v`. */
export function written(index: Index, data: NodeData): string {
  const augmented = servants(index, data.id)
    .map((id) => index.items.get(id)!.data)
    .find(({ label }) => label in AUGMENTED);
  const by = augmented ?? data;
  const sign = Object.hasOwn(AUGMENTED, by.label) ? AUGMENTED[by.label]! : "=";
  if (by.label === "zero_") return "= 0";
  const name = by.kind === "Operation" ? (by.label === "setitem" ? "2" : "1") : "value";
  const source = index.into.get(by.id)?.find((edge) => edge.label === name && index.items.get(edge.source));
  const value = source && index.items.get(source.source)!.data;
  const text = argument(by, name) ?? value?.variable ?? value?.label;
  if (text === undefined) return by.label.endsWith("_") ? `.${by.label}()` : "";
  const shape = value?.shape?.length && !source?.output ? ` [${value.shape.join(", ")}]` : "";
  return `${sign} ${text}${shape}`;
}

function argument(data: NodeData, name: string): string | undefined {
  return data.arguments?.find(([other]) => other === name)?.[1];
}

const helpers = new WeakMap<Index, ReadonlyMap<string, string>>();
const ofWrites = new WeakMap<Index, ReadonlyMap<string, readonly string[]>>();

/**
 * What only serves a write, by id: `h[:, 7] += v` takes an index, adds in place and sets the index, which is one write to
 * a reader.
 */
export function servesWrite(index: Index): ReadonlyMap<string, string> {
  let serving = helpers.get(index);
  if (serving) return serving;
  const found = new Map<string, string>();
  for (const { data } of index.items.values()) {
    if (data.label !== "setitem" || !isWrite(data)) continue;
    const changed = feeding(index, data, "2");
    if (!changed || !Object.hasOwn(AUGMENTED, changed.label) || changed.text !== data.text) continue;
    const taken = feeding(index, changed, "0");
    if (taken?.label !== "getitem" || taken.line !== data.line) continue;
    if (indexOf(index, taken) !== indexOf(index, data)) continue;
    found.set(changed.id, data.id);
    found.set(taken.id, data.id);
  }
  serving = found;
  helpers.set(index, serving);
  return serving;
}

/** What an argument of a node is, if it is in the same sub-graph and nothing else uses it. */
function feeding(index: Index, data: NodeData, argument: string): NodeData | undefined {
  const edge = index.into.get(data.id)?.find(({ label, kind }) => label === argument && kind === "data");
  const source = edge && index.items.get(edge.source)!.data;
  const uses = edge && index.from.get(edge.source)!.filter(({ kind }) => kind !== "model" && kind !== "may");
  return source?.parent === data.parent && uses?.every(({ target }) => target === data.id) ? source : undefined;
}

/** What only serves a write and is drawn as it. */
export function servants(index: Index, write: string): readonly string[] {
  let known = ofWrites.get(index);
  if (!known) {
    const lists = new Map<string, string[]>();
    for (const [id, of] of servesWrite(index)) lists.set(of, [...(lists.get(of) ?? []), id]);
    known = lists;
    ofWrites.set(index, known);
  }
  return known.get(write) ?? [];
}
