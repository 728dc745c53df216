// elkjs in this thread, before the call returns (files), and the messages that it takes and gives wherever it runs.

import elkCode from "virtual:elk";
import type { ElkNode } from "elkjs/lib/elk-api";

export type { ElkNode, ElkPoint } from "elkjs/lib/elk-api";

export interface Answer {
  id: number;
  data?: ElkNode;
  error?: { message?: string; type?: string };
}

export const REGISTER = { id: 0, cmd: "register", algorithms: ["layered"] };

export function request(id: number, graph: ElkNode): object {
  return { id, cmd: "layout", graph, layoutOptions: {}, options: {} };
}

export function failure(error: NonNullable<Answer["error"]>): Error {
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
    const host = Object.assign(Object.create(globalThis) as object, {
      setTimeout: () => 0,
      clearTimeout: () => undefined,
    });
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
