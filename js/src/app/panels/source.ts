// The source panel: the user's code. The lines of selected nodes light up, and a click on a line selects its nodes.

import { measure } from "../../core/font";
import { linesOf, onLine } from "../../core/queries";
import type { SourceText } from "../../generated/schema";
import { h } from "../../host/dom";
import type { App, Panel } from "./panel";

const LONGEST = 5000; // lines listed of one block
const CODE = 11.5; // px, the size of the text
const BESIDE = 74; // px beside a line: its number, borders, a scroll bar

export interface SourcePanel extends Panel {
  /** Lights up the lines of these items. */
  light(ids: readonly string[]): void;
  /** The width with which no line is wrapped, in px. */
  readonly longest: number;
}

export function sourcePanel(app: App): SourcePanel {
  const element = h("div", { class: "panel source", role: "region", "aria-label": "Source", tabindex: 0 });
  let drawn: readonly SourceText[] | null = null;
  let drawnIndex: unknown = null;
  let longest = 0;
  const byPlace = new Map<string, HTMLElement>();
  const key = (file: string, line: number): string => `${line} ${file}`;

  function block(source: SourceText): HTMLElement {
    const lines = source.text.replace(/\n$/, "").split("\n").slice(0, LONGEST);
    const list = h("ol", { class: "code" }, ...lines.map((text, at) => line(source.file, source.line + at, text)));
    return h(
      "div",
      {},
      h("div", { class: "file", title: source.file }, source.file.split(/[\\/]/).pop() ?? source.file),
      list,
    );
  }

  function line(file: string, number: number, text: string): HTMLElement {
    const items = onLine(app.index, file, number);
    const ids = items.map((item) => item.id);
    // A loop or a function that failed is named by what failed in it.
    const inside = (id: string) => app.index.items.get(id)?.children ?? [];
    const failed = items.find(
      (item) => item.status === "failed" && !inside(item.id).some(({ data }) => data.status === "failed"),
    );
    const dead =
      items.length > 0 && items.every((item) => item.status === "never run" || item.status === "not reached");
    const go = (): void => app.reveal(ids);
    const element = h(
      "li",
      {
        "data-line": number,
        "data-used": ids.length > 0,
        "data-state": failed ? "failed" : dead ? "never run" : undefined,
        title: failed?.error ?? (dead ? "never ran" : undefined),
        onclick: () => ids.length && go(),
        onmouseenter: () => app.hover(ids),
        onmouseleave: () => app.hover([]),
      },
      h("span", { class: "number" }, String(number)),
      h("span", { class: "indent" }, /^\s*/.exec(text)![0]),
      h("span", { class: "line" }, ...breakable(text)),
    );
    byPlace.set(key(file, number), element);
    return element;
  }

  return {
    element,
    tab: "Source",
    update() {
      const sources = app.model.get("sources");
      if (sources === drawn && app.index === drawnIndex) return;
      [drawn, drawnIndex] = [sources, app.index];
      byPlace.clear();
      longest = BESIDE + widest(sources);
      element.replaceChildren(
        ...(sources.length
          ? sources.map(block)
          : [h("p", { class: "empty" }, "No source was recorded with this graph.")]),
      );
    },
    get longest() {
      return longest;
    },
    light(ids) {
      for (const line of element.querySelectorAll(".lit")) line.classList.remove("lit");
      let first: HTMLElement | undefined;
      for (const id of ids) {
        const data = app.index.items.get(id)?.data;
        for (const number of data ? linesOf(data) : []) {
          const line = byPlace.get(key(data!.file ?? "", number));
          line?.classList.add("lit");
          first ??= line;
        }
      }
      // scrollIntoView() would scroll the notebook too.
      if (
        first &&
        (first.offsetTop < element.scrollTop ||
          first.offsetTop + first.offsetHeight > element.scrollTop + element.clientHeight)
      )
        element.scrollTop = first.offsetTop - element.clientHeight / 2;
    },
  };
}

/** A line that may be wrapped after a dot, a comma or a bracket. */
function breakable(text: string): (string | HTMLElement)[] {
  const parts = text.trimStart().split(/(?<=[.,([=])/);
  return parts.flatMap((part, at) => (at ? [h("wbr"), part] : [part || " "]));
}

/** The width of the longest line, in px. */
function widest(sources: readonly SourceText[]): number {
  const lines = sources.flatMap(({ text }) => text.split("\n").slice(0, LONGEST));
  return Math.ceil(Math.max(0, ...lines.map((line) => measure(line.slice(0, 200), CODE, "mono"))));
}
