// One view of a graph: puts the panels around the drawing and keeps them up to date with the model.

import legendJson from "../../../nnsight_graphwidget/graph/kinds.json";
import { legendEntries } from "../core/kinds";
import { spelled } from "../core/text";
import type { Placed } from "../core/types";
import { DEFAULTS, type Legend, type State, type Theme } from "../generated/schema";
import { h } from "../host/dom";
import type { Model } from "../host/model";
import { hostTheme, onHostTheme } from "../host/theme";
import type { Room } from "../layout/blocks";
import { draw } from "../picture/draw";
import { svg } from "../picture/svg";
import { Controller } from "../stage/controller";
import { Drawing } from "../stage/drawing";
import { GESTURES, listenToPointer } from "../stage/gestures";
import { listenToKeys, stageKeys } from "../stage/keys";
import { Stage } from "../stage/stage";
import { offer, page, png, sheet } from "./downloads";
import { handle } from "./panels/handle";
import { helpSheet } from "./panels/help";
import { inspectorPanel } from "./panels/inspector";
import { legendPanel } from "./panels/legend";
import { outlinePanel } from "./panels/outline";
import { overviewPanel } from "./panels/overview";
import type { App, Panel } from "./panels/panel";
import { searchPanel } from "./panels/search";
import { sidePanel } from "./panels/side";
import { sourcePanel } from "./panels/source";
import { toolbar } from "./panels/toolbar";
import { warningsLine } from "./panels/warnings";
import { CSS } from "./styles";

export const LEGEND = legendJson as unknown as Legend;
/** What a page that is downloaded does not take from the cell. */
const OF_THE_CELL: readonly (keyof State)[] = ["height", "collapsed", "search", "_interaction_handlers"];
const NARROW = 760; // px of width under which the side panel is below the drawing
const NARROWEST_SIDE = 260; // px of width of the panels
const MAPPED = 1.4; // times the drawing area, from which a drawing opens with a map
const WIDE_ENOUGH = 600; // px of a drawing area for a map over it
const LOWEST = 280; // px of height of a cell

/** One view of a graph. Aborting `signal` removes it. */
export class Widget {
  private theme: Theme = "light";
  private readonly root = h("div", { class: "ngw", tabindex: -1, "data-lm-suppress-shortcuts": "true" });
  private readonly live = h("div", { class: "sr", role: "status", "aria-live": "polite" });
  private readonly stage: Stage;
  private readonly source;
  private readonly search;
  private readonly panels;
  private readonly legendRow;
  private readonly bar;
  private readonly side;
  private readonly overview;
  private sideWidth: "fitting" | "own" = "fitting"; // its user's own

  constructor(
    private readonly host: HTMLElement,
    private readonly model: Model,
    private readonly signal: AbortSignal,
    // the text of this bundle; null in a saved page, which offers no HTML download
    private readonly code: string | null,
  ) {
    const main = h("div", { class: "main" });
    this.root.append(main);
    // Before there is a stage: Cytoscape looks for the shadow root that it is in only when it is made, and without it
    // hears of no mouse that moves.
    host.attachShadow({ mode: "open" }).append(h("style", {}, CSS), this.root);
    const stage = new Stage(
      this.root,
      main,
      model,
      LEGEND,
      signal,
      (placed, isFirst) => this.makeRoom(placed, isFirst),
      () => this.room(),
    );
    this.stage = stage;
    const say = (text: string): void => this.say(text);
    const controller = new Controller(model, stage, say);
    const app = this.app(controller);
    this.search = searchPanel(app);
    this.source = sourcePanel(app);
    this.legendRow = legendPanel(app);
    this.side = sidePanel([this.source, inspectorPanel(app), outlinePanel(app)], () => this.resized());
    this.overview = overviewPanel(app, stage.drawing, () => getComputedStyle(this.root).getPropertyValue("--accent"));
    const panels: Panel[] = [this.search, this.legendRow, this.overview, this.side];
    const fullScreen = document.fullscreenEnabled ? () => void this.fullScreen() : null;
    this.bar = toolbar(
      app,
      {
        expandAll: () => controller.expandAll(),
        collapseAll: () => controller.collapseAll(),
        fit: () => stage.fit(),
        lanes: () => controller.toggleLanes(),
        formats: ["PNG", "SVG", "PDF", ...(code === null ? [] : ["HTML"])],
        download: (format) => void this.download(format),
        help: () => help.toggle(),
        fullScreen,
      },
      this.search.element,
      panels.flatMap((panel) => panel.switch ?? []),
    );
    const warnings = warningsLine(app);
    this.panels = [this.bar, warnings, ...panels];
    const shortcuts = [...stageKeys(model, stage, controller), ...this.panels.flatMap(({ keys = [] }) => keys)];
    const help = helpSheet([...GESTURES, ...shortcuts]);
    stage.element.append(this.overview.element);
    main.before(this.bar.element, warnings.element);
    main.append(this.sideHandle(), this.side.element);
    this.root.append(this.legendRow.element, this.lowHandle(), help.element, this.live);

    this.listen(controller);
    listenToPointer(model, stage, controller, app.hover);
    listenToKeys(this.root, stage.canvas, shortcuts, help);
    this.applyGestures();
    this.applyTheme();
    this.applySize();
    this.resized();
    void stage.redraw();
  }

  /** What the panels are given. */
  private app(controller: Controller): App {
    const widget = this;
    const { model, signal, stage } = this;
    return {
      model,
      signal,
      legend: LEGEND,
      get index() {
        return stage.index;
      },
      get theme() {
        return widget.theme;
      },
      change: (change, intent) => stage.change(change, intent),
      reveal: (ids) => controller.reveal(ids),
      toggle: (id) => controller.toggle(id),
      only: (id) => controller.only(id),
      stepTo: (iterator, by) => controller.stepTo(iterator, by),
      trace: (ids) => controller.trace(ids),
      slice: (ids) => controller.slice(ids),
      hover: (ids) => {
        stage.drawing.hover(stage.visible(ids));
        stage.light(ids);
        this.source.light(ids.length ? ids : model.get("selected"));
      },
      get valuesOnly() {
        return stage.valuesOnly;
      },
      toggleValuesOnly: () => {
        controller.toggleValuesOnly();
        this.updatePanels();
      },
      say: (text) => this.say(text),
    };
  }

  // ---- the model's changes ---------------------------------------------------------------------------------------

  private listen(controller: Controller): void {
    const { model, signal, stage } = this;
    const redraw = (): void => {
      void stage.redraw();
      this.updatePanels(); // while the worker lays out
    };
    model.on(
      ["elements"],
      () => {
        stage.trace(null);
        redraw();
      },
      signal,
    );
    model.on(["expanded", "hidden_kinds", "steps", "positions", "only"], redraw, signal);
    model.on(["only"], () => void stage.redrawSlice(), signal);
    model.on(["hidden_kinds"], () => controller.selectShown(), signal);
    model.on(
      ["selected"],
      () => {
        this.updatePanels();
        stage.highlight();
      },
      signal,
    );
    model.on(
      ["cytoscape_layout", "arrangement"],
      () => {
        this.bar.update();
        void stage.redraw({ fit: true });
      },
      signal,
    );
    model.on(["title", "sources", "about"], () => this.updatePanels(), signal);
    // no other panel shows it, and a typed letter must appear at once
    model.on(["search"], () => this.search.update(), signal);
    model.on(["theme", "cytoscape_style"], () => this.applyTheme(), signal);
    model.on(["height"], () => this.applySize(), signal);
    model.on(["user_zooming_enabled", "user_panning_enabled", "auto_ungrabify"], () => this.applyGestures(), signal);
    model.onRelayout(() => {
      model.set({ positions: {} });
      void stage.redraw({ fit: true });
    }, signal);
    onHostTheme(() => this.wantedTheme !== this.theme && this.applyTheme(), signal);
    const resized = new ResizeObserver(() => this.resized());
    resized.observe(this.root);
    signal.addEventListener(
      "abort",
      () => {
        resized.disconnect();
        this.host.remove();
      },
      { once: true },
    );
  }

  private updatePanels(): void {
    for (const panel of this.panels) panel.update();
    this.source.light(this.model.get("selected"));
  }

  private applyGestures(): void {
    const { cy } = this.stage.drawing;
    cy.userZoomingEnabled(this.model.get("user_zooming_enabled"));
    cy.userPanningEnabled(this.model.get("user_panning_enabled"));
    cy.autoungrabify(this.model.get("auto_ungrabify"));
  }

  private get wantedTheme(): Theme {
    const wanted = this.model.get("theme");
    return wanted === "auto" ? hostTheme() : wanted;
  }

  private applyTheme(): void {
    this.theme = this.wantedTheme;
    this.root.dataset.theme = this.theme;
    this.stage.setTheme(this.theme);
    this.updatePanels();
  }

  private applySize(): void {
    const height = this.model.get("height");
    if (height) this.root.style.height = height;
  }

  /** The room that a drawing has; if the user gave no size, as much as the cell and the panels leave it. */
  private room(): Room {
    const { clientWidth, clientHeight } = this.stage.element;
    const width = this.sideWidth === "own" ? clientWidth : this.root.clientWidth - this.sideRange().least;
    return { width, height: this.model.get("height") ? clientHeight : this.tallest() - this.around() };
  }

  /** How wide the panels beside the drawing may be: as their longest line, a third at most. */
  private sideRange(): { least: number; most: number } {
    if (!this.side.switch?.on || this.root.dataset.narrow === "true") return { least: 0, most: 0 };
    const most = Math.max(NARROWEST_SIDE, Math.min(this.source.longest, Math.floor(this.root.clientWidth / 3)));
    return { least: NARROWEST_SIDE, most };
  }

  /** How high a cell may be, so that all of it is seen at once. */
  private tallest(): number {
    return Math.max(420, Math.min(900, Math.round(window.innerHeight * 0.8)));
  }

  /** The height of what is above and below the drawing. */
  private around(): number {
    return this.root.offsetHeight - this.stage.element.offsetHeight;
  }

  /**
   * What the user gave no size gets one of the drawing: the panels what it leaves them, the cell the height that is needed,
   * within limits. After the first drawing the cell only grows, at its lower end, so that nothing moves under the mouse.
   */
  private makeRoom(placed: Placed, isFirst: boolean): void {
    const room = this.room();
    const zoom = Drawing.openedZoom(placed, room);
    const { least: narrowest, most } = this.sideRange();
    if (most && this.sideWidth !== "own") {
      const left = Math.floor(this.root.clientWidth - placed.width * Math.min(1, zoom));
      this.side.element.style.setProperty("--side", `${Math.max(narrowest, Math.min(left, most))}px`);
    }
    if (!this.model.get("height") && !document.fullscreenElement) {
      const needed = Math.min(room.height, Math.ceil(placed.height * zoom)) + this.around();
      const least = isFirst ? LOWEST : this.root.offsetHeight;
      this.root.style.height = `${Math.max(least, needed)}px`;
    }
    this.stage.drawing.cy.resize();
    // A map helps where the drawing goes on, and is in the way where it does not.
    const { clientWidth, clientHeight } = this.stage.element;
    const views = (placed.width * placed.height * zoom * zoom) / (clientWidth * clientHeight);
    if (!isFirst || views <= MAPPED || clientWidth <= WIDE_ENOUGH) return;
    this.overview.switch?.toggle();
    this.bar.pressed();
  }

  // ---- around the drawing ----------------------------------------------------------------------------------------

  private say(text: string): void {
    this.live.textContent = "";
    this.live.textContent = spelled(text);
  }

  /** Between the drawing and the panels. */
  private sideHandle(): HTMLElement {
    const { root } = this;
    const side = this.side.element;
    const isUpright = (): boolean => root.dataset.narrow === "true";
    return handle({
      name: "Resize the panels",
      isUpright,
      size: () => (isUpright() ? side.offsetHeight : side.offsetWidth),
      resize: (size) => {
        this.sideWidth = "own";
        const most = isUpright() ? side.parentElement!.offsetHeight - 100 : root.clientWidth - 200;
        side.style.setProperty(isUpright() ? "--low" : "--side", `${Math.max(60, Math.min(size, most))}px`);
      },
      grows: -1,
      done: () => this.resized(),
    });
  }

  /** Below all. */
  private lowHandle(): HTMLElement {
    const { root } = this;
    return handle({
      name: "Resize the cell",
      isUpright: () => true,
      size: () => root.offsetHeight,
      resize: (size) => {
        root.style.height = `${Math.max(LOWEST, size)}px`;
      },
      grows: 1,
      done: () => this.model.set({ height: root.style.height }),
    });
  }

  private resized(): void {
    this.root.dataset.narrow = String(this.root.clientWidth < NARROW);
    this.bar.pressed();
    this.stage.resized();
  }

  private async fullScreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.root.requestFullscreen();
    this.stage.drawing.fit(false);
  }

  private async download(format: string): Promise<void> {
    const title = this.model.get("title");
    const name = `${title.replace(/[^\p{L}\p{N}._-]+/gu, "_").slice(0, 80) || "graph"}.${format.toLowerCase()}`;
    try {
      offer(await this.file(format), name);
      this.say(`Downloaded ${name}`);
    } catch (error) {
      this.stage.tell("bad", `No ${format} could be made: ${error instanceof Error ? error.message : String(error)}`, {
        Close: () => this.stage.tell("", ""),
      });
      throw error;
    }
  }

  private async file(format: string): Promise<Blob> {
    if (format === "HTML") {
      const names = (Object.keys(DEFAULTS) as (keyof State)[]).filter((name) => !OF_THE_CELL.includes(name));
      const state = Object.fromEntries(names.map((name) => [name, this.model.get(name)]));
      return new Blob([page(this.code!, state)], { type: "text/html" });
    }
    const title = this.model.get("title");
    const { lit } = this.stage;
    const picture = draw(this.stage.drawing.placed!, LEGEND, {
      theme: this.theme,
      ...(lit ? { lit } : {}),
      title,
      legend: true,
      entries: legendEntries(this.stage.index, LEGEND),
      hiddenKinds: new Set(this.model.get("hidden_kinds")),
    });
    if (format === "PNG") return png(picture);
    if (format === "PDF") return sheet(picture, title);
    return new Blob([svg(picture, true)], { type: "image/svg+xml" });
  }
}
