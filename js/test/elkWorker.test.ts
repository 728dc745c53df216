// The page's one worker for elkjs, with a fake of the browser's Worker.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ElkWorker } from "../src/host/elkWorker";
import type { ElkNode } from "../src/layout/elk";

interface Message {
  id: number;
  cmd: string;
  graph?: ElkNode;
}

class FakeWorker {
  static made: FakeWorker[] = [];
  readonly asked: Message[] = [];
  ended = false;
  onmessage: (event: { data: object }) => void = () => undefined;
  onerror: (event: { preventDefault(): void }) => void = () => undefined;
  constructor() {
    FakeWorker.made.push(this);
  }
  postMessage(message: Message): void {
    this.asked.push(message);
  }
  terminate(): void {
    this.ended = true;
  }
  /** The layouts that it was asked for, by the graph's id. */
  get layouts(): (string | undefined)[] {
    return this.asked.filter(({ cmd }) => cmd === "layout").map(({ graph }) => graph?.id);
  }
  answer(graph: string): void {
    const { id } = this.asked.find((message) => message.graph?.id === graph)!;
    this.onmessage({ data: { id, data: { id: `${graph}, laid out` } } });
  }
}

beforeEach(() => {
  FakeWorker.made = [];
  vi.stubGlobal("Worker", FakeWorker);
});
afterEach(() => vi.unstubAllGlobals());

test("a layout that waits while another is cancelled goes to the next worker and is answered", async () => {
  const elk = new ElkWorker();
  const cancelled = new AbortController();
  const first = elk.layout({ id: "first" }, cancelled.signal);
  const second = elk.layout({ id: "second" });
  const [old] = FakeWorker.made;
  cancelled.abort();
  await expect(first).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
  expect(old!.ended).toBe(true);
  const next = FakeWorker.made[1]!;
  expect(next.asked[0]!.cmd).toBe("register");
  expect(next.layouts).toEqual(["second"]);
  next.answer("second");
  expect(await second).toEqual({ id: "second, laid out" });
});

test("cancelling a layout that was answered ends no worker", async () => {
  const elk = new ElkWorker();
  const late = new AbortController();
  const layout = elk.layout({ id: "graph" }, late.signal);
  FakeWorker.made[0]!.answer("graph");
  await layout;
  late.abort();
  expect(FakeWorker.made.map((worker) => worker.ended)).toEqual([false]);
});

test("where the page forbids workers, layouts are made in its own thread, those that wait too", async () => {
  const elk = new ElkWorker();
  const graph = (): ElkNode => ({
    id: "g",
    layoutOptions: { "elk.algorithm": "layered" },
    children: [{ id: "n", width: 9, height: 9 }],
  });
  const waiting = elk.layout(graph());
  FakeWorker.made[0]!.onerror({ preventDefault: () => undefined });
  expect((await waiting).children![0]!.x).toBeGreaterThan(0);
  expect((await elk.layout(graph())).children![0]!.x).toBeGreaterThan(0);
  expect(FakeWorker.made).toHaveLength(1);
});
