// A view that can be one line: what the graph is, and a click opens it. A graph that comes by itself under a cell is so.

import { indexElements } from "../core/elementIndex";
import { behaves, nounOf } from "../core/kinds";
import { shortened, spelled } from "../core/text";
import type { Legend } from "../generated/schema";
import { h } from "../host/dom";
import type { Model } from "../host/model";
import { LEGEND, Widget } from "./widget";

const CSS = `
:host { display: block; }
button {
  all: unset; box-sizing: border-box; display: flex; gap: 8px; align-items: baseline; width: 100%; max-width: 100%; min-height: 26px;
  padding: 3px 10px; cursor: pointer; white-space: nowrap; overflow: hidden; border-radius: 6px; color: inherit;
  border: 1px solid color-mix(in srgb, currentColor 18%, transparent);
  font: 12.5px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
button[aria-expanded="true"] { border-color: transparent; }
button:hover { border-color: color-mix(in srgb, currentColor 45%, transparent); }
button:focus-visible { outline: 2px solid #2563d9; outline-offset: 1px; }
b { font-weight: 650; }
.sign, .facts { opacity: .75; }
.facts { overflow: hidden; text-overflow: ellipsis; }
.bad { color: light-dark(#c62828, #ff8a8a); font-weight: 600; overflow: hidden; text-overflow: ellipsis; }
`;

/** Shows a graph in `host`: as a line while the model says so, and whole. Nothing is drawn before it is opened. */
export function collapsible(host: HTMLElement, model: Model, signal: AbortSignal, code: string | null): void {
  const body = h("div", { style: "height: 100%" });
  let line: HTMLButtonElement | null = null;
  let opened = false;
  host.append(body);
  signal.addEventListener("abort", () => host.remove(), { once: true });

  function update(): void {
    const collapsed = model.get("collapsed");
    if (collapsed && !line) line = lineBefore(body, () => model.set({ collapsed: !model.get("collapsed") }));
    if (line) tell(line, model);
    body.hidden = collapsed;
    if (!collapsed && !opened) {
      opened = true;
      new Widget(body.appendChild(h("div", { style: "height: 100%" })), model, signal, code);
    }
  }
  model.on(["collapsed", "title", "elements"], update, signal);
  update();
}

/** The button that the line is, in a shadow of its own, so that the host's styles do not change it. */
function lineBefore(body: HTMLElement, onclick: () => void): HTMLButtonElement {
  const button = h("button", { type: "button", onclick });
  const outside = h("div", { class: "ngw-line" });
  outside.attachShadow({ mode: "open" }).append(h("style", {}, CSS), button);
  body.before(outside);
  return button;
}

/** Writes what the graph is into its line: its title, what failed, and how much there is of what. */
function tell(line: HTMLButtonElement, model: Model): void {
  const collapsed = model.get("collapsed");
  const items = [...indexElements(model.get("elements")).items.values()].map((item) => item.data);
  const failures = items.filter((item) => item.status === "failed");
  const failed = failures.find((item) => !item.compound) ?? failures.at(-1);
  const title = spelled(model.get("title"));
  // The name of the whole is there already.
  const said = (label: string): string =>
    label === title ? "✕ failed" : `✕ ${shortened(label, 200, 12.5, "sansBold")} failed`;
  const facts = counted(items, LEGEND).join(" · ");
  line.setAttribute("aria-expanded", String(!collapsed));
  line.replaceChildren(
    h("span", { class: "sign", "aria-hidden": "true" }, collapsed ? "▸" : "▾"),
    h("b", {}, shortened(title, 300, 12.5, "sansBold")),
    ...(failed ? [h("span", { class: "bad" }, said(failed.label))] : []),
    h("span", { class: "facts" }, facts),
  );
  line.title = collapsed ? "Open the graph" : "Close the graph";
}

/** `3 reads`, `1 write` …: of each noun in the legend's order, how many nodes it is of; literals are not counted. */
function counted(items: readonly { kind: string; compound?: true; changes?: boolean }[], legend: Legend): string[] {
  const counts = new Map<string, number>();
  const order = Object.keys(legend);
  const nodes = items.filter(({ kind, compound }) => !compound && !behaves(kind, "standing"));
  for (const node of nodes.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))) {
    const noun = nounOf(legend, node);
    counts.set(noun, (counts.get(noun) ?? 0) + 1);
  }
  return [...counts].map(([noun, count]) => `${count} ${noun}${count === 1 ? "" : "s"}`);
}
