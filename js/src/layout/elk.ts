// Runs elkjs: in this thread, at once (files), or in a worker that the page's widgets share (notebooks).

import elkCode from "virtual:elk";

/** A graph as elkjs reads it and gives it back with positions. */
export interface ElkNode {
  id: string;
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  layoutOptions?: Record<string, string>;
  children?: ElkNode[];
  edges?: ElkEdge[];
}

export interface ElkEdge {
  id: string;
  layoutOptions?: Record<string, string>;
  sources: string[];
  targets: string[];
  sections?: { startPoint: ElkPoint; endPoint: ElkPoint; bendPoints?: ElkPoint[] }[];
}

export interface ElkPoint {
  x: number;
  y: number;
}

/** Lays a graph out. Rejects with an AbortError when cancelled. */
export type Elk = (graph: ElkNode, signal?: AbortSignal) => Promise<ElkNode>;

interface Answer {
  id: number;
  data?: ElkNode;
  error?: { message?: string; type?: string };
}

const PRACTICE = 4; // layouts, after which the next one takes half as long as the first

const REGISTER = { id: 0, cmd: "register", algorithms: ["layered"] };

function request(id: number, graph: ElkNode): object {
  return { id, cmd: "layout", graph, layoutOptions: {}, options: {} };
}

function failure(error: NonNullable<Answer["error"]>): Error {
  return new Error(`layout failed: ${error.message ?? error.type ?? "elkjs gave no reason"}`);
}

interface InProcess {
  postMessage(message: object): void;
  onmessage: (event: { data: Answer }) => void;
}

let inProcess: InProcess | undefined;

/** Lays a graph out in this thread, before it returns. */
export function elkSync(graph: ElkNode): ElkNode {
  if (!inProcess) {
    const module: { exports: { Worker?: new () => InProcess } } = { exports: {} };
    // elkjs answers on a timer, which a bare V8 lacks and a caller who waits does not want.
    const host = Object.assign(Object.create(globalThis) as object, { setTimeout: () => 0, clearTimeout: () => undefined });
    elkCode(module, module.exports, host, {}, (run) => run());
    inProcess = new module.exports.Worker!();
    inProcess.onmessage = () => undefined;
    inProcess.postMessage(REGISTER);
  }
  let answer: Answer | undefined;
  inProcess.onmessage = (event) => (answer = event.data);
  inProcess.postMessage(request(1, graph));
  if (!answer?.data) throw failure(answer?.error ?? {});
  return answer.data;
}

interface Job {
  graph: ElkNode;
  resolve: (graph: ElkNode) => void;
  reject: (error: Error) => void;
}

/** One worker for all widgets of a page. A cancelled layout ends the worker; what else waits goes to the next one. */
export class ElkWorker {
  private worker: Worker | undefined;
  private readonly jobs = new Map<number, Job>();
  private last = 0;
  private forbidden = false; // by the page's content security policy
  private practice: ElkNode | undefined;
  private rounds = PRACTICE; // of it, that this worker has left

  /** Starts the worker ahead of the first layout: loading elkjs takes longer than most layouts. */
  warm(): void {
    if (this.worker || this.forbidden) return;
    const code = `(${elkCode.toString()})(undefined, undefined, self)`;
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    try {
      this.worker = new Worker(url);
    } finally {
      URL.revokeObjectURL(url);
    }
    this.worker.onmessage = (event: MessageEvent<Answer>) => this.settle(event.data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.forbidden = true;
      for (const { graph, resolve } of this.jobs.values()) resolve(elkSync(graph));
      this.jobs.clear();
    };
    this.worker.postMessage(REGISTER);
    this.rounds = PRACTICE;
  }

  readonly layout: Elk = (graph, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(aborted());
      if (this.forbidden) return resolve(elkSync(graph)); // slower, and nothing else happens meanwhile, but it is drawn
      this.warm();
      const id = ++this.last;
      this.jobs.set(id, { graph, resolve, reject });
      signal?.addEventListener("abort", () => this.cancel(id), { once: true });
      this.worker!.postMessage(request(id, graph));
    });

  /** Whether practice would help. */
  get isNew(): boolean {
    return this.rounds > 0;
  }

  /** Lays a graph out a few times while nothing else waits, for the engine to compile elkjs before the first click. */
  practise(graph: ElkNode): void {
    this.practice = graph;
    this.settle({ id: 0 });
  }

  private settle({ id, data, error }: Answer): void {
    const job = this.jobs.get(id);
    this.jobs.delete(id);
    if (data) job?.resolve(data);
    else job?.reject(failure(error ?? {}));
    if (!this.practice || !this.worker || this.jobs.size || !this.rounds) return;
    this.rounds -= 1;
    this.worker.postMessage(request(0, this.practice));
  }

  private cancel(id: number): void {
    const job = this.jobs.get(id);
    if (!job) return;
    this.jobs.delete(id);
    job.reject(aborted());
    this.worker?.terminate();
    this.worker = undefined;
    this.warm();
    for (const [id, { graph }] of this.jobs) this.worker!.postMessage(request(id, graph));
  }

  /** Ends the worker; the next layout starts another. */
  stop(): void {
    this.fail(aborted());
  }

  private fail(error: Error): void {
    this.worker?.terminate();
    this.worker = undefined;
    for (const job of this.jobs.values()) job.reject(error);
    this.jobs.clear();
  }
}

function aborted(): Error {
  return new DOMException("the layout was cancelled", "AbortError");
}
