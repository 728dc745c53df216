// The graph as a tree, for screen readers, for the keyboard, and for whoever prefers a list.

import type { Item } from "../../core/elementIndex";
import { behaves, styleOf } from "../../core/kinds";
import { firstShown } from "../../core/open";
import { result } from "../../core/queries";
import type { NodeData } from "../../generated/schema";
import { h } from "../../host/dom";
import type { App, Panel } from "./panel";
import { swatch } from "./swatch";

const MOST = 400; // children of one sub-graph that are listed

export function outlinePanel(app: App): Panel {
  const tree = h("ul", { role: "tree", "aria-label": "Outline of the graph", "aria-multiselectable": "true" });
  const element = h("div", { class: "panel outline" }, tree);
  let current: string | null = null; // the item that Tab reaches

  const rows = (): HTMLElement[] => [...tree.querySelectorAll<HTMLElement>('[role="treeitem"]')];
  const idOf = (row: HTMLElement): string => row.dataset.id ?? "";

  function branch(children: readonly Item[], level: number): HTMLElement[] {
    const hidden = new Set(app.model.get("hidden_kinds"));
    const listed = children.filter((item) => !hidden.has(item.data.kind));
    const items = listed.slice(0, MOST).flatMap((item, at) => row(item, level, at + 1, listed.length));
    if (listed.length > MOST) items.push(h("li", { role: "none", class: "empty" }, `+${listed.length - MOST} more`));
    return items;
  }

  /**
   * The row of an item and, if it is open, the rows of what is in it. The list is flat, so that a row's text is its
   * accessible name.
   */
  function row({ data: item, children }: Item, level: number, place: number, siblings: number): HTMLElement[] {
    const holds = item.compound === true && children.length > 0;
    const open = holds && isOpen(item);
    const style = styleOf(app.legend, item.kind, item.compound);
    const more = item.compound
      ? item.count
        ? `×${item.count}`
        : ""
      : [result(item), item.variable].filter(Boolean).join(" ");
    const unseen = [item.status, item.changes && "changes the model", item.note].filter(Boolean).join(", ");
    const element = h(
      "li",
      {
        role: "treeitem",
        "data-id": item.id,
        "aria-level": level,
        "aria-posinset": place,
        "aria-setsize": siblings,
        "aria-expanded": holds ? String(open) : undefined,
        "aria-selected": String(app.model.get("selected").includes(item.id)),
        tabindex: -1,
      },
      h(
        "div",
        { class: "row", style: `padding-left:${(level - 1) * 14 + 6}px` },
        h("span", { class: "twist", "aria-hidden": "true" }, holds ? (open ? "▾" : "▸") : ""),
        swatch(style, app.theme),
        h("span", { class: "sr" }, `${style.name} `),
        h("span", { class: "label" }, item.label),
        h("span", { class: "more" }, more && ` ${more}`),
        unseen && h("span", { class: "sr" }, ` ${unseen}`),
      ),
    );
    return open ? [element, ...branch(children, level + 1)] : [element];
  }

  /** A pass of a loop is open when it is the one that is shown. */
  function isOpen(item: NodeData): boolean {
    const expanded = app.model.get("expanded");
    if (!behaves(item.kind, "pass") || !item.parent) return expanded.includes(item.id);
    const loop = app.index.items.get(item.parent)!;
    const shown = app.model.get("steps")[item.parent] ?? firstShown(loop)?.data.index ?? 0;
    return shown === "all" ? expanded.includes(item.id) : shown === (item.index ?? 0);
  }

  function go(id: string | undefined): void {
    if (id === undefined) return;
    current = id;
    for (const item of rows()) {
      item.tabIndex = idOf(item) === id ? 0 : -1;
      if (idOf(item) === id) item.focus();
    }
  }

  tree.addEventListener("keydown", (event) => {
    const target = (event.target as HTMLElement).closest<HTMLElement>('[role="treeitem"]');
    if (!target) return;
    const all = rows();
    const at = all.indexOf(target);
    const id = idOf(target);
    const expanded = target.getAttribute("aria-expanded");
    if (event.key === "ArrowDown") go(all[at + 1] && idOf(all[at + 1]!));
    else if (event.key === "ArrowUp") go(all[at - 1] && idOf(all[at - 1]!));
    else if (event.key === "Home") go(all[0] && idOf(all[0]));
    else if (event.key === "End") go(all.length ? idOf(all[all.length - 1]!) : undefined);
    else if (event.key === "ArrowRight" && expanded === "false") app.toggle(id);
    else if (event.key === "ArrowRight") go(all[at + 1] && idOf(all[at + 1]!));
    else if (event.key === "ArrowLeft" && expanded === "true") app.toggle(id);
    else if (event.key === "ArrowLeft") go(app.index.items.get(id)?.parent?.data.id);
    else if (event.key === "Enter") app.reveal([id]);
    else if (event.key === " " && expanded !== null) app.toggle(id);
    else if (event.key === " ") app.reveal([id]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  tree.addEventListener("click", (event) => {
    const target = (event.target as HTMLElement).closest<HTMLElement>('[role="treeitem"]');
    if (!target) return;
    current = idOf(target);
    if ((event.target as HTMLElement).classList.contains("twist")) app.toggle(current);
    else app.reveal([current]);
  });
  tree.addEventListener("pointerover", (event) => {
    const target = (event.target as HTMLElement).closest<HTMLElement>('[role="treeitem"]');
    if (target) app.hover([idOf(target)]);
  });
  tree.addEventListener("pointerleave", () => app.hover([]));

  return {
    element,
    tab: "Outline",
    update() {
      const focused = tree.contains((tree.getRootNode() as ShadowRoot).activeElement);
      const scrolled = element.scrollTop;
      tree.replaceChildren(...branch(app.index.roots, 1));
      element.scrollTop = scrolled;
      const all = rows();
      const reachable = all.find((item) => idOf(item) === current) ?? all[0];
      if (reachable) reachable.tabIndex = 0;
      if (focused) reachable?.focus();
    },
  };
}
