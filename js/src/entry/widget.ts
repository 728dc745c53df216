// The bundle that notebooks run: an anywidget module, with `mount` for the pages that it makes.

import { collapsible } from "../app/collapsible";
import { h } from "../host/dom";
import { fromAnyWidget, type ViewModel } from "../host/model";

export { mount } from "./page";

/** A view of a widget; `code` is this bundle, for the page that the Export menu makes. */
export async function render(
  { model, el }: { model: ViewModel; el: HTMLElement },
  code = String(model.get("_esm")),
): Promise<() => void> {
  const removed = new AbortController();
  const host = h("div");
  el.append(host);
  collapsible(host, await fromAnyWidget(model), removed.signal, code);
  return () => removed.abort();
}

export default { render };
