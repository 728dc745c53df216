// What each of a user's actions changes, and how the view is to show it.

import { expect, test } from "vitest";
import elements from "../../tests/golden/seed.elements.json";
import { indexElements } from "../src/core/elementIndex";
import { buildScene } from "../src/core/scene";
import type { ViewState } from "../src/core/types";
import type { Element, State } from "../src/generated/schema";
import { fromState } from "../src/host/model";
import { Controller } from "../src/stage/controller";
import type { Intent, Stage } from "../src/stage/stage";
import { legend } from "./builders";

const SEED = elements as unknown as Element[];
const [SESSION, TRACER, LOOP] = ["session@1", "session@1/tracer_1@2", "session@1/for@5"];
const CLONE = `${TRACER}/clone@4`;

/** A controller on a stage that notes what it is asked and draws nothing. */
function controlled(state: Partial<State> = {}) {
  const model = fromState({ elements: SEED, expanded: [SESSION], ...state });
  const asked: [change: Partial<State>, intent: Intent | undefined][] = [];
  const stage = {
    index: indexElements(SEED),
    get state(): ViewState {
      return { expanded: new Set(model.get("expanded")), hiddenKinds: new Set(["Value"]), steps: model.get("steps") };
    },
    scene: (view: ViewState) => buildScene(SEED, view, legend),
    drawing: { placed: null },
    change: (change: Partial<State>, intent?: Intent) => void asked.push([change, intent]),
  };
  return { asked, controller: new Controller(model, stage as unknown as Stage, () => undefined) };
}

test.each([
  ["open", [SESSION], [SESSION, TRACER]],
  ["close", [SESSION, TRACER], [SESSION]],
])("a click to %s a sub-graph keeps it in its place", (_, before, after) => {
  const { asked, controller } = controlled({ expanded: before });
  controller.toggle(TRACER);
  expect(asked).toEqual([[{ expanded: after }, { anchor: TRACER }]]);
});

test("to open all, or some levels, fits the drawing; to open one alone keeps it in its place", () => {
  const { asked, controller } = controlled();
  controller.expandAll();
  controller.expandTo(1);
  controller.only(TRACER);
  controller.collapseAll();
  expect(asked.map(([, intent]) => intent)).toEqual([{ fit: true }, { fit: true }, { anchor: TRACER }, undefined]);
  expect(asked[0]![0].expanded).toHaveLength(9);
  expect(asked.slice(1).map(([{ expanded }]) => expanded)).toEqual([[SESSION], [SESSION, TRACER], []]);
});

test("what is revealed is opened, selected and brought into sight", () => {
  const { asked, controller } = controlled({ only: [LOOP] });
  controller.reveal([CLONE]);
  const change = { expanded: [SESSION, TRACER], steps: {}, hidden_kinds: ["Value"], only: [], selected: [CLONE] };
  expect(asked).toEqual([[change, { show: [CLONE] }]]);
});

test("a revealed item of another pass brings its pass", () => {
  const { asked, controller } = controlled();
  controller.reveal([`${LOOP}/i1/add@8`]);
  expect(asked[0]![0].steps).toEqual({ [LOOP]: 1 });
});

test("what is of a hidden kind does not stay selected", () => {
  const { asked, controller } = controlled({ hidden_kinds: ["Operation"], selected: [CLONE, TRACER] });
  controller.selectShown();
  expect(asked[0]![0]).toEqual({ selected: [TRACER] });
});

test("a slice has what a value depends on, and is fitted", () => {
  const { asked, controller } = controlled();
  controller.slice([CLONE]);
  expect(asked[0]![0].only).toEqual(expect.arrayContaining([CLONE, `${TRACER}/layer1.output@3`, `${SESSION}/x@2`]));
  expect(asked[0]![0].only).not.toContain(`${TRACER}/save@3`);
  expect(asked[0]![1]).toEqual({ fit: true });
});

test("a step goes round the passes and keeps the loop in its place", () => {
  const { asked, controller } = controlled();
  controller.stepTo(LOOP, 1);
  controller.stepTo(LOOP, -1);
  controller.stepTo(LOOP, "all");
  expect(asked.map(([{ steps }]) => steps)).toEqual([{ [LOOP]: 1 }, { [LOOP]: 2 }, { [LOOP]: "all" }]);
  expect(asked.map(([, intent]) => intent)).toEqual(Array(3).fill({ anchor: LOOP }));
  expect(asked[2]![0].expanded).toEqual([SESSION, `${LOOP}/i0`, `${LOOP}/i1`, `${LOOP}/i2`]);
});
