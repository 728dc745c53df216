// The model's side of the front end, with a fake of what anywidget gives.

import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fromAnyWidget, fromState, type ViewModel } from "../src/host/model";

type Listener = (...args: never[]) => unknown;

class FakeModel implements ViewModel {
  readonly saved: Record<string, unknown>[] = [];
  readonly sent: unknown[] = [];
  readonly listeners = new Map<string, Set<Listener>>();
  private unsaved: Record<string, unknown> = {};
  constructor(readonly traits: Record<string, unknown>) {}
  get(name: string): unknown {
    return this.traits[name];
  }
  set(name: string, value: unknown): void {
    this.traits[name] = this.unsaved[name] = value;
    this.fire(`change:${name}`);
  }
  save_changes(): void {
    this.saved.push(this.unsaved);
    this.unsaved = {};
  }
  on(event: string, callback: Listener): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(callback));
  }
  off(event?: string | null, callback?: Listener | null): void {
    this.listeners.get(event!)?.delete(callback!);
  }
  send(content: unknown): void {
    this.sent.push(content);
  }
  fire(event: string, ...args: unknown[]): void {
    for (const callback of [...(this.listeners.get(event) ?? [])]) callback(...(args as never[]));
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("a model with a kernel", () => {
  test("several traits that change together reach the kernel as one message and each listener as one call", async () => {
    const fake = new FakeModel({ expanded: [], selected: [] });
    const model = await fromAnyWidget(fake);
    let calls = 0;
    model.on(["expanded", "selected"], () => calls++, new AbortController().signal);
    model.set({ expanded: ["a"], selected: ["b"] });
    await settled();
    expect(fake.saved).toEqual([{ expanded: ["a"], selected: ["b"] }]);
    expect(calls).toBe(1);
  });

  test("a view that is removed leaves no listener and is not called any more", async () => {
    const fake = new FakeModel({ expanded: [] });
    const model = await fromAnyWidget(fake);
    const removed = new AbortController();
    let calls = 0;
    model.on(["expanded", "steps"], () => calls++, removed.signal);
    model.onRelayout(() => calls++, removed.signal);
    fake.set("expanded", ["a"]);
    removed.abort();
    await settled();
    fake.set("expanded", ["b"]);
    fake.fire("msg:custom", { name: "layout" });
    await settled();
    expect(calls).toBe(0);
    expect([...fake.listeners.values()].map((set) => set.size)).toEqual([0, 0, 0]);
  });

  test("elements come compressed, as one list for all views, and the last to be sent are those that are shown", async () => {
    const packed = (...ids: string[]): DataView =>
      new DataView(Uint8Array.from(deflateSync(ids.map((id) => JSON.stringify([{ data: { id } }])).join("\n"))).buffer);
    const fake = new FakeModel({ elements: packed("a", "b") });
    const [model, other] = [await fromAnyWidget(fake), await fromAnyWidget(fake)];
    expect(model.get("elements")).toEqual([{ data: { id: "a" } }, { data: { id: "b" } }]);
    expect(model.get("elements")).toBe(other.get("elements"));
    const told = new Promise<void>((resolve) => model.on(["elements"], resolve, new AbortController().signal));
    fake.set("elements", packed(...Array.from({ length: 9 }, (_, i) => `b${i}`)));
    fake.set("elements", packed("c"));
    await told;
    await settled();
    expect(model.get("elements")).toEqual([{ data: { id: "c" } }]);
  });

  test("a trait that the kernel's package lacks has its default", async () => {
    expect((await fromAnyWidget(new FakeModel({}))).get("hidden_kinds")).toEqual(["Value"]);
  });

  test("events have the form that ipycytoscape's Python side reads", async () => {
    const fake = new FakeModel({});
    (await fromAnyWidget(fake)).happened("node", "click", { data: { id: "a" } });
    expect(fake.sent).toEqual([{ widget: "node", event: "click", data: { data: { id: "a" } } }]);
  });

  test("relayout() is heard, other messages are not", async () => {
    const fake = new FakeModel({});
    let calls = 0;
    (await fromAnyWidget(fake)).onRelayout(() => calls++, new AbortController().signal);
    for (const content of [null, {}, { name: "other" }, { name: "layout" }]) fake.fire("msg:custom", content);
    expect(calls).toBe(1);
  });
});

test("a page without a kernel keeps its state and tells only who listens to what changed", async () => {
  const model = fromState({ title: "t" });
  const removed = new AbortController();
  const calls: string[] = [];
  model.on(["expanded"], () => calls.push("expanded"), removed.signal);
  model.on(["title"], () => calls.push("title"), removed.signal);
  model.set({ expanded: ["a"] });
  await settled();
  expect([calls, model.get("expanded"), model.get("title")]).toEqual([["expanded"], ["a"], "t"]);
});

test("a host whose state is JSON has the element list itself; what is neither is an error", async () => {
  const elements = [{ group: "nodes", data: { id: "a", kind: "Operation", label: "a" } }];
  expect((await fromAnyWidget(new FakeModel({ elements }))).get("elements")).toEqual(elements);
  expect((await fromAnyWidget(new FakeModel({}))).get("elements")).toEqual([]);
  await expect(fromAnyWidget(new FakeModel({ elements: "packed" }))).rejects.toThrow("got string");
});
