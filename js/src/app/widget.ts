// One view of a graph: puts the panels around the drawing and keeps them up to date with the model.

import legendJson from "../../../nnsight_graphwidget/graph/kinds.json";
import { legendEntries } from "../core/kinds";
import { spelled } from "../core/text";
import type { Placed } from "../core/types";
import type { Legend, Theme } from "../generated/schema";
import { h } from "../host/dom";
import type { Model } from "../host/model";
import { hostTheme, onHostTheme } from "../host/theme";
import { draw } from "../picture/draw";
import { svg } from "../picture/svg";
import { Controller } from "../stage/controller";
import { GESTURES, listenToPointer } from "../stage/gestures";
import { listenToKeys, stageKeys } from "../stage/keys";
import { Stage } from "../stage/stage";
import { offer, page, png, sheet } from "./downloads";
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
const NARROW = 760; // px of width under which the side panel lies over the drawing

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
    const stage = new Stage(this.root, main, model, LEGEND, signal, (placed) => this.firstHeight(placed));
    this.stage = stage;
    const say = (text: string): void => this.say(text);
    const controller = new Controller(model, stage, say);
    const app = this.app(controller);
    this.search = searchPanel(app);
    this.source = sourcePanel(app);
    this.legendRow = legendPanel(app);
    this.side = sidePanel([this.source, inspectorPanel(app), outlinePanel(app)], () => this.resized());
    const overview = overviewPanel(app, stage.drawing, () => getComputedStyle(this.root).getPropertyValue("--accent"));
    const panels: Panel[] = [this.search, this.legendRow, overview, this.side];
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
    stage.element.append(overview.element);
    main.before(this.bar.element, warnings.element);
    main.append(this.side.element);
    this.root.append(this.legendRow.element, help.element, this.live);

    this.listen(controller);
    listenToPointer(model, stage, controller, app.hover);
    listenToKeys(this.root, stage.canvas, shortcuts, help);
    this.applyGestures();
    this.applyTheme();
    this.applySize();
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

  /**
   * If the user gave no height, the cell gets the height that the first drawing needs, within limits. It does not
   * change after that.
   */
  private firstHeight(placed: Placed): void {
    if (this.model.get("height")) return;
    const around = this.bar.element.offsetHeight + this.legendRow.element.offsetHeight;
    const scale = Math.min(1, this.stage.element.clientWidth / placed.width || 1);
    this.root.style.height = `${Math.round(Math.max(580, Math.min(760, placed.height * scale + around + 8)))}px`;
    this.stage.drawing.cy.resize();
  }

  // ---- around the drawing ----------------------------------------------------------------------------------------

  private say(text: string): void {
    this.live.textContent = "";
    this.live.textContent = spelled(text);
  }

  private resized(): void {
    const narrow = this.root.clientWidth < NARROW;
    this.root.dataset.narrow = String(narrow);
    this.side.fits(narrow);
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
      const names = [
        "elements",
        "sources",
        "about",
        "expanded",
        "selected",
        "hidden_kinds",
        "steps",
        "positions",
        "only",
        "arrangement",
        "title",
        "theme",
        "cytoscape_style",
        "cytoscape_layout",
      ] as const;
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
