// A page without a kernel: what the Export menu and save("x.html") make.

import { collapsible } from "../app/collapsible";
import type { State } from "../generated/schema";
import { h } from "../host/dom";
import { fromState } from "../host/model";

/** Shows a graph in an element of any page. Call the answer to remove it. */
export function mount(element: HTMLElement, state: Partial<State>): () => void {
  const removed = new AbortController();
  const host = h("div", { style: "height: 100%" });
  element.append(host);
  collapsible(host, fromState({ height: "100%", ...state }), removed.signal, null);
  return () => removed.abort();
}
