// What every panel is given: the state, the graph, and the few things a user can do to it from anywhere.

import type { Index } from "../../core/elementIndex";
import type { Legend, State, Theme } from "../../generated/schema";
import type { Model } from "../../host/model";
import type { Shortcut } from "../../stage/keys";
import type { Intent } from "../../stage/stage";

export interface App {
  readonly model: Model;
  readonly legend: Legend;
  readonly signal: AbortSignal; // aborted when the view is removed
  readonly index: Index; // of the whole graph
  readonly theme: Theme;
  /** Changes the state; the intent says how this view shows it. */
  change(change: Partial<State>, intent?: Intent): void;
  /** Selects items and brings them into sight. Opens the sub-graphs and shows the kinds that hide them. */
  reveal(ids: string[]): void;
  /** Opens a closed sub-graph or closes an open one; its box stays where it is. */
  toggle(id: string): void;
  /** Opens this sub-graph and closes every one that is not around it. */
  only(id: string): void;
  /** Goes to the previous or next pass of a loop, or from one pass to all and back. */
  stepTo(iterator: string, by: number | "all"): void;
  /** Lights up items for as long as the pointer is on something about them; [] ends it. */
  hover(ids: string[]): void;
  /** Lights up what a value depends on and what depends on it, and dims the rest; [] ends it. */
  trace(ids: string[]): void;
  /** Shows only these; [] shows all. */
  slice(ids: string[]): void;
  /** Whether traces and slices follow values only, and not the model. */
  readonly valuesOnly: boolean;
  toggleValuesOnly(): void;
  /** Says something to the user, and to a screen reader. */
  say(text: string): void;
}

/** Something that is there or not, with a button in the toolbar. */
export interface Switch {
  readonly hint: string;
  readonly icon: string; // a path in 16 × 16
  readonly on: boolean;
  toggle(): void;
}

export interface Panel {
  readonly element: HTMLElement;
  /** Its keys, which the help sheet explains. */
  readonly keys?: readonly Shortcut[];
  /** What its tab in the side panel says, if it is there. */
  readonly tab?: string;
  readonly switch?: Switch;
  /** Shows the model's state again. */
  update(): void;
}
