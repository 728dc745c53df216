// The inspector: all that is known about the selected item.

import type { Item } from "../../core/elementIndex";
import { behaves, styleOf } from "../../core/kinds";
import { path, result, totals } from "../../core/queries";
import { reachedEnds, reachingWrites, type Sure } from "../../core/reach";
import { isRead, isWrite } from "../../core/words";
import type { EdgeData, NodeData } from "../../generated/schema";
import { h } from "../../host/dom";
import type { App, Panel } from "./panel";
import { swatch } from "./swatch";

const LONG = 240; // characters shown of a long text, until asked for all
const MOST = 12; // neighbours listed, until asked for all

type Row = [name: string, ...value: (string | HTMLElement)[]];

export function inspectorPanel(app: App): Panel {
  const element = h("div", { class: "panel inspector", role: "region", "aria-label": "Inspector" });

  /** A link to another item: its label, what it is bound to, and where it is if that is elsewhere. */
  function link(id: string, from: Item): HTMLElement {
    const item = app.index.items.get(id)!;
    const name =
      item.data.variable && item.data.variable !== item.data.label
        ? `${item.data.label} ${item.data.variable}`
        : item.data.label;
    const where = item.parent && item.parent !== from.parent ? ` (${item.parent.data.label})` : "";
    return h(
      "button",
      {
        type: "button",
        onclick: () => app.reveal([id]),
        onmouseenter: () => app.hover([id]),
        onmouseleave: () => app.hover([]),
      },
      name + where,
    );
  }

  function inputs(item: Item): Row[] {
    const given = new Map((item.data.arguments ?? []).map(([name, text]) => [name, text]));
    const rows: Row[] = [];
    for (const edge of app.index.into.get(item.data.id) ?? []) {
      const name = edge.label ?? "from";
      const text = given.get(name);
      given.delete(name);
      const source = link(edge.source, item);
      rows.push(text ? [name, `${text} ← `, source] : [name, "← ", source, edge.output ?? ""]);
    }
    for (const [name, text] of given) rows.push([name, long(text)]);
    return rows.sort(([a], [b]) => Number(a) - Number(b) || 0);
  }

  function outputs(item: Item): Row[] {
    const edges = app.index.from.get(item.data.id) ?? [];
    if (!edges.length) return [];
    const links = unique(edges).flatMap((id, at) => [at ? "\n" : "", "→ ", link(id, item)]);
    if (links.length <= 3 * MOST) return [["feeds", ...links]];
    const rest = links.slice(3 * MOST);
    const more = h(
      "button",
      { type: "button", onclick: () => more.replaceWith(...rest) },
      `\n… ${rest.length / 3} more`,
    );
    return [["feeds", ...links.slice(0, 3 * MOST), more]];
  }

  /** What a write reaches, or which writes reach a read or a save, and whether that is proven. */
  function reach(item: Item): Row[] {
    const { data } = item;
    const listed = (name: string, ends: [id: string, sure: Sure][]): Row[] => {
      const parts = ends.slice(0, MOST).flatMap(([id, sure], at) => {
        const { line } = app.index.items.get(id)!.data;
        const where = line === undefined ? "" : ` line ${line}`;
        return [at ? "\n" : "", link(id, item), `${where} · ${sure === "proven" ? "proven" : "may"}`];
      });
      const more = ends.length > MOST ? `\n… ${ends.length - MOST} more` : "";
      return [[name, ...(parts.length ? parts : ["nothing that is read or saved"]), more]];
    };
    if (isWrite(data)) return listed("reaches", reachedEnds(app.index, data.id));
    const writes = isRead(data) || data.kind === "LockProtocol" ? reachingWrites(app.index, data.id, MOST) : [];
    return writes.length ? listed("reached by", writes) : [];
  }

  function draw(item: Item): HTMLElement[] {
    const { data } = item;
    const style = styleOf(app.legend, data.kind, data.compound);
    const role = data.compound ? "" : data.changes ? " · changes the model" : " · observes";
    const rows = data.compound ? groupRows(item) : nodeRows(item);
    const list = h("dl");
    for (const [name, ...value] of rows)
      list.append(h("dt", {}, name), h("dd", { class: name === "error" ? "bad" : undefined }, ...value));
    return [
      h("h3", {}, data.label),
      h(
        "p",
        { class: "meaning" },
        swatch(style, app.theme) as unknown as HTMLElement,
        `${style.name} · ${style.meaning}${role}`,
      ),
      h("div", { class: "actions" }, ...actions(data)),
      list,
    ];
  }

  function nodeRows(item: Item): Row[] {
    const { data } = item;
    const kind = [
      data.shape ? "Tensor" : "",
      result(data),
      data.device ?? "",
      data.requires_grad ? "requires grad" : "",
    ]
      .filter(Boolean)
      .join(" ");
    return present([
      ["status", data.status],
      ["error", data.error && long(data.error)],
      ["note", data.note && long(`⚠ ${data.note}`)],
      ["result", kind],
      ["value", data.value && long(data.value)],
      ["variable", data.variable],
      ["writes", data.writes],
      ...reach(item),
      ...inputs(item),
      ...outputs(item),
      ["call", data.iteration === undefined ? undefined : `${data.iteration + 1} of the module`],
      ["pass", pass(item)],
      ["order", data.order === undefined ? undefined : `${data.order + 1} of ${totals(app.index).nodes}`],
      [
        "statistics",
        data.statistics &&
          Object.entries(data.statistics)
            .map(([name, value]) => `${name} ${typeof value === "number" ? Number(value.toPrecision(5)) : value}`)
            .join("\n"),
      ],
      ["line", place(data)],
      ["source", data.text && long(data.text)],
      ["target", data.target],
      ["in", path(app.index, data.id)],
    ]);
  }

  function groupRows(item: Item): Row[] {
    const { data } = item;
    const counts = new Map<string, number>();
    const count = (inner: Item): void => {
      if (!inner.data.compound) counts.set(inner.data.kind, (counts.get(inner.data.kind) ?? 0) + 1);
      inner.children.forEach(count);
    };
    count(item);
    const holds = [...counts].map(([kind, number]) => `${number} ${styleOf(app.legend, kind).name}`).join("\n");
    return present([
      ["status", data.status],
      ["error", data.error && long(data.error)],
      ["given", data.given],
      ["holds", holds || "nothing"],
      ["passes", data.count === undefined ? undefined : String(data.count)],
      ["taken", data.taken === undefined ? undefined : data.taken ? "yes" : "no"],
      ...inputs(item),
      ...outputs(item),
      ["variable", data.variable],
      ["line", place(data)],
      ["source", data.text && long(data.text)],
      ["in", path(app.index, data.id)],
    ]);
  }

  function actions(data: NodeData): HTMLElement[] {
    const button = (text: string, title: string, onclick: () => void): HTMLElement =>
      h(
        "button",
        {
          type: "button",
          class: "button",
          title,
          "aria-label": /\w/.test(text) ? undefined : title.replace(/ \(.\)$/, ""),
          onclick,
        },
        text,
      );
    const how = app.valuesOnly ? ", by values only" : ", through the model, too";
    const values = button("Values only", "Traces and slices follow values only, not the model (U)", () =>
      app.toggleValuesOnly(),
    );
    values.setAttribute("aria-pressed", String(app.valuesOnly));
    const open = app.model.get("expanded").includes(data.id);
    const loop = behaves(data.kind, "loop") && (data.count ?? 0) > 1 && open;
    const all = app.model.get("steps")[data.id] === "all";
    return [
      ...(loop && !all
        ? [
            button("◂", "Previous pass ([)", () => app.stepTo(data.id, -1)),
            button("▸", "Next pass (])", () => app.stepTo(data.id, 1)),
          ]
        : []),
      ...(loop
        ? [
            button(all ? "One pass at a time" : "All passes", "Show one pass of the loop or every one", () =>
              app.stepTo(data.id, "all"),
            ),
          ]
        : []),
      ...(data.compound
        ? [button(open ? "Close" : "Open", "Open or close this sub-graph", () => app.toggle(data.id))]
        : []),
      ...(data.compound ? [button("Only this", "Close every other sub-graph", () => app.only(data.id))] : []),
      button("Trace value", `Light up what it depends on and what depends on it${how} (T)`, () => app.trace([data.id])),
      button("Slice to here", `Show only what it depends on${how} (S)`, () => app.slice([data.id])),
      values,
      button("Copy", "Copy these details as text (C)", () => void copy(data.id)),
    ];
  }

  /** Puts the details of an item on the clipboard. */
  async function copy(id: string): Promise<void> {
    await navigator.clipboard.writeText(asText(id));
    app.say("Copied");
  }

  /** The details as plain text, one a line. */
  function asText(id: string): string {
    const item = app.index.items.get(id)!;
    const rows = item.data.compound ? groupRows(item) : nodeRows(item);
    const text = (part: string | HTMLElement): string =>
      typeof part === "string" ? part : (part.dataset.all ?? part.textContent ?? "");
    return [
      item.data.label,
      `kind: ${item.data.kind}`,
      ...rows.map(([name, ...value]) => `${name}: ${value.map(text).join("")}`),
    ].join("\n");
  }

  function pass(item: Item): string | undefined {
    for (let outer = item.parent; outer; outer = outer.parent)
      if (behaves(outer.data.kind, "pass") && outer.parent)
        return `${(outer.data.index ?? 0) + 1} of ${outer.parent.data.count ?? outer.parent.children.length}   ${outer.data.label}`;
    return undefined;
  }

  function place(data: NodeData): string | undefined {
    if (data.line === undefined) return undefined;
    const lines = [data.line, ...(data.lines ?? [])].join(", ");
    return data.file ? `${lines}  ${data.file.split(/[\\/]/).pop()}` : lines;
  }

  return {
    element,
    tab: "Inspector",
    keys: [
      {
        shown: ["U"],
        keys: ["u"],
        meaning: "values only: traces and slices follow values, and not the model; and back",
        run: () => app.toggleValuesOnly(),
      },
      {
        shown: ["C"],
        keys: ["c"],
        meaning: "copy the details of the selection",
        run() {
          const id = app.model.get("selected").at(-1);
          return id !== undefined && copy(id);
        },
      },
    ],
    update() {
      const ids = app.model.get("selected");
      const item = ids.length ? app.index.items.get(ids[ids.length - 1]!) : undefined;
      element.dataset.empty = String(!item);
      element.replaceChildren(
        ...(item ? draw(item) : [h("p", { class: "empty" }, "Select a node to see what is known of it.")]),
      );
      if (item && ids.length > 1)
        element.prepend(h("p", { class: "meaning" }, `${ids.length} selected; this is the last`));
    },
  };
}

function unique(edges: readonly EdgeData[]): string[] {
  return [...new Set(edges.map((edge) => edge.target))];
}

/** The rows that have a value. */
function present(rows: [string, ...(string | HTMLElement | undefined | false)[]][]): Row[] {
  return rows.filter((row): row is Row => row.slice(1).some(Boolean));
}

/** A text, cut when long, with a button for all of it. */
function long(text: string): HTMLElement | string {
  if (text.length <= LONG) return text;
  const more = h("button", { type: "button", onclick: () => whole.replaceChildren(text) }, "show all");
  const whole = h("span", { "data-all": text }, `${text.slice(0, LONG)}… `, more);
  return whole;
}
