// The side panel: the panels that have a tab, one of them in sight.

import { h } from "../../host/dom";
import type { Panel } from "./panel";

/** `changed` is called when it opens or closes. */
export function sidePanel(panels: readonly Panel[], changed: () => void): Panel {
  const tabs = panels.map((panel) =>
    h("button", { type: "button", role: "tab", onclick: () => show(panel) }, panel.tab ?? ""),
  );
  const names = panels.map((panel) => panel.tab).join(", ");
  const element = h(
    "aside",
    { class: "side", "data-open": "true" },
    h("div", { class: "tabs", role: "tablist", "aria-label": `Side panel: ${names}` }, ...tabs),
    ...panels.map((panel) => panel.element),
  );
  show(panels[0]!);

  function show(shown: Panel): void {
    element.dataset.tab = shown.tab;
    panels.forEach((panel, at) => {
      panel.element.dataset.shown = String(panel === shown);
      tabs[at]!.setAttribute("aria-selected", String(panel === shown));
    });
  }

  function toggle(): void {
    element.dataset.open = String(element.dataset.open !== "true");
    changed();
  }

  return {
    element,
    switch: {
      hint: "Side panel",
      icon: "M2 3H14V13H2ZM10 3V13",
      get on() {
        return element.dataset.open === "true";
      },
      toggle,
    },
    keys: [
      { shown: ["P"], keys: ["p"], meaning: `side panel: ${names.toLowerCase()}`, run: toggle },
      ...panels.flatMap(({ keys = [] }) => keys),
    ],
    update() {
      for (const panel of panels) panel.update();
    },
  };
}
