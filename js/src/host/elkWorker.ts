// elkjs in a worker that the page's widgets share.

import elkCode from "virtual:elk";
import { type Answer, type ElkNode, elkSync, failure, REGISTER, request } from "../layout/elk";

const PRACTICE = 4; // layouts; after so many, a layout takes half as long as the first one did

interface Job {
  graph: ElkNode;
  resolve: (graph: ElkNode) => void;
  reject: (error: Error) => void;
}

/**
 * One worker for all widgets of a page. Cancelling a layout ends the worker; layouts that wait are sent to the next
 * worker.
 */
export class ElkWorker {
  private worker: Worker | undefined;
  private readonly jobs = new Map<number, Job>();
  private last = 0;
  private forbidden = false; // by the page's content security policy
  private practice: ElkNode | undefined;
  private rounds = PRACTICE; // practice layouts that this worker has left

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

  /** Lays a graph out. Rejects with an AbortError when cancelled. */
  readonly layout = (graph: ElkNode, signal?: AbortSignal): Promise<ElkNode> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(aborted());
      if (this.forbidden) return resolve(elkSync(graph)); // slower, and the page waits for it
      this.warm();
      const id = ++this.last;
      this.jobs.set(id, { graph, resolve, reject });
      signal?.addEventListener("abort", () => this.cancel(id), { once: true });
      this.worker!.postMessage(request(id, graph));
    });

  /** Whether this worker has practice layouts left. */
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
