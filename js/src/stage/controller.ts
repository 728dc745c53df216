// What a user can do to a graph with the mouse, a key, a panel or a button. Each action is a change of the model's
// state.

import { allGroups, around } from "../core/elementIndex";
import { behaves } from "../core/kinds";
import { expansionWithin, firstShown, hides, passes, withOpen } from "../core/open";
import { closure } from "../core/queries";
import type { Placed } from "../core/types";
import { BEHAVIOURS, type State } from "../generated/schema";
import type { Model } from "../host/model";
import type { Intent, Stage } from "./stage";

const SHOWN_UNASKED = 400; // above this many visible elements, the user is asked first

export class Controller {
  constructor(
    private readonly model: Model,
    private readonly stage: Stage,
    /** Says something to a screen reader. */
    private readonly say: (text: string) => void,
  ) {}

  // ---- open and close --------------------------------------------------------------------------------------------

  toggle(id: string): void {
    const { index, state } = this.stage;
    const closed = withOpen(index, state, id, false);
    if (closed.size < state.expanded.size) this.stage.change({ expanded: [...closed] }, { anchor: id });
    else this.open([...state.expanded, id], { anchor: id });
  }

  /** Opens a sub-graph and all that is in it, level by level, as far as that may be shown without asking. */
  openBelow(id: string): void {
    const { index, state, drawing } = this.stage;
    const room = SHOWN_UNASKED - (drawing.placed?.scene.nodes.length ?? 0);
    const { open, closed } = expansionWithin(index, room, state, [index.items.get(id)!]);
    this.stage.change({ expanded: [...new Set([...this.model.get("expanded"), ...open])] }, { anchor: id });
    if (closed) this.say(`${closed} sub-graphs stay closed: they are too many to be shown at once`);
  }

  /** Leaves only these sub-graphs open. Asks the user first if that would show very many elements. */
  private open(expanded: string[], intent: Intent): void {
    const { stage } = this;
    const scene = stage.scene({ ...stage.state, expanded: new Set(expanded) });
    const count = scene.nodes.length + scene.edges.length;
    const now = (stage.drawing.placed?.scene.nodes.length ?? 0) + (stage.drawing.placed?.scene.edges.length ?? 0);
    if (scene.nodes.length <= SHOWN_UNASKED || count <= now) {
      stage.change({ expanded }, intent);
      return;
    }
    stage.tell(
      "warn",
      `This shows ${count.toLocaleString("en-US")} elements at once, which may be slow to lay out and hard to read.`,
      {
        "Show them": () => stage.change({ expanded }, intent),
        [`Open what fits in ${SHOWN_UNASKED}`]: () =>
          stage.change({ expanded: [...expansionWithin(stage.index, SHOWN_UNASKED, stage.state).open] }, { fit: true }),
        Cancel: () => stage.tell("", ""),
      },
    );
  }

  expandAll(): void {
    this.open([...allGroups(this.stage.index)], { fit: true });
  }

  collapseAll(): void {
    this.stage.change({ expanded: [] });
  }

  /** Opens this many levels. A pass is not a level of its own, because its loop's box shows what is in it. */
  expandTo(levels: number): void {
    const { index } = this.stage;
    const depth = (id: string): number =>
      around(index, id).filter((outer) => !behaves(index.items.get(outer)!.data.kind, "pass")).length;
    const groups = [...allGroups(index)].filter(
      (id) => depth(id) - Number(behaves(index.items.get(id)!.data.kind, "pass")) < levels,
    );
    this.open(groups, { fit: true });
  }

  /** Opens this sub-graph and closes every one that is not around it. */
  only(id: string): void {
    this.stage.change({ expanded: [...around(this.stage.index, id), id] }, { anchor: id });
  }

  /** Selects items and brings them into sight. Opens the sub-graphs and shows the kinds that hide them. */
  reveal(ids: string[]): void {
    if (!ids.length) return;
    const hiddenKinds = new Set(ids.map((id) => this.stage.index.items.get(id)?.data.kind));
    const change = {
      ...this.opened(ids),
      hidden_kinds: this.model.get("hidden_kinds").filter((kind) => !hiddenKinds.has(kind)),
      only: ids.some((id) => !this.model.get("only").includes(id)) ? [] : this.model.get("only"),
      selected: ids,
    };
    this.stage.change(change, { show: ids });
  }

  /** Which sub-graphs must be open, and which passes shown, for some items to be visible. */
  private opened(ids: Iterable<string>): Pick<State, "expanded" | "steps"> {
    const { index } = this.stage;
    const hiding = [...new Set([...ids].flatMap((id) => around(index, id)))];
    const steps = { ...this.model.get("steps") };
    for (const outer of hiding.reverse()) {
      const pass = index.items.get(outer)!;
      if (behaves(pass.data.kind, "pass") && pass.parent && steps[pass.parent.data.id] !== "all")
        steps[pass.parent.data.id] = pass.data.index ?? 0;
    }
    return { expanded: [...new Set([...this.model.get("expanded"), ...hiding.reverse()])], steps };
  }

  // ---- see -------------------------------------------------------------------------------------------------------

  select(id: string, more = false): void {
    const selected = this.model.get("selected");
    const next = !more ? [id] : selected.includes(id) ? selected.filter((other) => other !== id) : [...selected, id];
    this.stage.change({ selected: next });
  }

  /** Takes what is of a hidden kind out of the selection. */
  selectShown(): void {
    const hidden = new Set(this.model.get("hidden_kinds"));
    const shown = (id: string): boolean => {
      const item = this.stage.index.items.get(id);
      return !item || !hides(hidden, item.data);
    };
    this.stage.change({ selected: this.model.get("selected").filter(shown) });
  }

  selectNothing(): void {
    this.stage.change({ selected: [] });
  }

  /** Lights up what a value depends on and what depends on it, and dims the rest; [] ends it. */
  trace(ids: string[]): void {
    const { stage } = this;
    const { valuesOnly } = stage;
    const traced = new Set([
      ...closure(stage.index, ids, "into", { valuesOnly }),
      ...closure(stage.index, ids, "from", { valuesOnly }),
    ]);
    stage.trace(ids.length ? traced : null);
    if (ids.length) this.say(`${traced.size} items are connected with it${valuesOnly ? " by values only" : ""}`);
  }

  /** Whether traces and slices follow the model, or values only. */
  toggleValuesOnly(): void {
    const { stage } = this;
    stage.valuesOnly = !stage.valuesOnly;
    this.say(stage.valuesOnly ? "Traces and slices follow values only" : "Traces and slices follow the model, too");
    if (stage.isTracing) this.trace(this.model.get("selected"));
  }

  /** Shows only these and what they depend on; [] shows all. */
  slice(ids: string[]): void {
    const { index, valuesOnly } = this.stage;
    const only = [...closure(index, ids, "into", { valuesOnly })];
    this.stage.change({ only, ...this.opened(only) }, { fit: true });
  }

  /** Goes to the previous or next pass of a loop, or from one pass to all and back. */
  stepTo(iterator: string, by: number | "all"): void {
    const item = this.stage.index.items.get(iterator)!;
    const loop = passes(item);
    const shown = this.model.get("steps")[iterator] ?? firstShown(item)?.data.index ?? 0;
    const next =
      by === "all" ? (shown === "all" ? 0 : "all") : ((shown === "all" ? 0 : shown) + by + loop.length) % loop.length;
    const all = next === "all" ? loop.map((pass) => pass.data.id) : [];
    const steps: State["steps"] = { ...this.model.get("steps"), [iterator]: next };
    const expanded = [...new Set([...this.model.get("expanded"), ...all])];
    this.stage.change({ steps, expanded }, { anchor: iterator });
  }

  /** Steps the loop around an item, or the first loop if there is none around it. */
  stepNear(id: string | undefined, by: number): void {
    const loops = (this.stage.drawing.placed?.scene.nodes ?? []).filter((node) => node.step);
    const near = loops.filter((node) => id !== undefined && (id === node.id || id.startsWith(`${node.id}/`)));
    const loop = near[near.length - 1] ?? loops[0];
    if (loop) this.stepTo(loop.id, by);
  }

  /** Shows the literals, or folds them into what uses them. */
  flipLiterals(): void {
    const hidden = this.model.get("hidden_kinds");
    const others = hidden.filter((kind) => !behaves(kind, "literal"));
    this.stage.change({
      hidden_kinds: others.length < hidden.length ? others : [...hidden, ...BEHAVIOURS.literal].sort(),
    });
  }

  toggleLanes(): void {
    this.stage.change({ arrangement: this.model.get("arrangement") === "lanes" ? "flow" : "lanes", positions: {} });
  }

  /** Ends one thing at a time: the notice, else the trace, else the slice, else the selection. */
  escape(): void {
    if (this.stage.telling && !this.model.get("only").length) this.stage.tell("", "");
    else if (this.stage.isTracing) this.trace([]);
    else if (this.model.get("only").length) this.slice([]);
    else this.selectNothing();
  }

  // ---- walk ------------------------------------------------------------------------------------------------------

  /** Selects the next box along an edge (up, down) or beside it (left, right), or the first box if none is selected. */
  walk(towards: "up" | "down" | "left" | "right"): void {
    const { stage } = this;
    const { placed } = stage.drawing;
    if (!placed?.scene.nodes.length) return;
    const [here] = stage.visible(this.model.get("selected").slice(-1));
    const next = here === undefined ? placed.scene.nodes[0]!.id : this.next(placed, here, towards);
    if (next === undefined || !stage.index.items.has(next)) return;
    stage.change({ selected: [next] }, { show: [next] });
    const { data, title } = placed.scene.nodes.find((node) => node.id === next)!;
    this.say([title, data.kind, data.note].filter(Boolean).join(", "));
  }

  private next({ scene }: Placed, here: string, towards: "up" | "down" | "left" | "right"): string | undefined {
    const forward = towards === "down" || towards === "right";
    const [near, far] = forward ? (["source", "target"] as const) : (["target", "source"] as const);
    const along =
      towards === "up" || towards === "down" ? scene.edges.find((edge) => edge[near] === here)?.[far] : undefined;
    return along ?? scene.nodes[scene.nodes.findIndex((node) => node.id === here) + (forward ? 1 : -1)]?.id;
  }
}
