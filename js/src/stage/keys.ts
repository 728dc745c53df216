// What the keys do. A panel carries its own; the help sheet lists them all.

import type { Model } from "../host/model";
import type { Controller } from "./controller";
import type { Stage } from "./stage";

/** What can be done with a key or a gesture, as the help sheet lists it. */
export interface Help {
  readonly shown: readonly string[];
  readonly meaning: string;
}

/** A key, or a few that belong together, and what it does. */
export interface Shortcut extends Help {
  readonly keys: readonly string[]; // as events name them
  readonly chord?: string; // with Ctrl or Cmd, and in a text field too
  /** Returns false if there is nothing to do now. */
  run(pressed: { key: string; shift: boolean; onGraph: boolean }): unknown;
}

const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" } as const;
const ZOOM = 1.25; // a key's step

/** The keys of the drawing. */
export function stageKeys(model: Model, stage: Stage, controller: Controller): Shortcut[] {
  const last = (): string | undefined => model.get("selected").at(-1);
  const group = (): string | undefined => {
    const id = last();
    return id !== undefined && stage.index.items.get(id)?.data.compound ? id : undefined;
  };
  const withSelected = (act: (selected: string[]) => void): boolean => {
    const selected = model.get("selected");
    if (selected.length) act(selected);
    return selected.length > 0;
  };
  return [
    {
      shown: ["Tab", "↑", "↓", "←", "→"],
      keys: Object.keys(ARROWS),
      meaning: "walk along the edges: up to what a node takes, down to what takes it, aside to its neighbours",
      run: ({ key, onGraph }) => onGraph && controller.walk(ARROWS[key as keyof typeof ARROWS]),
    },
    {
      shown: ["Enter"],
      keys: ["Enter"],
      meaning: "open or close the selected sub-graph; with Shift, open all that is in it",
      run({ shift, onGraph }) {
        const id = onGraph ? group() : undefined;
        if (id === undefined) return false;
        return shift ? controller.openBelow(id) : controller.toggle(id);
      },
    },
    { shown: ["E"], keys: ["e"], meaning: "expand all", run: () => controller.expandAll() },
    {
      shown: ["1", "…", "9"],
      keys: [..."123456789"],
      meaning: "open so many levels",
      run: ({ key }) => controller.expandTo(Number(key)),
    },
    { shown: ["W"], keys: ["w"], meaning: "collapse all", run: () => controller.collapseAll() },
    {
      shown: ["O"],
      keys: ["o"],
      meaning: "open only the selected sub-graph",
      run() {
        const id = group();
        return id === undefined ? false : controller.only(id);
      },
    },
    { shown: ["F"], keys: ["f"], meaning: "fit", run: () => stage.fit() },
    {
      shown: ["Z"],
      keys: ["z"],
      meaning: "zoom to the selection",
      run: () => withSelected((selected) => stage.fit(stage.visible(selected))),
    },
    {
      shown: ["+", "-"],
      keys: ["+", "=", "-"],
      meaning: "zoom",
      run: ({ key }) => stage.drawing.zoomBy(key === "-" ? 1 / ZOOM : ZOOM),
    },
    {
      shown: ["T"],
      keys: ["t"],
      meaning: "trace: light up what the selection depends on and what depends on it",
      run: () => withSelected((selected) => controller.trace(selected)),
    },
    {
      shown: ["S"],
      keys: ["s"],
      meaning: "slice: show only what the selection depends on",
      run: () => withSelected((selected) => controller.slice(selected)),
    },
    {
      shown: ["[", "]"],
      keys: ["[", "]"],
      meaning: "previous and next pass of the loop around the selection, or of the first loop",
      run: ({ key }) => controller.stepNear(last(), key === "]" ? 1 : -1),
    },
    { shown: ["V"], keys: ["v"], meaning: "show or fold the literal values", run: () => controller.flipLiterals() },
    {
      shown: ["L"],
      keys: ["l"],
      meaning: "lanes: a column for each run, in the order of execution; and back",
      run: () => controller.toggleLanes(),
    },
    {
      shown: ["Esc"],
      keys: ["Escape"],
      meaning: "end a search, a trace, a slice, a selection, or this sheet",
      run: () => controller.escape(),
    },
  ];
}

/** Carries out the shortcuts; while the sheet is open, only those that close it. */
export function listenToKeys(
  root: HTMLElement,
  canvas: HTMLElement,
  shortcuts: readonly Shortcut[],
  sheet: { toggle(): void; readonly open: boolean },
): void {
  root.addEventListener("keydown", (event) => {
    // Keys must not reach the notebook: in its command mode a single letter deletes a cell.
    event.stopPropagation();
    const { key } = event;
    const pressed = { key, shift: event.shiftKey, onGraph: event.target === canvas };
    if (event.ctrlKey || event.metaKey) {
      const chord = event.shiftKey || event.altKey ? undefined : key.toLowerCase();
      const asked = shortcuts.find((shortcut) => chord !== undefined && shortcut.chord === chord);
      if (!asked) return;
      asked.run(pressed);
    } else if (event.target instanceof HTMLInputElement || event.altKey) return;
    else if (key === "?" || (sheet.open && key === "Escape")) sheet.toggle();
    else if (sheet.open) return;
    else {
      const asked = shortcuts.find((shortcut) => shortcut.keys.includes(key));
      if (!asked || asked.run(pressed) === false) return;
    }
    event.preventDefault();
  });
}
