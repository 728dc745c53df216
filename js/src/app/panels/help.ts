// The help sheet: every key and gesture.

import { h } from "../../host/dom";

const KEYS: [string[], string][] = [
  [["click"], "select; on a sub-graph's title or a closed sub-graph, open or close it"],
  [["double-click"], "open a sub-graph with all that is in it; zoom to a node; on an edge, go to its other end"],
  [["Shift", "click"], "add to the selection"],
  [["drag"], "move the graph, or a node; one finger scrolls the page until the graph was tapped"],
  [["Ctrl", "wheel"], "zoom (without Ctrl when the graph has the focus); pinch on a touch screen"],
  [
    ["Tab", "↑", "↓", "←", "→"],
    "walk along the edges: up to what a node takes, down to what takes it, aside to its neighbours",
  ],
  [["Enter"], "open or close the selected sub-graph; with Shift, open all that is in it"],
  [["E"], "expand all"],
  [["1", "…", "9"], "open so many levels"],
  [["W"], "collapse all"],
  [["O"], "open only the selected sub-graph"],
  [["F"], "fit"],
  [["Z"], "zoom to the selection"],
  [["+", "-"], "zoom"],
  [
    ["/"],
    "search (also Ctrl F): words, kind:, shape:, line:, failed, nan, or /a regular expression/; Enter walks what is found",
  ],
  [["T"], "trace: light up what the selection depends on and what depends on it"],
  [["S"], "slice: show only what the selection depends on"],
  [["U"], "values only: traces and slices follow values, and not the model; and back"],
  [["C"], "copy the details of the selection"],
  [["[", "]"], "previous and next pass of the loop around the selection, or of the first loop"],
  [["V"], "show or fold the literal values"],
  [["L"], "lanes: a column for each run, in the order of execution; and back"],
  [["M"], "overview map"],
  [["P"], "side panel: source, inspector, outline"],
  [["X"], "full screen"],
  [["Esc"], "end a search, a trace, a slice, a selection, or this sheet"],
];

export function helpSheet(): { element: HTMLElement; toggle(): void; readonly open: boolean } {
  const close = h("button", { type: "button", class: "button", onclick: () => toggle() }, "Close");
  const list = h(
    "dl",
    {},
    ...KEYS.flatMap(([keys, meaning]) => [h("dt", {}, ...keys.map((key) => h("kbd", {}, key))), h("dd", {}, meaning)]),
  );
  const card = h(
    "div",
    { class: "card", role: "dialog", "aria-modal": "true", "aria-label": "Keys and gestures" },
    h("div", { class: "top" }, h("h2", {}, "Keys and gestures"), close),
    list,
  );
  const element = h("div", { class: "sheet", hidden: true }, card);
  let back: HTMLElement | null = null;

  function toggle(): void {
    element.hidden = !element.hidden;
    if (element.hidden) back?.focus();
    else {
      back = (element.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
      close.focus();
    }
  }
  element.addEventListener("click", (event) => event.target === element && toggle());
  element.addEventListener("keydown", (event) => {
    if (event.key === "Tab") event.preventDefault(); // the button is the only control in the sheet
  });
  return {
    element,
    toggle,
    get open() {
      return !element.hidden;
    },
  };
}
