// The legend as a filter: every kind present, as it is painted, with its count.

import { type LegendEntry, legendEntries } from "../../core/kinds";
import type { KindStyle, Theme } from "../../core/types";
import type { App, Panel } from "./panel";
import { h, s } from "../../host/dom";

export function legendPanel(app: App): Panel {
  const element = h("footer", { class: "legend", role: "group", "aria-label": "Legend: kinds shown" });
  let before: string[] = []; // what was hidden when a double-click's first click came

  const kinds = (): LegendEntry[] => legendEntries(app.index, app.legend);

  const toggle = (kind: string): void => {
    const hidden = app.model.get("hidden_kinds");
    before = hidden;
    app.model.set({ hidden_kinds: hidden.includes(kind) ? hidden.filter((other) => other !== kind) : [...hidden, kind].sort() });
  };

  const isolate = (kind: string): void => {
    const others = kinds()
      .filter((entry) => entry.style.role === "node" && entry.kind !== kind)
      .map((entry) => entry.kind)
      .sort();
    const already = others.every((other) => before.includes(other)) && !before.includes(kind);
    app.model.set({ hidden_kinds: already ? ["Value"] : others });
  };

  const button = ({ kind, style, count }: LegendEntry): HTMLElement => {
    const shown = !app.model.get("hidden_kinds").includes(kind);
    return h(
      "button",
      {
        type: "button",
        "data-kind": kind,
        "aria-pressed": String(shown),
        title: `${style.meaning}. Click to ${shown ? "hide" : "show"}, double-click to see it alone`,
        onclick: (event: MouseEvent) => {
          if (event.shiftKey) isolate(kind);
          else if (event.detail < 2) toggle(kind);
        },
        ondblclick: () => style.role === "node" && isolate(kind),
      },
      swatch(style, app.theme),
      h("span", { class: "name" }, style.name),
      h("span", { class: "count" }, String(count)),
    );
  };

  return {
    element,
    update() {
      const focused = (element.getRootNode() as ShadowRoot).activeElement?.getAttribute("data-kind");
      element.replaceChildren(
        ...kinds().map(button),
        h("span", { class: "hint" }, "click a kind to hide it, double-click to see it alone · dashes: a value that crosses sub-graphs · dots: through what is hidden · thick border: changes the model"),
      );
      if (focused) element.querySelector<HTMLElement>(`[data-kind="${CSS.escape(focused)}"]`)?.focus();
    },
  };
}

/** A kind's shape in its colour, as the legend and the inspector show it. */
export function swatch(style: KindStyle, theme: Theme): SVGElement {
  const look = { fill: style[theme], "fill-opacity": 0.1, stroke: style[theme], "stroke-width": 1.6 };
  const group = style.role === "group";
  return s(
    "svg",
    { class: "swatch", viewBox: "0 0 22 16", width: 22, height: 16, "aria-hidden": "true" },
    group || style.shape === "box"
      ? s("rect", { x: 1, y: 1, width: 20, height: 14, rx: group ? 3.5 : 2, ...look })
      : style.shape === "ellipse"
        ? s("rect", { x: 1, y: 1, width: 20, height: 14, rx: 7, ...look })
        : s("path", { d: "M6 1H16L21 8L16 15H6L1 8Z", "stroke-linejoin": "round", ...look }),
    group && s("path", { d: "M4 5H9", stroke: style[theme], "stroke-width": 2 }),
  );
}
