// The toolbar: what is shown, and what can be done with it.

import { totals } from "../../core/queries";
import { shortened, spelled } from "../../core/text";
import { h, s } from "../../host/dom";
import type { App, Panel, Switch } from "./panel";

export interface Actions {
  expandAll(): void;
  collapseAll(): void;
  fit(): void;
  lanes(): void;
  download(format: string): void;
  formats: readonly string[];
  help(): void;
  fullScreen: (() => void) | null;
}

const FULL_SCREEN = "M2 6V2H6M10 2H14V6M14 10V14H10M6 14H2V10";

export interface Toolbar extends Panel {
  /** Marks which of the switches are on. */
  pressed(): void;
}

export function toolbar(app: App, actions: Actions, search: HTMLElement, switches: readonly Switch[]): Toolbar {
  const title = h("h2", { class: "title" });
  const summary = h("span", { class: "summary" });
  const button = (text: string, hint: string, onclick: () => void): HTMLButtonElement =>
    h("button", { type: "button", class: "button", "aria-label": hint, title: hint, onclick }, text);
  const icon = (path: string, hint: string, onclick: () => void): HTMLButtonElement => {
    const made = h("button", { type: "button", class: "button icon", "aria-label": hint, title: hint, onclick });
    made.append(s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: path })));
    return made;
  };
  const lanes = button("Lanes", "Lanes: a column for each run, in the order of execution", actions.lanes);
  const switching = switches.map((each) =>
    icon(each.icon, each.hint, () => {
      each.toggle();
      pressed();
    }),
  );
  const element = h(
    "div",
    { class: "bar", role: "toolbar", "aria-label": "Graph" },
    h("div", { class: "heading" }, title, summary),
    search,
    h(
      "div",
      { class: "tools" },
      button("Expand all", "Expand all", actions.expandAll),
      button("Collapse", "Collapse all", actions.collapseAll),
      button("Fit", "Fit", actions.fit),
      lanes,
      exportMenu(actions),
      ...switching,
      button("?", "Help: keys and gestures", actions.help),
      actions.fullScreen && icon(FULL_SCREEN, "Full screen", actions.fullScreen),
    ),
  );
  element.querySelector('[aria-label^="Help"]')!.classList.add("icon");

  function pressed(): void {
    switches.forEach((each, at) => {
      switching[at]!.setAttribute("aria-pressed", String(each.on));
    });
  }

  return {
    element,
    pressed,
    keys: actions.fullScreen ? [{ shown: ["X"], keys: ["x"], meaning: "full screen", run: actions.fullScreen }] : [],
    update() {
      const about = app.model.get("about");
      const hiddenKinds = new Set(app.model.get("hidden_kinds"));
      const { nodes, groups, hidden } = totals(app.index, hiddenKinds);
      const failures = [...app.index.items.values()].filter((item) => item.data.status === "failed");
      // An error of the model itself failed no node of the graph: then it is the innermost sub-graph that tells.
      const failed = failures.find((item) => !item.data.compound) ?? failures.at(-1);
      lanes.setAttribute("aria-pressed", String(app.model.get("arrangement") === "lanes"));
      title.textContent = title.title = spelled(app.model.get("title"));
      const facts = h(
        "span",
        { class: "facts" },
        [many(nodes, "node"), many(groups, "sub-graph")].join(" · "),
        about.complete === false &&
          h(
            "span",
            { class: "bad", title: about.reason ?? "" },
            ` · incomplete: ${about.reason ?? "a part is missing"}`,
          ),
      );
      // The failure comes first, since only the rest is cut where there is no room.
      const chip =
        failed &&
        h(
          "button",
          {
            type: "button",
            class: "bad",
            title: failed.data.error ?? "Show what failed",
            onclick: () => app.reveal([failed.data.id]),
          },
          `✕ ${shortened(failed.data.label, 120, 12, "sansBold")} failed`,
        );
      summary.replaceChildren(...(chip ? [chip, facts] : [facts]));
      summary.title = [
        summary.textContent,
        hidden && `${many(hidden, "node")} more of kinds that are hidden`,
        "every pass of a loop is counted",
        about.nnsight && `nnsight ${about.nnsight}`,
      ]
        .filter(Boolean)
        .join(" · ");
    },
  };
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Export ▾: a menu button as ARIA describes it. */
function exportMenu({ formats, download }: Actions): HTMLElement {
  const items = formats.map((format) =>
    h(
      "button",
      {
        type: "button",
        role: "menuitem",
        "aria-label": `Download ${format}`,
        tabindex: -1,
        onclick: () => choose(format),
      },
      `Download ${format}`,
    ),
  );
  const menu = h("div", { class: "menu", role: "menu", "aria-label": "Formats", hidden: true }, ...items);
  const opener = h(
    "button",
    {
      type: "button",
      class: "button",
      "aria-label": "Export",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => toggle(menu.hasAttribute("hidden")),
    },
    "Export ▾",
  );
  const host = h("div", { class: "menu-host" }, opener, menu);

  function choose(format: string): void {
    toggle(false);
    download(format);
  }
  function toggle(open: boolean): void {
    menu.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    (open ? items[0] : opener)?.focus();
  }
  host.addEventListener("keydown", (event) => {
    const at = items.indexOf(event.target as HTMLButtonElement);
    if (event.key === "Escape" && !menu.hidden) toggle(false);
    else if (event.key === "ArrowDown" && menu.hidden) toggle(true);
    else if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp" && !menu.hidden) items[(at + items.length - 1) % items.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  host.addEventListener("focusout", (event) => {
    if (!menu.hidden && !host.contains(event.relatedTarget as Node | null)) {
      menu.hidden = true;
      opener.setAttribute("aria-expanded", "false");
    }
  });
  return host;
}
