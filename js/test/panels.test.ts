// @vitest-environment happy-dom
// The panels in a document, on the seed's session and on text that would be markup.

import { beforeEach, describe, expect, test } from "vitest";
import elements from "../../tests/golden/seed.elements.json";
import { helpSheet } from "../src/app/panels/help";
import { inspectorPanel } from "../src/app/panels/inspector";
import { legendPanel } from "../src/app/panels/legend";
import { outlinePanel } from "../src/app/panels/outline";
import type { App, Panel } from "../src/app/panels/panel";
import { searchPanel } from "../src/app/panels/search";
import { sidePanel } from "../src/app/panels/side";
import { sourcePanel } from "../src/app/panels/source";
import { type Actions, toolbar } from "../src/app/panels/toolbar";
import { warningsLine } from "../src/app/panels/warnings";
import { indexElements } from "../src/core/elementIndex";
import type { Element, State } from "../src/generated/schema";
import { fromState } from "../src/host/model";
import { listenToKeys, type Shortcut } from "../src/stage/keys";
import { edge, group, legend, node } from "./builders";

const SEED = elements as unknown as Element[];
const LOOP = "session@1/for@5";
const ADD = `${LOOP}/i0/add@8`;
const EVIL = `<img src=x onerror="throw 1">`;
const TURNED = "abc\u202edcba\u0007";
const SPELLED = "abc\\u202edcba\\x07"; // what turns text around, or is not seen, is spelled out

function app(state: Partial<State> = {}): App & { done: [string, unknown][] } {
  const all = state.elements ?? SEED;
  const done: [string, unknown][] = [];
  const model = fromState({ elements: all, ...state });
  const note =
    (name: string) =>
    (what: unknown): void =>
      void done.push([name, what]);
  return {
    model,
    legend,
    index: indexElements(all),
    theme: "light",
    signal: new AbortController().signal,
    done,
    change: (change) => model.set(change),
    reveal: note("reveal"),
    toggle: note("toggle"),
    only: note("only"),
    stepTo: note("stepTo"),
    hover: note("hover"),
    trace: note("trace"),
    slice: note("slice"),
    valuesOnly: false,
    toggleValuesOnly: () => void done.push(["valuesOnly", true]),
    say: note("say"),
  };
}

/** The panel in a shadow root, as it is in the widget. */
function shown<T extends Panel>(panel: T): T {
  const host = document.createElement("div");
  document.body.append(host);
  host.attachShadow({ mode: "open" }).append(panel.element);
  panel.update();
  return panel;
}

beforeEach(() => document.body.replaceChildren());

test("text that would turn other text around is spelled out in every panel, ids stay as they are", () => {
  const id = `n${TURNED}`;
  const data = {
    id,
    kind: TURNED,
    label: TURNED,
    variable: TURNED,
    text: TURNED,
    file: TURNED,
    line: 1,
    status: "failed",
    error: TURNED,
  } as const;
  const given = app({
    elements: [{ group: "nodes", data }] as unknown as Element[],
    selected: [id],
    sources: [{ file: TURNED, line: 1, text: `\t${TURNED}\n` }],
  });
  for (const make of [inspectorPanel, legendPanel, outlinePanel, sourcePanel]) {
    const { textContent } = shown(make(given)).element;
    expect(textContent).toContain(SPELLED);
    expect(textContent).not.toMatch(/[\u202e\u0007]/);
  }
  expect(shown(sourcePanel(given)).element.textContent).toContain("\t"); // but not what source is indented with
  expect(shown(outlinePanel(given)).element.querySelector("[data-id]")!.getAttribute("data-id")).toBe(id);
});

test("the inspector says what a write reaches, and a save which writes reach it; warnings lead to their node", () => {
  const elements = [
    node("w", "SwapProtocol", { changes: true, writes: "h.5.output" }),
    node("r", "InterventionProtocol"),
    node("s", "LockProtocol"),
    edge("w", "r", "may"),
    edge("r", "s"),
  ];
  const text = (id: string) => shown(inspectorPanel(app({ elements, selected: [id] }))).element.textContent;
  expect(text("w")).toContain("reaches");
  expect(text("w")).toContain("s · may");
  expect(text("s")).toContain("reached byw · may");
  const given = app({ elements, about: { warnings: [["w", "it reaches none of what you save"]] } });
  const line = shown(warningsLine(given)).element;
  line.querySelector("button")!.click();
  expect([line.textContent, given.done]).toEqual(["⚠ it reaches none of what you save", [["reveal", ["w"]]]]);
  expect(shown(warningsLine(app())).element.hidden).toBe(true);
});

describe("legend", () => {
  const kind = (panel: Panel, name: string): HTMLElement => panel.element.querySelector(`[data-kind="${name}"]`)!;

  test("every kind present, with its count; literals are off at first", () => {
    const panel = shown(legendPanel(app()));
    expect(kind(panel, "Operation").textContent).toBe("compute13");
    expect(
      [...panel.element.querySelectorAll('[aria-pressed="false"]')].map(
        (button) => (button as HTMLElement).dataset.kind,
      ),
    ).toEqual(["Value"]);
  });
  test("a click hides, another shows", () => {
    const a = app();
    const panel = shown(legendPanel(a));
    for (const expected of [["Operation", "Value"], ["Value"]]) {
      kind(panel, "Operation").dispatchEvent(new MouseEvent("click", { detail: 1 }));
      panel.update();
      expect(a.model.get("hidden_kinds")).toEqual(expected);
    }
  });
  test("a double-click leaves one kind, and again brings the others back", () => {
    const a = app();
    const panel = shown(legendPanel(a));
    const twice = (): void => {
      for (const [type, detail] of [
        ["click", 1],
        ["click", 2],
        ["dblclick", 2],
      ] as const) {
        kind(panel, "Operation").dispatchEvent(new MouseEvent(type, { detail }));
        panel.update();
      }
    };
    twice();
    expect(a.model.get("hidden_kinds")).toEqual([
      "Input",
      "InterventionProtocol",
      "LockProtocol",
      "Value",
      "ValueProtocol",
    ]);
    twice();
    expect(a.model.get("hidden_kinds")).toEqual(["Value"]);
  });
});

describe("outline", () => {
  const rows = (panel: Panel): string[] =>
    [...panel.element.querySelectorAll<HTMLElement>('[role="treeitem"]')].map((row) => row.dataset.id!);

  test("mirrors what is open", () => {
    const a = app({ expanded: ["session@1"] });
    const panel = shown(outlinePanel(a));
    expect(rows(panel)).toEqual(["session@1", "session@1/x@2", "session@1/tracer_1@2", "session@1/x2@6", LOOP]);
    a.model.set({ expanded: ["session@1", LOOP] });
    panel.update();
    expect(rows(panel)).toContain(ADD);
    expect(panel.element.querySelector(`[data-id="${LOOP}/i0"]`)!.getAttribute("aria-expanded")).toBe("true");
    expect(panel.element.querySelector(`[data-id="${LOOP}/i1"]`)!.getAttribute("aria-expanded")).toBe("false");
  });
  test("one item is reached by Tab; arrows walk, open and close", () => {
    const a = app({ expanded: ["session@1"] });
    const panel = shown(outlinePanel(a));
    const root = panel.element.getRootNode() as ShadowRoot;
    const press = (key: string): void =>
      void root.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const first = panel.element.querySelector<HTMLElement>('[tabindex="0"]')!;
    expect(panel.element.querySelectorAll('[tabindex="0"]').length).toBe(1);
    first.focus();
    press("End");
    expect((root.activeElement as HTMLElement).dataset.id).toBe(LOOP);
    press("ArrowRight");
    press("Enter");
    press("ArrowLeft");
    expect((root.activeElement as HTMLElement).dataset.id).toBe("session@1");
    expect(a.done).toEqual([
      ["toggle", LOOP],
      ["reveal", [LOOP]],
    ]);
  });
  test("hidden kinds are not in it", () => {
    const panel = shown(
      outlinePanel(app({ expanded: ["session@1", "session@1/tracer_1@2"], hidden_kinds: ["LockProtocol"] })),
    );
    expect(rows(panel)).toContain("session@1/tracer_1@2/clone@4");
    expect(panel.element.textContent).not.toContain("Lock");
  });
});

describe("inspector", () => {
  test("says all of a node, with its inputs and outputs as ways to them", () => {
    const a = app({ selected: [ADD] });
    const panel = shown(inspectorPanel(a));
    const text = panel.element.textContent!;
    for (const part of [
      "add",
      "Operation · a torch operation · observes",
      "Tensor [1] float32 cpu",
      "1 of 3   item = 0",
      "b[:, item] + a[:, item]",
    ])
      expect(text).toContain(part);
    [...panel.element.querySelectorAll<HTMLElement>("dd button")]
      .find((button) => button.textContent!.startsWith("setitem"))!
      .click();
    expect(a.done).toContainEqual(["reveal", [`${LOOP}/i0/setitem@8`]]);
  });
  test("text of the user's is text", () => {
    const evil = {
      id: "e",
      kind: "Operation",
      label: EVIL,
      text: EVIL,
      value: EVIL,
      variable: EVIL,
      error: EVIL,
      status: "failed",
      file: EVIL,
      line: 1,
    };
    const panel = shown(inspectorPanel(app({ elements: [{ group: "nodes", data: evil as never }], selected: ["e"] })));
    expect(panel.element.querySelector("img")).toBeNull();
    expect(panel.element.querySelector("h3")!.textContent).toBe(EVIL);
  });
  test("a long text is cut, with a way to all of it", () => {
    const data = { id: "e", kind: "Operation", label: "e", value: "x".repeat(5000) };
    const panel = shown(inspectorPanel(app({ elements: [{ group: "nodes", data }], selected: ["e"] })));
    expect(panel.element.textContent!.length).toBeLessThan(800);
    [...panel.element.querySelectorAll<HTMLElement>("button")]
      .find((button) => button.textContent === "show all")!
      .click();
    expect(panel.element.textContent).toContain("x".repeat(5000));
  });
});

describe("source", () => {
  const sources = [{ file: "seed.py", line: 1, text: `with a:\n  b = ${EVIL}\n  c\n` }];
  const nodes = (...data: object[]): Element[] => data.map((d) => ({ group: "nodes", data: d as never }));

  test("a line knows its nodes, and what failed or never ran", () => {
    const a = app({
      sources,
      elements: nodes(
        { id: "n", kind: "Operation", label: "n", file: "seed.py", line: 2, status: "failed", error: "boom" },
        { id: "m", kind: "Operation", label: "m", file: "seed.py", line: 3, status: "never run" },
      ),
    });
    const panel = shown(sourcePanel(a));
    const lines = [...panel.element.querySelectorAll<HTMLElement>("[data-line]")];
    expect(lines.map((line) => line.dataset.state)).toEqual([undefined, "failed", "never run"]);
    expect(panel.element.querySelector("img")).toBeNull();
    lines[1]!.click();
    lines[0]!.click();
    expect(a.done).toEqual([["reveal", ["n"]]]);
    panel.light(["m"]);
    expect(lines.map((line) => line.classList.contains("lit"))).toEqual([false, false, true]);
  });

  test("a loop that failed is not where it failed", () => {
    const at = { file: "seed.py", status: "failed", error: "boom" };
    const a = app({
      sources,
      elements: nodes(
        { id: "loop", kind: "Iterator", label: "loop", line: 1, compound: true, ...at },
        { id: "loop/n", parent: "loop", kind: "Operation", label: "n", line: 2, ...at },
      ),
    });
    const lines = [...shown(sourcePanel(a)).element.querySelectorAll<HTMLElement>("[data-line]")];
    expect(lines.map((line) => line.dataset.state)).toEqual([undefined, "failed", undefined]);
  });
});

test("search lists what it finds with where it is, and Enter walks round", () => {
  const a = app();
  const panel = shown(searchPanel(a));
  const input = panel.element.querySelector("input")!;
  input.focus();
  input.value = "clone";
  input.dispatchEvent(new Event("input"));
  expect(a.model.get("search")).toBe("clone");
  const found = [...panel.element.querySelectorAll<HTMLElement>("[role=option]")];
  expect(found[0]!.textContent).toBe("cloneOperation · line 4 · session › tracer_1");
  for (let press = 0; press <= found.length; press++)
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
  const revealed = a.done.filter(([name]) => name === "reveal");
  expect(revealed.length).toBe(found.length + 1);
  expect(revealed[found.length]).toEqual(revealed[0]);
});

test("rows of a search differ at their start: the pass comes first", () => {
  const panel = shown(searchPanel(app()));
  const input = panel.element.querySelector("input")!;
  input.focus();
  input.value = "add";
  input.dispatchEvent(new Event("input"));
  const rows = [...panel.element.querySelectorAll(".path")].map((row) => row.textContent!.split(" · ")[0]);
  expect(rows).toEqual(["item = 0", "item = 1", "item = 2"]);
});

test.each([
  ["the node", [node("t/a", "Operation", { status: "failed" })], "✕ a failed", "t/a"],
  ["the innermost sub-graph, when no node failed", [], "✕ t failed", "t"],
])("what failed is first in the summary: %s", (_, nodes, text, id) => {
  const elements = [group("s", "Session", { status: "failed" }), group("t", "Tracer", { status: "failed" }), ...nodes];
  const a = app({ elements });
  const panel = shown(toolbar(a, { formats: [] } as unknown as Actions, document.createElement("div"), []));
  const [first] = panel.element.querySelector(".summary")!.children;
  expect(first!.textContent).toBe(text);
  (first as HTMLButtonElement).click();
  expect(a.done).toEqual([["reveal", [id]]]);
});

test("the side panel shows one of its panels, and a screen reader reaches the outline in any case", () => {
  const a = app();
  const panels = [sourcePanel(a), inspectorPanel(a), outlinePanel(a)];
  let changes = 0;
  const side = shown(sidePanel(panels, () => void changes++));
  const inSight = () => panels.map((panel) => panel.element.dataset.shown);
  expect(inSight()).toEqual(["true", "false", "false"]);
  const tabs = [...side.element.querySelectorAll<HTMLElement>("[role=tab]")];
  expect(tabs.map((tab) => tab.textContent)).toEqual(["Source", "Inspector", "Outline"]);
  tabs[2]!.click();
  expect(inSight()).toEqual(["false", "false", "true"]);
  expect(tabs.map((tab) => tab.getAttribute("aria-selected"))).toEqual(["false", "false", "true"]);
  side.switch!.toggle();
  expect([side.switch!.on, changes]).toEqual([false, 1]);
  side.switch!.toggle();
  expect([side.switch!.on, changes]).toEqual([true, 2]);
});

test("a panel's keys are in the help sheet and do what it says; while the sheet is open they do nothing", () => {
  const done: string[] = [];
  const shortcuts: Shortcut[] = [
    { shown: ["Q"], keys: ["q"], chord: "j", meaning: "asks", run: () => void done.push("q") },
    { shown: ["N"], keys: ["n"], meaning: "has nothing to do", run: () => false },
  ];
  const help = helpSheet(shortcuts);
  const root = document.createElement("div");
  const input = document.createElement("input");
  const host = document.createElement("div");
  document.body.append(host);
  host.attachShadow({ mode: "open" }).append(root);
  root.append(help.element, input);
  listenToKeys(root, root, shortcuts, help);
  const press = (key: string, on: HTMLElement = root, more: KeyboardEventInit = {}): boolean =>
    on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  expect(help.element.textContent).toContain("Qasks");
  expect([press("q"), press("n"), press("q", input), press("q", root, { altKey: true })]).toEqual([
    false,
    true,
    true,
    true,
  ]);
  expect([press("j", input, { ctrlKey: true }), press("k", root, { ctrlKey: true })]).toEqual([false, true]);
  expect(done).toEqual(["q", "q"]);
  press("?");
  expect([help.open, press("q"), done.length]).toEqual([true, true, 2]);
  press("Escape");
  expect(help.open).toBe(false);
});

test("a note is in the inspector, and a screen reader finds it in the outline", () => {
  const state = { elements: [node("a", "LockProtocol", { note: "written later, line 8" })], selected: ["a"] };
  expect(shown(inspectorPanel(app(state))).element.textContent).toContain("⚠ written later, line 8");
  expect(shown(outlinePanel(app(state))).element.querySelector("[role=treeitem]")!.textContent).toContain(
    "written later, line 8",
  );
});
