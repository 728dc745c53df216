// The line above the drawing: what a person would not expect of the graph, each with a way to its node.

import { h } from "../../host/dom";
import type { App, Panel } from "./panel";

const MOST = 3; // said in the line; the rest is counted

export function warningsLine(app: App): Panel {
  const element = h("div", { class: "warnings", role: "note", "aria-label": "Warnings", hidden: true });
  return {
    element,
    update() {
      const all = app.model.get("about").warnings ?? [];
      element.hidden = !all.length;
      const said = all.slice(0, MOST).map(([id, text]) =>
        h(
          "button",
          {
            type: "button",
            title: "Go to it",
            onclick: () => app.reveal([id]),
            onmouseenter: () => app.hover([id]),
            onmouseleave: () => app.hover([]),
          },
          `⚠ ${text}`,
        ),
      );
      const more = all.length > MOST ? [h("span", {}, `${all.length - MOST} more`)] : [];
      element.replaceChildren(...said, ...more);
    },
  };
}
