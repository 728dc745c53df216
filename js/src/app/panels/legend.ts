// The legend as a filter: every kind present, as it is painted, with its count.

import { legendEntries, wordOf } from "../../core/kinds";
import type { LegendEntry } from "../../core/types";
import { DEFAULTS } from "../../generated/schema";
import { h } from "../../host/dom";
import type { App, Panel } from "./panel";
import { swatch } from "./swatch";

export function legendPanel(app: App): Panel {
  const element = h("footer", { class: "legend", role: "group", "aria-label": "Legend: kinds shown" });
  let before: string[] = []; // what was hidden when a double-click's first click came

  const kinds = (): LegendEntry[] => legendEntries(app.index, app.legend);

  const toggle = (kind: string): void => {
    const hidden = app.model.get("hidden_kinds");
    before = hidden;
    app.model.set({
      hidden_kinds: hidden.includes(kind) ? hidden.filter((other) => other !== kind) : [...hidden, kind].sort(),
    });
  };

  const isolate = (kind: string): void => {
    const others = kinds()
      .filter((entry) => entry.style.role === "node" && entry.kind !== kind)
      .map((entry) => entry.kind)
      .sort();
    const already = others.every((other) => before.includes(other)) && !before.includes(kind);
    app.change({ hidden_kinds: already ? DEFAULTS.hidden_kinds : others }, { fit: true });
  };

  const button = ({ kind, style, count }: LegendEntry): HTMLElement => {
    const shown = !app.model.get("hidden_kinds").includes(kind);
    return h(
      "button",
      {
        type: "button",
        "data-kind": kind,
        "aria-pressed": String(shown),
        title: `${style.name}: ${style.meaning},  ${count} in the whole graph, every pass counted. Click to ${shown ? "hide" : "show"}, double-click to see it alone`,
        onclick: (event: MouseEvent) => {
          if (event.shiftKey) isolate(kind);
          else if (event.detail < 2) toggle(kind);
        },
        ondblclick: () => style.role === "node" && isolate(kind),
      },
      swatch(style, app.theme),
      h("span", { class: "name" }, wordOf(style)),
      h("span", { class: "count" }, String(count)),
    );
  };

  return {
    element,
    update() {
      const focused = (element.getRootNode() as ShadowRoot).activeElement?.getAttribute("data-kind");
      element.replaceChildren(
        ...kinds().map(button),
        h(
          "span",
          { class: "hint" },
          "click hides, double-click shows alone · dashed: crosses sub-graphs · dotted: through what is hidden · filled: writes to the model",
        ),
      );
      if (focused) element.querySelector<HTMLElement>(`[data-kind="${CSS.escape(focused)}"]`)?.focus();
    },
  };
}
