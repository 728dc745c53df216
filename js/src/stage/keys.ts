// What the keys do; panels/help.ts tells the user.

import type { Model } from "../host/model";
import type { Controller } from "./controller";
import type { Stage } from "./stage";

/** What keys do outside the drawing. */
export interface Around {
  readonly sheet: { toggle(): void; readonly open: boolean };
  search(): void;
  copy(id: string): void;
  toggleValuesOnly(): void;
  toggleOverview(): void;
  toggleSide(): void;
  fullScreen: (() => void) | null;
}

const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" } as const;

export function listenToKeys(
  root: HTMLElement,
  model: Model,
  stage: Stage,
  controller: Controller,
  around: Around,
): void {
  root.addEventListener("keydown", (event) => {
    // Keys must not reach the notebook: in its command mode a single letter deletes a cell.
    event.stopPropagation();
    const typing = event.target instanceof HTMLInputElement;
    const chord = event.ctrlKey || event.metaKey;
    if (chord && event.key.toLowerCase() === "f" && !event.shiftKey && !event.altKey) around.search();
    else if (typing || chord || event.altKey) return;
    else if (around.sheet.open && (event.key === "Escape" || event.key === "?")) around.sheet.toggle();
    else if (around.sheet.open) return;
    else if (!shortcut(event.key, event.target === stage.canvas, event.shiftKey)) return;
    event.preventDefault();
  });

  /** Carries out a key's command. Returns false if the key has none. */
  function shortcut(key: string, onGraph: boolean, shift: boolean): boolean {
    const selected = model.get("selected");
    const last = selected[selected.length - 1];
    const group = last !== undefined && stage.index.items.get(last)?.data.compound ? last : undefined;
    if (key === "?") around.sheet.toggle();
    else if (key === "/") around.search();
    else if (key === "f") stage.fit();
    else if (key === "e") controller.expandAll();
    else if (key === "w") controller.collapseAll();
    else if (key === "z" && last) stage.fit(stage.visible(selected));
    else if (key === "+" || key === "=") stage.drawing.zoomBy(1.25);
    else if (key === "-") stage.drawing.zoomBy(0.8);
    else if (/^[1-9]$/.test(key)) controller.expandTo(Number(key));
    else if (key === "o" && group) controller.only(group);
    else if (key === "t" && last) controller.trace(selected);
    else if (key === "s" && last) controller.slice(selected);
    else if (key === "u") around.toggleValuesOnly();
    else if (key === "c" && last) around.copy(last);
    else if (key === "[" || key === "]") controller.stepNear(last, key === "]" ? 1 : -1);
    else if (key === "v") controller.flip("Value");
    else if (key === "l") controller.toggleLanes();
    else if (key === "m") around.toggleOverview();
    else if (key === "p") around.toggleSide();
    else if (key === "x" && around.fullScreen) around.fullScreen();
    else if (key === "Escape") controller.escape();
    else if (key === "Enter" && onGraph && group) shift ? controller.openBelow(group) : controller.toggle(group);
    else if (key in ARROWS && onGraph) controller.walk(ARROWS[key as keyof typeof ARROWS]);
    else return false;
    return true;
  }
}
