// One view's drawing area: lays out and shows what the model's state says, and reports progress and errors over the
// drawing.

import { type Index, indexElements } from "../core/elementIndex";
import { type Lit, litAtFirst, litIn, reachOf } from "../core/reach";
import { buildScene } from "../core/scene";
import { spelled } from "../core/text";
import type { Box, Placed, Point, Scene, SceneEdge, ViewState } from "../core/types";
import { isWrite } from "../core/words";
import type { Legend, NodeData, State, Theme } from "../generated/schema";
import { h } from "../host/dom";
import { ElkWorker } from "../host/elkWorker";
import { loadFonts } from "../host/fonts";
import type { Model } from "../host/model";
import type { Room } from "../layout/blocks";
import { moved } from "../layout/dragged";
import type { ElkNode } from "../layout/elk";
import { elkGraph } from "../layout/layered";
import { layout } from "../layout/layout";
import { facts, TOOLTIP } from "../picture/draw";
import { ARRANGEMENTS, arranged } from "./cytoscapeLayouts";
import { Drawing } from "./drawing";

const NOTHING: NodeData = { id: "", kind: "", label: "" };
const SLOW = 400; // ms after which a layout shows that it runs
const LARGE = 5000; // elements; indexing so many takes a tenth of a second
const PREPARED = 150; // boxes; a larger drawing is not prepared for a click

const elk = new ElkWorker(); // one for the page: starting elkjs costs more than most layouts
let stages = 0; // views that use the worker

const EDGE_MEANINGS: Record<SceneEdge["kind"], string> = {
  data: "a value",
  argument: "an argument",
  bridge: "a value that crosses sub-graphs",
  carried: "carried from one pass to another",
  condition: "decides what runs",
  containment: "belongs to it",
  order: "one runs after the other",
  model: "reaches it through the model",
  may: "may reach it through the model: only the order is known",
  via: "through what is hidden",
};

/** The names of the state that a drawing shows. */
export const DRAWN = [
  "elements",
  "expanded",
  "hidden_kinds",
  "steps",
  "positions",
  "only",
  "arrangement",
  "cytoscape_layout",
] as const;

/**
 * How a change is to be seen. It is no part of the state: other views of the widget see the change in their own way.
 */
export interface Intent {
  /** This box stays where it is on the screen. */
  anchor?: string;
  /** The whole drawing is fitted into the view; this wins over `anchor`. */
  fit?: boolean;
  /** The boxes of these items are brought into sight. */
  show?: readonly string[];
}

export class Stage {
  readonly canvas = h("div", {
    class: "canvas",
    tabindex: 0,
    role: "application",
    "aria-label": "Graph. Arrow keys walk, Enter opens, ? lists the keys; the outline has the same as a tree.",
  });
  readonly element = h("div", { class: "stage" }, this.canvas);
  readonly drawing: Drawing;
  private readonly texts = h("canvas", { class: "text", "aria-hidden": "true" });
  private readonly notice = h("div", { class: "notice", role: "alert", hidden: true });
  valuesOnly = false; // whether traces and slices follow values only, and not the model
  private drawn = false;
  private intent: Intent = {}; // of the next drawing
  private traced: ReadonlySet<string> | null = null; // what is lit up while everything else is dim
  private readonly tip = h("div", { class: "tip", hidden: true });
  private hovered: readonly string[] = []; // items that the pointer is on
  private readonly more = h("button", { type: "button", class: "continues", hidden: true });
  private layoutOf: AbortController | null = null; // of the layout that runs
  private isAwaited = false; // a drawing that waits until there is room to see it
  private laidOut: { width: number; row: number | undefined } = { width: 0, row: undefined }; // for which room, in which rows
  private since = 0; // when it began

  /**
   * `root` gets the attributes and events that say when the drawing is ready; `place`, on the page already, gets the
   * drawing. `makeRoom` is called with a drawing that will be fitted, before it is shown.
   */
  constructor(
    private readonly root: HTMLElement,
    place: HTMLElement,
    private readonly model: Model,
    private readonly legend: Legend,
    private readonly signal: AbortSignal,
    private readonly makeRoom: (placed: Placed, isFirst: boolean) => void,
    /** The room that a drawing could have, in px. */
    private readonly room: () => Room,
  ) {
    stages += 1;
    elk.warm();
    this.element.append(this.texts, this.more, this.notice, this.tip);
    this.more.addEventListener("click", () => this.drawing.goOn(this.animated));
    place.append(this.element);
    this.drawing = new Drawing({
      container: this.canvas,
      text: this.texts,
      legend,
      minZoom: model.get("min_zoom"),
      maxZoom: model.get("max_zoom"),
      wheelSensitivity: model.get("wheel_sensitivity"),
    });
    this.drawing.cy.on("render", () => this.sayMore());
    void loadFonts().then(() => signal.aborted || this.drawing.refresh());
    signal.addEventListener(
      "abort",
      () => {
        this.layoutOf?.abort();
        this.drawing.destroy();
        stages -= 1;
        if (!stages) elk.stop();
      },
      { once: true },
    );
  }

  get index(): Index {
    return indexElements(this.model.get("elements"));
  }

  get animated(): boolean {
    return !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  get state(): ViewState {
    const { model } = this;
    const only = model.get("only");
    return {
      expanded: new Set(model.get("expanded")),
      hiddenKinds: new Set(model.get("hidden_kinds")),
      steps: model.get("steps"),
      ...(only.length ? { only: new Set(only) } : {}),
    };
  }

  scene(state = this.state): Scene {
    return buildScene(this.model.get("elements"), state, this.legend);
  }

  setTheme(theme: Theme): void {
    this.drawing.setLook({ theme, userStyle: this.model.get("cytoscape_style") });
  }

  /**
   * Changes the model's state as the user wants it. The intent is carried out by the drawing that the change leads to,
   * or at once if nothing has to be drawn again. A trace ends when something else is selected or sliced.
   */
  change(wanted: Partial<State>, intent: Intent = {}): void {
    if ("selected" in wanted || "only" in wanted) this.traced = null;
    const differs = ([name, value]: [string, unknown]): boolean =>
      JSON.stringify(value) !== JSON.stringify(this.model.get(name as keyof State));
    const change = Object.fromEntries(Object.entries(wanted).filter(differs));
    const redraws = DRAWN.some((name) => name in change);
    if (redraws) this.intent = intent;
    if (Object.keys(change).length) this.model.set(change);
    if (redraws) return;
    this.highlight();
    if (intent.fit) this.fit();
    if (intent.show) this.drawing.bringIntoSight(this.visible(intent.show), this.animated);
  }

  /** Lights up some items and dims all others; null ends it. */
  trace(ids: ReadonlySet<string> | null): void {
    this.traced = ids;
    this.highlight();
  }

  get isTracing(): boolean {
    return this.traced !== null;
  }

  /** The same after a slice, which is fitted into the view if nothing else was asked for. */
  redrawSlice(): Promise<void> {
    return this.redraw(Object.keys(this.intent).length ? this.intent : { fit: true });
  }

  /** Lays out and shows what the state says; a later call takes the place of one that still runs. */
  async redraw(intent = this.intent): Promise<void> {
    this.intent = intent;
    this.isAwaited = !this.element.clientWidth;
    if (this.isAwaited) return; // in a closed tab or a collapsed output
    // A layout that began only now may end by itself: ending it would end the worker, and a new worker takes longer to
    // start than most layouts take.
    if (performance.now() - this.since > SLOW) this.layoutOf?.abort();
    this.since = performance.now();
    const run = new AbortController();
    this.layoutOf = run;
    if (!this.drawn && this.index.items.size > LARGE) {
      await new Promise((breathed) => setTimeout(breathed)); // lets the page show the panels first
      if (this.signal.aborted || this.layoutOf !== run) return;
    }
    const scene = this.scene();
    const slow = setTimeout(
      () => this.tell("", `Laying out ${scene.nodes.length} boxes …`, { Cancel: () => run.abort() }),
      SLOW,
    );
    this.root.dataset.ngwReady = "false";
    let placed: Placed;
    try {
      placed = await this.layout(scene, run.signal, !this.drawn || intent.fit === true);
    } catch (error) {
      if (run.signal.aborted) {
        if (this.layoutOf === run)
          this.tell("", "Cancelled. The drawing is as it was.", { "Try again": () => void this.redraw() });
        return;
      }
      this.tell(
        "bad",
        `The graph could not be laid out: ${error instanceof Error ? error.message : String(error)}`,
        {},
      );
      throw error;
    } finally {
      clearTimeout(slow);
    }
    if (this.signal.aborted || this.layoutOf !== run) return;
    this.layoutOf = null;
    const sliced = this.model.get("only").length > 0;
    const cut = scene.cut
      ? `${scene.cut.toLocaleString("en-US")} edges are not drawn: they could not be told apart.`
      : "";
    this.tell(
      "",
      [sliced ? sliceText(scene, this.valuesOnly) : "", cut].filter(Boolean).join(" "),
      sliced ? { "Show all": () => this.change({ only: [] }) } : {},
    );
    if (!this.drawn || this.intent.fit) this.makeRoom(placed, !this.drawn);
    const { anchor, fit = false, show } = this.intent;
    const shown = this.drawing.show(placed, { anchor, animate: this.drawn && this.animated, fit: !this.drawn || fit });
    this.intent = {};
    if (!this.drawn) this.drawing.bringIntoSight(this.visible(this.failed()), false);
    this.drawn = true;
    this.element.dataset.drawn = "";
    this.highlight();
    if (show) this.drawing.bringIntoSight(this.visible(show), this.animated);
    await shown;
    if (this.signal.aborted || this.layoutOf) return;
    if (this.drawing.isOutOfSight()) this.fit();
    this.root.dataset.ngwReady = "true";
    this.root.dataset.ngwVisible = String(scene.nodes.length + scene.edges.length);
    this.announce();
    this.prepare(scene);
  }

  /** Lets elkjs practise on the drawing that a click is likely to ask for next. */
  private prepare({ nodes }: Scene): void {
    const closed = elk.isNew && nodes.find((node) => node.role === "closed");
    if (!closed) return;
    const { state } = this;
    const next = this.scene({ ...state, expanded: new Set(state.expanded).add(closed.id) });
    const graph = next.nodes.length <= PREPARED ? elkGraph(next) : undefined;
    if (graph) elk.practise(graph);
  }

  /** `anew`: in rows for the room that there is now, and not for the room of the drawing before. */
  private async layout(scene: Scene, signal: AbortSignal, anew: boolean): Promise<Placed> {
    const options = this.model.get("cytoscape_layout");
    const positions = this.model.get("positions");
    const arrangement = this.model.get("arrangement");
    const ask = (graph: ElkNode): Promise<ElkNode> => elk.layout(graph, signal);
    if (!options.name || !ARRANGEMENTS.includes(options.name)) {
      const room = this.room();
      const row = anew ? undefined : this.laidOut.row;
      const drawn = await layout(scene, ask, { positions, arrangement, room, ...(row ? { row } : {}) });
      if (anew || !row) this.laidOut = { width: room.width, row: drawn.row };
      return drawn;
    }
    return moved(arranged(await layout(scene, ask), { ...options, name: options.name }), positions);
  }

  /** Tells the page where every box is, in px of the page's viewport. */
  private announce(): void {
    const corner = this.canvas.getBoundingClientRect();
    const boxes: Record<string, object> = {};
    for (const node of this.drawing.placed?.scene.nodes ?? []) {
      const box = this.drawing.rendered(node.id);
      if (box) boxes[node.id] = { ...box, x: box.x + corner.x, y: box.y + corner.y };
    }
    this.root.dispatchEvent(new CustomEvent("ngw:layout", { detail: { boxes }, bubbles: true, composed: true }));
  }

  /** Ids of the nodes that raised an error. A reader wants to see them first. */
  private failed(): string[] {
    return [...this.index.items.values()]
      .filter(({ data }) => data.status === "failed" && !data.compound)
      .map(({ data }) => data.id);
  }

  /** Ids of the visible boxes that stand for some items. */
  visible(ids: Iterable<string>): Set<string> {
    const stands = this.drawing.placed?.scene.standsFor;
    return new Set([...ids].flatMap((id) => stands?.get(id) ?? []));
  }

  highlight(): void {
    this.drawing.highlight(this.visible(this.model.get("selected")), this.traced && this.visible(this.traced));
    this.light();
  }

  /** What is lit up: what the write under the pointer reaches, else the selected one, else all where they are few. */
  get lit(): Lit | undefined {
    const { index } = this;
    const scene = this.drawing.placed?.scene;
    if (!scene) return undefined;
    const isWritten = (id: string): boolean => isWrite(index.items.get(id)?.data ?? NOTHING);
    const asked = [this.hovered, this.model.get("selected")].map((ids) => ids.filter(isWritten));
    const writes = asked.find((ids) => ids.length) ?? litAtFirst(index);
    return litIn(scene, index, reachOf(index, writes));
  }

  /** Lights up what writes reach; of these, while the pointer is on them. */
  light(hovered = this.hovered): void {
    this.hovered = hovered;
    this.drawing.showReach(this.lit);
  }

  fit(ids?: Iterable<string>): void {
    this.drawing.fit(this.animated, ids);
  }

  resized(): void {
    if (!this.element.clientWidth) return;
    const { placed } = this.drawing;
    if (placed && this.drawing.isUntouched) this.makeRoom(placed, false);
    this.drawing.resized();
    const { width } = this.room();
    if (this.isAwaited) void this.redraw();
    else if (this.drawn && this.drawing.isUntouched && this.laidOut.row && otherwise(width, this.laidOut.width))
      void this.redraw({ fit: true });
    if (this.drawn) this.announce();
  }

  /** Says that the drawing goes on, and where. */
  private sayMore(): void {
    const { below = false, right = false, count = 0 } = this.drawing.continues() ?? {};
    this.more.hidden = !below && !right;
    this.element.dataset.continues = [below ? "below" : "", right ? "right" : ""].filter(Boolean).join(" ");
    const where = [below ? "below ▾" : "", right ? "at the right ▸" : ""].filter(Boolean).join(" and ");
    const text = `goes on ${where}${count ? ` · ${count} more` : ""}`;
    if (this.more.textContent !== text) this.more.textContent = text;
  }

  // ---- over the drawing ------------------------------------------------------------------------------------------

  get telling(): boolean {
    return !this.notice.hidden;
  }

  /** Shows a notice over the drawing with buttons for what can be done about it; an empty text removes it. */
  tell(tone: "" | "warn" | "bad", text: string, actions: Record<string, () => void> = {}): void {
    this.notice.hidden = !text;
    this.notice.dataset.tone = tone;
    const buttons = Object.entries(actions).map(([name, run]) =>
      h("button", { type: "button", class: "button", onclick: run }, name),
    );
    this.notice.replaceChildren(...(text ? [h("span", {}, text), ...buttons] : []));
  }

  /** Shows the tooltip of a box beside it, or beside the pointer. */
  showTip(id: string, at?: Point): void {
    const node = this.drawing.placed?.scene.nodes.find((other) => other.id === id);
    const box = at ? { ...at, width: 0, height: 12 } : this.drawing.rendered(id);
    if (!node || !box) return;
    const line = node.data.line === undefined ? [] : [`line ${node.data.line}`];
    this.placeTip(box, [...facts(node, this.lit), ...line]);
  }

  /** Shows what an edge is: from what to what, as which argument. */
  showEdgeTip(edge: SceneEdge, at: Point): void {
    const title = (id: string): string => this.drawing.placed!.scene.nodes.find((node) => node.id === id)?.title ?? id;
    const times = edge.count > 1 ? ` ×${edge.count}` : "";
    const said = [
      EDGE_MEANINGS[edge.kind],
      edge.label && `argument ${edge.label}`,
      edge.output && `its part ${edge.output}`,
    ];
    this.placeTip({ ...at, width: 0, height: 12 }, [`${title(edge.source)} → ${title(edge.target)}${times}`, ...said]);
  }

  private placeTip(box: Box, lines: readonly (string | undefined)[]): void {
    this.tip.textContent = spelled(lines.filter(Boolean).join("\n").slice(0, TOOLTIP));
    this.tip.hidden = false;
    const left = Math.min(box.x, this.element.clientWidth - this.tip.offsetWidth - 8);
    const below = box.y + box.height + 8;
    const top = below + this.tip.offsetHeight < this.element.clientHeight ? below : box.y - this.tip.offsetHeight - 8;
    this.tip.style.left = `${Math.max(8, left)}px`;
    this.tip.style.top = `${Math.max(8, top)}px`;
  }

  hideTip(): void {
    this.tip.hidden = true;
  }
}

/** Whether a width is so different that rows may be wrapped in another way. */
function otherwise(width: number, before: number): boolean {
  return Math.abs(width - before) > 0.1 * before;
}

function sliceText(scene: Scene, valuesOnly: boolean): string {
  const count = scene.nodes.filter((node) => node.role === "node").length;
  return `Slice: ${count} nodes, what the value depends on${valuesOnly ? ", by values only" : ", through the model, too"}`;
}
