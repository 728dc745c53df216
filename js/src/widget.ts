// The front end's entry: an anywidget module, and `mount` for a page without a kernel. It puts the panels around the drawing and
// turns what the user does into changes of the model.

import legendJson from "../../nnsight_graphwidget/legend.json";
import { ARRANGEMENTS, arranged } from "./arrange";
import { offer, page, png } from "./downloads";
import { ElkWorker } from "./elk";
import { loadFonts } from "./ink";
import { layout, moved } from "./layout";
import { legendEntries } from "./legend";
import { type AnyModel, fromAnyWidget, fromState, type Model, type State } from "./model";
import { paint, tooltip } from "./paint";
import type { App } from "./panels/app";
import { h } from "./panels/dom";
import { helpSheet } from "./panels/help";
import { inspectorPanel } from "./panels/inspector";
import { legendPanel } from "./panels/legend";
import { outlinePanel } from "./panels/outline";
import { overviewMap } from "./panels/overview";
import { searchPanel } from "./panels/search";
import { sourcePanel } from "./panels/source";
import { toolbar } from "./panels/toolbar";
import { closure } from "./queries";
import { allGroups, around, buildScene, expansionWithin, indexElements, passes, withOpen } from "./scene";
import { CSS } from "./styles";
import type { Legend, Placed, Point, Scene, Theme, ViewState } from "./types";
import { View } from "./view";

const LEGEND = legendJson as unknown as Legend;
const MANY = 400; // visible elements that one may be shown without being asked
const NARROW = 760; // px of width under which the side panel lies over the drawing
const SLOW = 400; // ms after which a layout shows that it runs

const elk = new ElkWorker(); // one for the page: starting elkjs costs more than most layouts
let views = 0; // that need it

/** Everything of one view; aborting `signal` removes it. */
class Widget implements App {
  readonly legend = LEGEND;
  theme: Theme = "light";
  index;

  private readonly root = h("div", { class: "ngw", tabindex: -1, "data-lm-suppress-shortcuts": "true" });
  private readonly stage = h("div", { class: "stage" });
  private readonly canvas = h("div", { class: "canvas", tabindex: 0, role: "application", "aria-label": "Graph. Arrow keys walk, Enter opens, ? lists the keys; the outline has the same as a tree." });
  private readonly texts = h("canvas", { class: "text", "aria-hidden": "true" });
  private readonly notice = h("div", { class: "notice", role: "alert", hidden: true });
  private readonly tip = h("div", { class: "tip", hidden: true });
  private readonly live = h("div", { class: "sr", role: "status", "aria-live": "polite" });
  private readonly view: View;
  private readonly search;
  private readonly source;
  private readonly inspector;
  private readonly outline;
  private readonly legendRow;
  private readonly bar;
  private readonly overview;
  private readonly sheet = helpSheet();
  private readonly side;
  private readonly tabs;

  private layoutOf: AbortController | null = null; // of the layout that runs
  private since = 0; // when it began
  private anchor: string | null = null; // the box that stays where it is in the next drawing
  private fitNext = false; // or whether that fits the view
  private drawn = false;
  private tracing: ReadonlySet<string> | null = null;
  private sideOpen: boolean | null = null; // null: as the width suggests
  private pending: (() => void)[] = []; // what waits for the next drawing

  constructor(
    private readonly host: HTMLElement,
    readonly model: Model,
    readonly signal: AbortSignal,
    private readonly code: string | null, // of this bundle; null in a page that was saved, which is it
  ) {
    views += 1;
    elk.warm();
    this.index = indexElements(model.get("elements"));
    this.search = searchPanel(this);
    this.source = sourcePanel(this);
    this.inspector = inspectorPanel(this);
    this.outline = outlinePanel(this);
    this.legendRow = legendPanel(this);
    this.bar = toolbar(
      this,
      {
        expandAll: () => this.expandAll(),
        collapseAll: () => this.model.set({ expanded: [] }),
        fit: () => this.view.fit(this.animated),
        lanes: () => this.toggleLanes(),
        formats: this.code === null ? ["PNG", "SVG"] : ["PNG", "SVG", "HTML"],
        download: (format) => void this.download(format),
        help: () => this.sheet.toggle(),
        side: () => this.toggleSide(),
        overview: () => this.toggleOverview(),
        fullScreen: document.fullscreenEnabled ? () => void this.fullScreen() : null,
      },
      this.search.element,
    );
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Source, inspector or outline" }, ...["Source", "Inspector", "Outline"].map((name) => this.tab(name)));
    this.side = h("aside", { class: "side", "data-tab": "source", "data-open": "true" }, this.tabs, this.source.element, this.inspector.element, this.outline.element);
    this.stage.append(this.canvas, this.texts, this.notice, this.tip);
    this.root.append(this.bar.element, h("div", { class: "main" }, this.stage, this.side), this.legendRow.element, this.sheet.element, this.live);

    const shadow = host.attachShadow({ mode: "open" });
    shadow.append(h("style", {}, CSS), this.root);
    this.view = new View({
      container: this.canvas,
      text: this.texts,
      legend: LEGEND,
      minZoom: model.get("min_zoom"),
      maxZoom: model.get("max_zoom"),
      wheelSensitivity: model.get("wheel_sensitivity"),
    });
    this.overview = overviewMap(this.view, LEGEND, () => this.theme, () => getComputedStyle(this.root).getPropertyValue("--accent"));
    this.stage.append(this.overview.element);
    this.view.cy.on("render", () => this.overview.draw());
    this.listen();
    this.applyTheme();
    this.applySize();
    this.updatePanels();
    void this.redraw();
    void loadFonts().then(() => this.signal.aborted || this.view.refresh());
  }

  // ---- state in, drawing out -------------------------------------------------------------------------------------

  private listen(): void {
    const { model, signal } = this;
    model.on(["elements"], () => {
      this.index = indexElements(model.get("elements"));
      this.tracing = null;
      this.updatePanels();
      void this.redraw();
    }, signal);
    model.on(["expanded", "hidden_kinds", "steps", "positions", "only"], () => {
      this.updatePanels();
      void this.redraw();
    }, signal);
    model.on(["selected"], () => {
      this.updatePanels();
      this.highlight();
    }, signal);
    model.on(["cytoscape_layout", "arrangement"], () => {
      this.bar.update();
      this.fitNext = true;
      void this.redraw();
    }, signal);
    model.on(["title", "sources", "about", "search"], () => this.updatePanels(), signal);
    model.on(["theme", "cytoscape_style"], () => this.applyTheme(), signal);
    model.on(["height"], () => this.applySize(), signal);
    model.on(["user_zooming_enabled", "user_panning_enabled", "auto_ungrabify"], () => this.applyGestures(), signal);
    model.onRelayout(() => {
      this.fitNext = true;
      this.model.set({ positions: {} });
      void this.redraw();
    }, signal);

    const resized = new ResizeObserver(() => this.resized());
    resized.observe(this.root);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.followTheme(), { signal });
    // JupyterLab and VS Code say their theme on the body.
    const hostTheme = new MutationObserver(() => this.followTheme());
    hostTheme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class", "data-vscode-theme-kind", "data-theme"] });
    hostTheme.observe(document.documentElement, { attributes: true, attributeFilter: ["class", "data-theme"] });
    signal.addEventListener("abort", () => {
      resized.disconnect();
      hostTheme.disconnect();
      this.layoutOf?.abort();
      this.view.destroy();
      this.host.remove();
      views -= 1;
      if (!views) elk.stop();
    }, { once: true });
    this.gestures();
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  private updatePanels(): void {
    for (const panel of [this.bar, this.legendRow, this.source, this.inspector, this.outline, this.search]) panel.update();
  }

  private get state(): ViewState {
    const { model } = this;
    const steps = model.get("steps");
    const expanded = new Set(model.get("expanded"));
    const only = model.get("only");
    return { expanded, hiddenKinds: new Set(model.get("hidden_kinds")), steps, ...(only.length ? { only: new Set(only) } : {}) };
  }

  private scene(state = this.state): Scene {
    return buildScene(this.model.get("elements"), state, LEGEND);
  }

  /** Lays out and shows what the state says; a later call takes the place of one that still runs. */
  private async redraw(): Promise<void> {
    // Ending a layout ends the worker, and a new one takes longer to start than most layouts take to end.
    if (performance.now() - this.since > SLOW) this.layoutOf?.abort();
    this.since = performance.now();
    const run = (this.layoutOf = new AbortController());
    const scene = this.scene();
    const slow = setTimeout(() => this.tell("", `Laying out ${scene.nodes.length} boxes …`, { Cancel: () => run.abort() }), SLOW);
    this.root.dataset.ngwReady = "false";
    let placed: Placed;
    try {
      placed = await this.layout(scene, run.signal);
    } catch (error) {
      if (run.signal.aborted) {
        if (this.layoutOf === run) this.tell("", "Cancelled. The drawing is as it was.", { "Try again": () => void this.redraw() });
        return;
      }
      this.tell("bad", `The graph could not be laid out: ${error instanceof Error ? error.message : String(error)}`, {});
      throw error;
    } finally {
      clearTimeout(slow);
    }
    if (this.signal.aborted || this.layoutOf !== run) return;
    this.layoutOf = null;
    const sliced = this.model.get("only").length > 0;
    this.tell("", sliced ? sliceText(scene) : "", sliced ? { "Show all": () => this.slice([]) } : {});
    if (!this.drawn) this.firstHeight(placed);
    const shown = this.view.show(placed, { anchor: this.anchor, animate: this.drawn && this.animated, fit: !this.drawn || this.fitNext });
    this.anchor = null;
    this.fitNext = false;
    if (!this.drawn) this.view.bringIntoSight(this.visible(this.failed()), false);
    this.drawn = true;
    this.highlight();
    for (const run of this.pending.splice(0)) run();
    await shown;
    if (this.signal.aborted || this.layoutOf) return;
    this.root.dataset.ngwReady = "true";
    this.root.dataset.ngwVisible = String(scene.nodes.length + scene.edges.length);
    this.announceLayout();
  }

  private async layout(scene: Scene, signal: AbortSignal): Promise<Placed> {
    const options = this.model.get("cytoscape_layout");
    const positions = this.model.get("positions");
    const arrangement = this.model.get("arrangement");
    if (!options.name || !ARRANGEMENTS.includes(options.name)) return layout(scene, elk.layout, { signal, positions, arrangement });
    return moved(arranged(await layout(scene, elk.layout, { signal }), { ...options, name: options.name }), positions);
  }

  /** Tells the page where every box is, in px of the page's viewport. */
  private announceLayout(): void {
    const corner = this.canvas.getBoundingClientRect();
    const boxes: Record<string, object> = {};
    for (const node of this.view.placed?.scene.nodes ?? []) {
      const box = this.view.rendered(node.id);
      if (box) boxes[node.id] = { ...box, x: box.x + corner.x, y: box.y + corner.y };
    }
    this.root.dispatchEvent(new CustomEvent("ngw:layout", { detail: { boxes }, bubbles: true, composed: true }));
  }

  /** Ids of the nodes that raised: what a reader wants to see first. */
  private failed(): string[] {
    return [...this.index.items.values()].filter(({ data }) => data.status === "failed" && !data.compound).map(({ data }) => data.id);
  }

  /** Ids of the visible boxes that stand for some items. */
  private visible(ids: Iterable<string>): Set<string> {
    const stands = this.view.placed?.scene.standsFor;
    return new Set([...ids].flatMap((id) => stands?.get(id) ?? []));
  }

  private highlight(): void {
    const selected = this.model.get("selected");
    this.view.highlight(this.visible(selected), this.tracing && this.visible(this.tracing));
    this.source.light(selected);
  }

  // ---- what a user does ------------------------------------------------------------------------------------------

  get animated(): boolean {
    return !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  toggle(id: string): void {
    const closed = withOpen(this.index, this.state, id, false);
    this.anchor = id;
    if (closed.size < this.state.expanded.size) this.model.set({ expanded: [...closed] });
    else this.open([id]);
  }

  /** Opens sub-graphs, after asking if that shows very many elements. */
  private open(ids: string[]): void {
    const expanded = [...new Set([...this.model.get("expanded"), ...ids])];
    this.ifNotTooMany(expanded, () => this.model.set({ expanded }));
  }

  private ifNotTooMany(expanded: string[], go: () => void): void {
    const scene = this.scene({ ...this.state, expanded: new Set(expanded) });
    const count = scene.nodes.length + scene.edges.length;
    const now = (this.view.placed?.scene.nodes.length ?? 0) + (this.view.placed?.scene.edges.length ?? 0);
    if (scene.nodes.length <= MANY || count <= now) return go();
    const [anchor, fitNext] = [this.anchor, this.fitNext];
    this.tell("warn", `This shows ${count.toLocaleString("en-US")} elements at once, which may be slow to lay out and hard to read.`, {
      "Show them": () => {
        [this.anchor, this.fitNext] = [anchor, fitNext];
        go();
      },
      [`Open what fits in ${MANY}`]: () => {
        this.fitNext = true;
        this.model.set({ expanded: [...expansionWithin(this.index, MANY, this.model.get("steps"), new Set(this.model.get("hidden_kinds"))).open] });
      },
      Cancel: () => this.tell("", "", {}),
    });
    this.anchor = null;
    this.fitNext = false;
  }

  private expandAll(): void {
    this.fitNext = true;
    this.open([...allGroups(this.index)]);
  }

  /** Opens this many levels. A pass is no level of its own: its loop's box shows what is in it. */
  private expandTo(levels: number): void {
    const depth = (id: string): number => around(this.index, id).filter((outer) => this.index.items.get(outer)!.data.kind !== "Iteration").length;
    const groups = [...allGroups(this.index)].filter((id) => depth(id) - Number(this.index.items.get(id)!.data.kind === "Iteration") < levels);
    this.fitNext = true;
    this.ifNotTooMany(groups, () => this.model.set({ expanded: groups }));
  }

  only(id: string): void {
    this.anchor = id;
    this.model.set({ expanded: [...around(this.index, id), id] });
  }

  reveal(ids: string[], keepTrace = false): void {
    if (!ids.length) return;
    if (!keepTrace) this.tracing = null;
    const hiddenKinds = new Set(ids.map((id) => this.index.items.get(id)?.data.kind));
    const changes = this.changed({
      ...this.opened(ids),
      hidden_kinds: this.model.get("hidden_kinds").filter((kind) => !hiddenKinds.has(kind)),
      only: ids.some((id) => !this.model.get("only").includes(id)) ? [] : this.model.get("only"),
    });
    const show = (): void => this.view.bringIntoSight(this.visible(ids), this.animated);
    this.model.set({ ...changes, selected: ids });
    if (Object.keys(changes).length) this.pending.push(show);
    else show();
  }

  /** What is open, and the passes shown of loops, when items are to be seen. */
  private opened(ids: Iterable<string>): Pick<State, "expanded" | "steps"> {
    const hiding = [...new Set([...ids].flatMap((id) => around(this.index, id)))];
    const steps = { ...this.model.get("steps") };
    for (const outer of hiding.reverse()) {
      const pass = this.index.items.get(outer)!;
      if (pass.data.kind === "Iteration" && pass.parent && steps[pass.parent.data.id] !== "all") steps[pass.parent.data.id] = pass.data.index ?? 0;
    }
    return { expanded: [...new Set([...this.model.get("expanded"), ...hiding.reverse()])], steps };
  }

  /** The changes that are changes. */
  private changed(wanted: Partial<State>): Partial<State> {
    const differs = ([name, value]: [string, unknown]): boolean => JSON.stringify(value) !== JSON.stringify(this.model.get(name as keyof State));
    return Object.fromEntries(Object.entries(wanted).filter(differs));
  }

  hover(ids: string[]): void {
    this.view.hover(this.visible(ids));
    this.source.light(ids.length ? ids : this.model.get("selected"));
  }

  trace(ids: string[]): void {
    this.tracing = ids.length ? new Set([...closure(this.index, ids, "into"), ...closure(this.index, ids, "from")]) : null;
    this.highlight();
    if (this.tracing) this.say(`${this.tracing.size} items are connected with it`);
  }

  slice(ids: string[]): void {
    this.tracing = null;
    this.fitNext = true;
    const only = [...closure(this.index, ids, "into")];
    this.model.set(this.changed({ only, ...this.opened(only) }));
  }

  say(text: string): void {
    this.live.textContent = "";
    this.live.textContent = text;
  }

  /** A line over the drawing with what can be done about it; no text takes it away. */
  private tell(tone: "" | "warn" | "bad", text: string, actions: Record<string, () => void>): void {
    this.notice.hidden = !text;
    this.notice.dataset.tone = tone;
    const buttons = Object.entries(actions).map(([name, run]) => h("button", { type: "button", class: "button", onclick: run }, name));
    this.notice.replaceChildren(...(text ? [h("span", {}, text), ...buttons] : []));
  }

  stepTo(iterator: string, by: number | "all"): void {
    const count = passes(this.index.items.get(iterator)!).length;
    const shown = this.model.get("steps")[iterator] ?? 0;
    const next = by === "all" ? (shown === "all" ? 0 : "all") : ((shown === "all" ? 0 : shown) + by + count) % count;
    this.anchor = iterator;
    const all = next === "all" ? passes(this.index.items.get(iterator)!).map((pass) => pass.data.id) : [];
    this.model.set({ steps: { ...this.model.get("steps"), [iterator]: next }, expanded: [...new Set([...this.model.get("expanded"), ...all])] });
  }

  private gestures(): void {
    const { cy } = this.view;
    const { model } = this;
    const happened = (widget: "node" | "edge", event: string, data: object): void => {
      if (model.get("_interaction_handlers")[widget]?.includes(event)) model.happened(widget, event, { data });
    };
    const itemData = (id: string): object => this.index.items.get(id)?.data ?? {};

    cy.on("tap", (event) => {
      this.tip.hidden = true;
      const more = Boolean(event.originalEvent?.shiftKey || event.originalEvent?.ctrlKey || event.originalEvent?.metaKey);
      // An edge may run across a header, and a click on one edge alone means nothing.
      const header = event.target === cy || event.target.isEdge() ? this.view.headerAt(event.position) : null;
      const step = header && this.view.stepAt(header, event.position);
      if (header && step) this.stepTo(header, step);
      else if (header) {
        this.select(header, more);
        this.toggle(header);
        happened("node", "click", itemData(header));
      } else if (event.target === cy) {
        this.tracing = null;
        if (!more && model.get("selected").length) model.set({ selected: [] });
        else this.highlight();
      } else if (event.target.isNode()) {
        const id = event.target.id() as string;
        if (this.index.items.has(id)) this.select(id, more);
        if (event.target.hasClass("closed")) this.toggle(id);
      }
    });
    cy.on("dbltap", "node.node", (event) => this.view.fit(this.animated, [event.target.id()]));
    cy.on("dbltap", "edge", (event) => {
      const [source, target] = [event.target.data("source") as string, event.target.data("target") as string];
      this.reveal([model.get("selected").includes(target) ? source : target]);
      this.view.fit(this.animated, [source, target]);
    });
    for (const name of ["mousedown", "mouseup", "click", "mouseover", "mouseout", "touchstart", "touchend", "tap", "taphold", "cxttap", "dbltap"])
      cy.on(name, "node, edge", (event) => {
        const node = event.target.isNode() as boolean;
        const edge = this.view.placed?.scene.edges.find((other) => other.id === event.target.id());
        happened(node ? "node" : "edge", name, node ? itemData(event.target.id()) : { ...edge });
      });

    cy.on("mouseover", "node", (event) => {
      this.hover([event.target.id()]);
      this.showTip(event.target.id());
    });
    cy.on("mouseout", "node", () => {
      this.hover([]);
      this.tip.hidden = true;
    });
    cy.on("viewport", () => (this.tip.hidden = true));
    cy.on("mousemove", (event) => {
      const on = event.target !== cy || this.view.headerAt(event.position) !== null;
      this.canvas.style.cursor = on ? "pointer" : "";
    });
    cy.on("dragfree", "node", (event) => {
      const id = event.target.id() as string;
      const box = this.view.placed?.boxes.get(id);
      const { x, y } = event.target.position() as Point;
      if (!box) return;
      const was = model.get("positions")[id] ?? [0, 0];
      const by: [number, number] = [Math.round(was[0] + x - box.x - box.width / 2), Math.round(was[1] + y - box.y - box.height / 2)];
      this.anchor = id;
      model.set({ positions: { ...model.get("positions"), [id]: by } });
    });

    // The wheel scrolls the notebook unless the user means the graph.
    this.stage.addEventListener("wheel", (event) => {
      const focused = this.shadow.activeElement === this.canvas;
      if (!(event.ctrlKey || event.metaKey || focused)) event.stopPropagation();
    }, { capture: true, passive: true });
    for (const type of ["pointerdown", "pointermove"]) this.stage.addEventListener(type, () => this.view.locate(), { capture: true });
    // Not when the pointer goes down: Cytoscape then takes the focus away from everything, and keys would go to the notebook.
    this.stage.addEventListener("pointerup", () => this.canvas.focus({ preventScroll: true }), { capture: true });
    this.applyGestures();
  }

  /** What is known of a box in a line or two, beside it. */
  private showTip(id: string): void {
    const node = this.view.placed?.scene.nodes.find((other) => other.id === id);
    const box = this.view.rendered(id);
    if (!node || !box) return;
    this.tip.textContent = tooltip(node);
    this.tip.hidden = false;
    const left = Math.min(box.x, this.stage.clientWidth - this.tip.offsetWidth - 8);
    const below = box.y + box.height + 8;
    const top = below + this.tip.offsetHeight < this.stage.clientHeight ? below : box.y - this.tip.offsetHeight - 8;
    this.tip.style.left = `${Math.max(8, left)}px`;
    this.tip.style.top = `${Math.max(8, top)}px`;
  }

  private get shadow(): ShadowRoot {
    return this.host.shadowRoot!;
  }

  private applyGestures(): void {
    const { cy } = this.view;
    cy.userZoomingEnabled(this.model.get("user_zooming_enabled"));
    cy.userPanningEnabled(this.model.get("user_panning_enabled"));
    cy.autoungrabify(this.model.get("auto_ungrabify"));
  }

  private select(id: string, more: boolean): void {
    const selected = this.model.get("selected");
    this.tracing = null;
    const next = !more ? [id] : selected.includes(id) ? selected.filter((other) => other !== id) : [...selected, id];
    if (next.join() !== selected.join()) this.model.set({ selected: next });
    else this.highlight();
  }

  private key(event: KeyboardEvent): void {
    // What is typed here is not the notebook's: in command mode a single letter deletes a cell.
    event.stopPropagation();
    const typing = event.target instanceof HTMLInputElement;
    const chord = event.ctrlKey || event.metaKey;
    if (chord && event.key.toLowerCase() === "f" && !event.shiftKey && !event.altKey) this.search.focus();
    else if (typing || chord || event.altKey) return;
    else if (this.sheet.open && (event.key === "Escape" || event.key === "?")) this.sheet.toggle();
    else if (this.sheet.open) return;
    else if (!this.shortcut(event.key, event.target === this.canvas)) return;
    event.preventDefault();
  }

  /** Does what a key means; false if it means nothing here. */
  private shortcut(key: string, onGraph: boolean): boolean {
    const selected = this.model.get("selected");
    const last = selected[selected.length - 1];
    const group = last !== undefined && this.index.items.get(last)?.data.compound ? last : undefined;
    if (key === "?") this.sheet.toggle();
    else if (key === "/") this.search.focus();
    else if (key === "f") this.view.fit(this.animated);
    else if (key === "e") this.expandAll();
    else if (key === "w") this.model.set({ expanded: [] });
    else if (key === "z" && last) this.view.fit(this.animated, this.visible(selected));
    else if (key === "+" || key === "=") this.view.zoomBy(1.25);
    else if (key === "-") this.view.zoomBy(0.8);
    else if (/^[1-9]$/.test(key)) this.expandTo(Number(key));
    else if (key === "o" && group) this.only(group);
    else if (key === "t" && last) this.trace(selected);
    else if (key === "s" && last) this.slice(selected);
    else if (key === "c" && last) void this.inspector.copy(last);
    else if (key === "[" || key === "]") this.stepNear(last, key === "]" ? 1 : -1);
    else if (key === "v") this.flip("Value");
    else if (key === "l") this.toggleLanes();
    else if (key === "m") this.toggleOverview();
    else if (key === "p") this.toggleSide();
    else if (key === "x" && document.fullscreenEnabled) void this.fullScreen();
    else if (key === "Escape") this.escape();
    else if (key === "Enter" && onGraph && group) this.toggle(group);
    else if (key.startsWith("Arrow") && onGraph) this.walk(key);
    else return false;
    return true;
  }

  private escape(): void {
    if (!this.notice.hidden && !this.model.get("only").length) this.tell("", "", {});
    else if (this.tracing) this.trace([]);
    else if (this.model.get("only").length) this.slice([]);
    else this.model.set({ selected: [] });
  }

  private flip(kind: string): void {
    const hidden = this.model.get("hidden_kinds");
    this.model.set({ hidden_kinds: hidden.includes(kind) ? hidden.filter((other) => other !== kind) : [...hidden, kind].sort() });
  }

  private stepNear(id: string | undefined, by: number): void {
    const loops = (this.view.placed?.scene.nodes ?? []).filter((node) => node.step);
    const near = loops.filter((node) => id !== undefined && (id === node.id || id.startsWith(`${node.id}/`)));
    const loop = near[near.length - 1] ?? loops[0];
    if (loop) this.stepTo(loop.id, by);
  }

  /** Selects what is next along an edge (up, down) or beside (left, right). */
  private walk(key: string): void {
    const placed = this.view.placed;
    if (!placed?.scene.nodes.length) return;
    const selected = this.model.get("selected");
    const here = [...this.visible(selected.slice(-1))][0];
    let next: string | undefined;
    if (here === undefined) next = placed.scene.nodes[0]!.id;
    else if (key === "ArrowDown" || key === "ArrowUp") {
      const [near, far] = key === "ArrowDown" ? (["source", "target"] as const) : (["target", "source"] as const);
      next = placed.scene.edges.find((edge) => edge[near] === here)?.[far] ?? this.beside(placed, here, key === "ArrowDown" ? 1 : -1);
    } else next = this.beside(placed, here, key === "ArrowRight" ? 1 : -1);
    if (next === undefined || !this.index.items.has(next)) return;
    this.select(next, false);
    this.view.bringIntoSight([next], this.animated);
    const { data, title } = placed.scene.nodes.find((node) => node.id === next)!;
    this.say(`${title}, ${data.kind}`);
  }

  /** The next visible box in the order of execution. */
  private beside(placed: Placed, id: string, by: number): string | undefined {
    const { nodes } = placed.scene;
    return nodes[nodes.findIndex((node) => node.id === id) + by]?.id;
  }

  // ---- around the drawing ----------------------------------------------------------------------------------------

  private tab(name: string): HTMLElement {
    const tab = name.toLowerCase();
    return h("button", { type: "button", role: "tab", "data-tab": tab, "aria-selected": String(tab === "source"), onclick: () => this.showTab(tab) }, name);
  }

  private showTab(tab: string): void {
    this.side.dataset.tab = tab;
    for (const button of this.tabs.querySelectorAll<HTMLElement>("[role=tab]")) button.setAttribute("aria-selected", String(button.dataset.tab === tab));
  }

  private toggleSide(): void {
    this.sideOpen = this.side.dataset.open !== "true";
    this.resized();
  }

  private toggleLanes(): void {
    this.model.set({ arrangement: this.model.get("arrangement") === "lanes" ? "flow" : "lanes", positions: {} });
  }

  private toggleOverview(): void {
    this.overview.element.hidden = !this.overview.element.hidden;
    this.overview.draw();
    this.markPressed();
  }

  private markPressed(): void {
    this.bar.pressed({ side: this.side.dataset.open === "true", overview: !this.overview.element.hidden });
  }

  private resized(): void {
    const narrow = this.root.clientWidth < NARROW;
    this.root.dataset.narrow = String(narrow);
    this.side.dataset.open = String(this.sideOpen ?? !narrow);
    this.markPressed();
    this.view.resized();
    if (this.drawn) this.announceLayout();
  }

  private async fullScreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.root.requestFullscreen();
    this.view.fit(false);
  }

  private get wantedTheme(): Theme {
    const wanted = this.model.get("theme");
    return wanted === "auto" ? hostTheme() : wanted;
  }

  private followTheme(): void {
    if (this.wantedTheme !== this.theme) this.applyTheme();
  }

  private applyTheme(): void {
    this.theme = this.wantedTheme;
    this.root.dataset.theme = this.theme;
    this.view.setLook({ theme: this.theme, userStyle: this.model.get("cytoscape_style") });
    this.updatePanels();
  }

  private applySize(): void {
    const height = this.model.get("height");
    if (height) this.root.style.height = height;
  }

  /** Without a height of the user's, the cell is as high as the first drawing needs, within reason; it never jumps after that. */
  private firstHeight(placed: Placed): void {
    if (this.model.get("height")) return;
    const around = this.bar.element.offsetHeight + this.legendRow.element.offsetHeight;
    const scale = Math.min(1, this.stage.clientWidth / placed.width || 1);
    this.root.style.height = `${Math.round(Math.max(580, Math.min(760, placed.height * scale + around + 8)))}px`;
    this.view.cy.resize();
  }

  private async download(format: string): Promise<void> {
    const title = this.model.get("title");
    const name = `${title.replace(/[^\p{L}\p{N}._-]+/gu, "_").slice(0, 80) || "graph"}.${format.toLowerCase()}`;
    try {
      offer(await this.file(format), name);
      this.say(`Downloaded ${name}`);
    } catch (error) {
      this.tell("bad", `No ${format} could be made: ${error instanceof Error ? error.message : String(error)}`, { Close: () => this.tell("", "", {}) });
      throw error;
    }
  }

  private async file(format: string): Promise<Blob> {
    if (format === "HTML") {
      const names = ["elements", "sources", "about", "expanded", "selected", "hidden_kinds", "steps", "positions", "only", "arrangement", "title", "theme", "cytoscape_style", "cytoscape_layout"] as const;
      return page(this.code!, Object.fromEntries(names.map((name) => [name, this.model.get(name)])));
    }
    const svg = paint(this.view.placed!, LEGEND, {
      theme: this.theme,
      title: this.model.get("title"),
      legend: true,
      entries: legendEntries(this.index, LEGEND),
      hiddenKinds: new Set(this.model.get("hidden_kinds")),
      selected: new Set(),
      embedFont: true,
    });
    return format === "PNG" ? png(svg) : new Blob([svg], { type: "image/svg+xml" });
  }
}

function sliceText(scene: Scene): string {
  return `Slice: ${scene.nodes.filter((node) => node.role === "node").length} nodes, what the value depends on`;
}

/** What the page around the widget looks like. */
function hostTheme(): Theme {
  const { body, documentElement: html } = document;
  const jupyter = body.dataset.jpThemeLight;
  if (jupyter !== undefined) return jupyter === "false" ? "dark" : "light";
  const code = body.dataset.vscodeThemeKind;
  if (code) return code.includes("light") ? "light" : "dark";
  if (html.classList.contains("dark") || body.classList.contains("dark") || body.classList.contains("dark-theme") || (html.dataset.theme ?? body.dataset.theme) === "dark") return "dark";
  if (html.classList.contains("light") || body.classList.contains("light")) return "light";
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Shows a graph in an element of any page, without a kernel. */
export function mount(element: HTMLElement, state: Partial<State>): () => void {
  const removed = new AbortController();
  const host = h("div", { style: "height: 100%" });
  element.append(host);
  new Widget(host, fromState({ height: "100%", ...state }), removed.signal, null);
  return () => removed.abort();
}

/** A view of a widget; `code` is this bundle, for the page that the Export menu makes. */
export async function render({ model, el }: { model: AnyModel; el: HTMLElement }, code = String(model.get("_esm"))): Promise<() => void> {
  const state = await fromAnyWidget(model);
  const removed = new AbortController();
  const host = h("div");
  el.append(host);
  new Widget(host, state, removed.signal, code);
  return () => removed.abort();
}

export default { render };
