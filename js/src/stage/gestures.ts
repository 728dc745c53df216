// What clicks, drags, touches and the wheel do on the drawing.

import type cytoscape from "cytoscape";
import type { Point } from "../core/types";
import type { Model } from "../host/model";
import type { Controller } from "./controller";
import type { Help } from "./keys";
import type { Stage } from "./stage";

const DOUBLE_CLICK_MS = 400; // a second click within this time belongs to the first
const DOUBLE_CLICK_PX = 12; // and within this distance

/** Events that Python's `.on(type, event, callback)` may ask for. */
const EVENTS = [
  "mousedown",
  "mouseup",
  "click",
  "mouseover",
  "mouseout",
  "touchstart",
  "touchend",
  "tap",
  "taphold",
  "cxttap",
  "dbltap",
];

export const GESTURES: readonly Help[] = [
  { shown: ["click"], meaning: "select; on a sub-graph's title or a closed sub-graph, open or close it" },
  {
    shown: ["double-click"],
    meaning: "open a sub-graph with all that is in it; zoom to a node; on an edge, go to its other end",
  },
  { shown: ["Shift", "click"], meaning: "add to the selection" },
  {
    shown: ["drag"],
    meaning: "move the graph, or a node; one finger scrolls the page until the graph was tapped",
  },
  {
    shown: ["Ctrl", "wheel"],
    meaning: "zoom (without Ctrl when the graph has the focus); pinch on a touch screen",
  },
];

export function listenToPointer(
  model: Model,
  stage: Stage,
  controller: Controller,
  hover: (ids: string[]) => void,
): void {
  const { drawing, canvas, element } = stage;
  const { cy } = drawing;
  const happened = (widget: "node" | "edge", event: string, data: object): void => {
    if (model.get("_interaction_handlers")[widget]?.includes(event)) model.happened(widget, event, { data });
  };
  const itemData = (id: string): object => stage.index.items.get(id)?.data ?? {};

  // The first click of a double-click opens a sub-graph at once. The second then opens all that is in it, whatever it
  // falls on: the drawing has changed under it.
  let last: { id: string; opened: boolean; time: number; at: Point } | null = null;
  const toggle = (id: string, opened: boolean, event: cytoscape.EventObject): void => {
    last = { id, opened, time: event.timeStamp, at: event.renderedPosition };
    controller.toggle(id);
  };
  const isSecond = ({ timeStamp, renderedPosition: { x, y } }: cytoscape.EventObject): boolean =>
    last !== null &&
    timeStamp - last.time < DOUBLE_CLICK_MS &&
    Math.hypot(x - last.at.x, y - last.at.y) < DOUBLE_CLICK_PX;

  cy.on("tap", (event) => {
    stage.hideTip();
    if (isSecond(event)) {
      if (last!.opened) controller.openBelow(last!.id);
      return;
    }
    const more = Boolean(event.originalEvent?.shiftKey || event.originalEvent?.ctrlKey || event.originalEvent?.metaKey);
    // An edge may run across a header. A click on the edge counts for the header, because a click on an edge alone
    // means nothing.
    const header = event.target === cy || event.target.isEdge() ? drawing.headerAt(event.position) : null;
    const step = header && drawing.stepAt(header, event.position);
    if (header && step) controller.stepTo(header, step);
    else if (header) {
      controller.select(header, more);
      toggle(header, false, event);
      happened("node", "click", itemData(header));
    } else if (event.target === cy) {
      if (more) controller.trace([]);
      else controller.selectNothing();
    } else if (event.target.isNode()) {
      const id = event.target.id() as string;
      if (stage.index.items.has(id)) controller.select(id, more);
      if (event.target.hasClass("closed")) toggle(id, true, event);
    }
  });
  cy.on("dbltap", "node.node", (event) => void (isSecond(event) || stage.fit([event.target.id()])));
  cy.on("dbltap", "edge", (event) => {
    if (isSecond(event)) return;
    const [source, target] = [event.target.data("source") as string, event.target.data("target") as string];
    controller.reveal([model.get("selected").includes(target) ? source : target]);
    stage.fit([source, target]);
  });
  for (const name of EVENTS)
    cy.on(name, "node, edge", (event) => {
      const node = event.target.isNode() as boolean;
      const edge = drawing.placed?.scene.edges.find((other) => other.id === event.target.id());
      happened(node ? "node" : "edge", name, node ? itemData(event.target.id()) : { ...edge });
    });

  cy.on("mouseover", "node", (event) => {
    hover([event.target.id()]);
    stage.showTip(event.target.id());
  });
  const leave = (): void => {
    hover([]);
    stage.hideTip();
  };
  cy.on("mouseout", "node", leave);
  cy.on("mouseover", "edge", (event) => {
    const edge = drawing.placed?.scene.edges.find((other) => other.id === event.target.id());
    if (edge) stage.showEdgeTip(edge, event.renderedPosition);
  });
  cy.on("mouseout", "edge", leave);
  canvas.addEventListener("pointerleave", leave); // which Cytoscape does not hear of
  cy.on("viewport", () => stage.hideTip());
  let over: string | null = null; // the header that the pointer is on
  cy.on("mousemove", (event) => {
    const header = drawing.headerAt(event.position);
    const on = event.target !== cy || header !== null;
    canvas.style.cursor = on ? "pointer" : "";
    const entered = event.target === cy ? header : null;
    if (entered === over) return;
    if (over) leave();
    over = entered;
    if (over) {
      hover([over]);
      stage.showTip(over, event.renderedPosition);
    }
  });
  cy.on("dragfree", "node", (event) => {
    const id = event.target.id() as string;
    const box = drawing.placed?.boxes.get(id);
    const { x, y } = event.target.position() as Point;
    if (!box) return;
    const was = model.get("positions")[id] ?? [0, 0];
    const by: [number, number] = [
      Math.round(was[0] + x - box.x - box.width / 2),
      Math.round(was[1] + y - box.y - box.height / 2),
    ];
    stage.change({ positions: { ...model.get("positions"), [id]: by } }, { anchor: id });
  });

  // The wheel and one finger scroll the notebook, until the graph has the focus. Ctrl with the wheel and two fingers
  // always zoom.
  const meant = (): boolean => (element.getRootNode() as ShadowRoot).activeElement === canvas;
  element.addEventListener(
    "wheel",
    (event) => {
      if (!(event.ctrlKey || event.metaKey || meant())) event.stopPropagation();
    },
    { capture: true, passive: true },
  );
  // If Cytoscape does not see the touch, the browser scrolls, or turns a tap into mouse events.
  element.addEventListener(
    "touchstart",
    (event) => {
      if (event.touches.length === 1 && !meant()) event.stopPropagation();
    },
    { capture: true, passive: true },
  );
  for (const type of ["pointerdown", "pointermove"])
    element.addEventListener(type, () => drawing.locate(), { capture: true });
  // The canvas takes the focus when the pointer is released. When it is pressed, Cytoscape takes the focus away from
  // everything, and keys would go to the notebook.
  for (const type of ["pointerup", "click"])
    element.addEventListener(type, () => canvas.focus({ preventScroll: true }), { capture: true });
}
