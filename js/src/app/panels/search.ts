// Search: a box, a list of what it finds with where that is, Enter to walk.

import { styleOf } from "../../core/kinds";
import { find, passesAround, path } from "../../core/queries";
import { h } from "../../host/dom";
import type { App, Panel } from "./panel";

const LISTED = 50;

export function searchPanel(app: App): Panel {
  const input = h("input", {
    type: "search",
    role: "combobox",
    placeholder: "Search  /",
    title: "A label, a variable, a shape, failed, nan; kind:save, shape:1,10, line:4; /a regular expression/",
    "aria-label": "Search the graph",
    "aria-expanded": "false",
    "aria-controls": "ngw-results",
    "aria-autocomplete": "list",
    spellcheck: "false",
    autocomplete: "off",
  });
  const list = h("ul", { id: "ngw-results", class: "results", role: "listbox", "aria-label": "Found", hidden: true });
  const element = h("div", { class: "search" }, input, list);
  let found: string[] = [];
  let at = -1;

  function row(id: string, index: number): HTMLElement {
    const { data } = app.index.items.get(id)!;
    return h(
      "li",
      {
        role: "option",
        id: `ngw-result-${index}`,
        "data-id": id,
        "aria-selected": String(index === at),
        onmousedown: (event: Event) => event.preventDefault(),
        onclick: () => walk(index),
      },
      h("span", { class: "label" }, data.label),
      h(
        "span",
        { class: "path" },
        // What tells rows of one label apart comes first: the end is cut.
        [
          ...passesAround(app.index, id),
          styleOf(app.legend, data.kind, data.compound).name,
          data.line && `line ${data.line}`,
          path(app.index, id),
        ]
          .filter(Boolean)
          .join(" · "),
      ),
    );
  }

  function draw(): void {
    const open = input.value.trim() !== "" && (element.getRootNode() as ShadowRoot).activeElement === input;
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (at >= 0) input.setAttribute("aria-activedescendant", `ngw-result-${at}`);
    else input.removeAttribute("aria-activedescendant");
    if (!open) return;
    const from = Math.max(0, Math.min(at - LISTED + 1, found.length - LISTED));
    const rows = found.slice(from, from + LISTED).map((id, index) => row(id, from + index));
    const rest = found.length - rows.length;
    list.replaceChildren(...rows);
    if (!found.length)
      list.append(
        h("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, "Nothing found"),
      );
    else if (rest > 0)
      list.append(h("li", { class: "none", role: "presentation" }, `${rest} more: Enter walks all ${found.length}`));
    list.querySelector('[aria-selected="true"]')?.scrollIntoView?.({ block: "nearest" });
  }

  function walk(index: number): void {
    if (!found.length) return;
    at = (index + found.length) % found.length;
    draw();
    app.reveal([found[at]!]);
    app.say(`${at + 1} of ${found.length}`);
  }

  function look(): void {
    found = find(app.index, app.legend, input.value);
    at = -1;
    draw();
  }

  input.addEventListener("input", () => {
    look();
    app.model.set({ search: input.value });
  });
  input.addEventListener("focus", look);
  input.addEventListener("blur", draw);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") walk(event.shiftKey ? at - 1 : at + 1);
    else if (event.key === "ArrowDown") walk(at + 1);
    else if (event.key === "ArrowUp") walk(at - 1);
    else if (event.key === "Escape") {
      if (input.value) {
        input.value = "";
        input.dispatchEvent(new Event("input"));
      } else input.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function focus(): void {
    input.focus();
    input.select();
  }

  return {
    element,
    keys: [
      {
        shown: ["/"],
        keys: ["/"],
        chord: "f",
        meaning:
          "search (also Ctrl F): words, kind:, shape:, line:, failed, nan, or /a regular expression/; Enter walks what is found",
        run: focus,
      },
    ],
    update() {
      const query = app.model.get("search");
      if (query === input.value) return;
      input.value = query;
      look();
    },
  };
}
