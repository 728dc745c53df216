// The one place that touches the widget's model. State lives in traits, so that a view can be rebuilt at any time and
// several views of one widget agree; messages carry what happened. A page saved to disk has the same state and no
// kernel.

import type { AnyModel } from "@anywidget/types";
import { DEFAULTS, type Element, type State } from "../generated/schema";
import { inflated } from "./inflate";

export interface Model {
  get<K extends keyof State>(name: K): State[K];
  /** Changes traits and tells the kernel and every other view. */
  set(changes: Partial<State>): void;
  /** Calls back after any of `names` changed, whoever changed it. */
  on(names: (keyof State)[], callback: () => void, signal: AbortSignal): void;
  /** Something that happened to a node or an edge, for Python's `.on(type, event, callback)`. */
  happened(widget: "node" | "edge", event: string, data: object): void;
  /** `relayout()` was called in Python. */
  onRelayout(callback: () => void, signal: AbortSignal): void;
}

/** What an anywidget front end is given (https://anywidget.dev/en/afm), as far as a view uses it. */
export type ViewModel = Pick<AnyModel, "get" | "set" | "save_changes" | "on" | "off" | "send">;

/**
 * All views of a model share one list, so that it is indexed once. Hosts keep the models of closed widgets, so the list
 * is held weakly.
 */
const unpacked = new WeakMap<object, WeakRef<Promise<Element[]>>>();

function unpack(bytes: unknown): Promise<Element[]> {
  // A host whose state is JSON has the list itself.
  if (Array.isArray(bytes)) return Promise.resolve(bytes as Element[]);
  if (!(bytes instanceof DataView)) {
    if (bytes === undefined || bytes === null) return Promise.resolve([]);
    throw new TypeError(`elements: the list of to_elements(), or its packed bytes; got ${typeof bytes}`);
  }
  const known = unpacked.get(bytes)?.deref();
  if (known) return known;
  const elements = read(bytes as DataView<ArrayBuffer>);
  unpacked.set(bytes, new WeakRef(elements));
  return elements;
}

/** Parses one line at a time and lets the page work in between, so that it does not freeze. */
async function read(bytes: DataView<ArrayBuffer>): Promise<Element[]> {
  const elements: Element[] = [];
  for (const line of (await inflated(bytes).text()).split("\n").filter(Boolean)) {
    if (elements.length) await new Promise((resolve) => setTimeout(resolve));
    for (const element of JSON.parse(line) as Element[]) elements.push(element);
  }
  return elements;
}

export async function fromAnyWidget(model: ViewModel): Promise<Model> {
  let list = unpack(model.get("elements")); // holds the list for other views of the model
  let elements = await list;
  const listen = (event: string, callback: (...args: unknown[]) => void, signal: AbortSignal): void => {
    model.on(event, callback);
    signal.addEventListener("abort", () => model.off(event, callback), { once: true });
  };
  return {
    // A trait that the kernel's older or newer package lacks reads as undefined.
    get: (name) => (name === "elements" ? elements : (model.get(name) ?? DEFAULTS[name])) as never,
    set(changes) {
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      model.save_changes();
    },
    on(names, callback, signal) {
      const soon = coalesced(callback, signal);
      const unpackFirst = async (): Promise<void> => {
        const bytes = model.get("elements");
        const next = unpack(bytes);
        const changed = await next;
        if (bytes !== model.get("elements")) return; // they have changed again
        [list, elements] = [next, changed];
        soon();
      };
      for (const name of names) listen(`change:${name}`, name === "elements" ? () => void unpackFirst() : soon, signal);
    },
    happened: (widget, event, data) => model.send({ widget, event, data }),
    onRelayout: (callback, signal) =>
      listen("msg:custom", (content) => (content as { name?: string } | null)?.name === "layout" && callback(), signal),
  };
}

/** A model with no kernel behind it, for a page saved to disk. */
export function fromState(initial: Partial<State>): Model {
  const state: State = { ...DEFAULTS, ...initial };
  const listeners = new Set<(names: string[]) => void>();
  return {
    get: (name) => state[name],
    set(changes) {
      Object.assign(state, changes);
      for (const listener of [...listeners]) listener(Object.keys(changes));
    },
    on(names, callback, signal) {
      const soon = coalesced(callback, signal);
      const listener = (changed: string[]): void => {
        if (changed.some((name) => names.includes(name as keyof State))) soon();
      };
      listeners.add(listener);
      signal.addEventListener("abort", () => listeners.delete(listener), { once: true });
    },
    happened: () => undefined,
    onRelayout: () => undefined,
  };
}

/**
 * Makes one call for several traits that change together. An update from the kernel fires an event for each of them.
 */
function coalesced(callback: () => void, signal: AbortSignal): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      if (!signal.aborted) callback();
    });
  };
}
