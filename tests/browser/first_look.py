"""How the pictures of the gallery open: in JupyterLab beside its file browser, and as saved pages on narrow screens.

``python -m tests.browser.first_look FOLDER [picture …]`` measures all of them, keeps a screenshot of each in the folder and
prints the table: zoom, smallest text, share of the cell that the drawing covers, widest band with nothing in it, whether it
is whole.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

import nnsight_graphwidget as ngw
from tests import gallery

from .conftest import CHROMIUM, CYTOSCAPE, FLAGS, JUPYTER, GraphView, Server, Tab, start, stop

#: Where a picture is seen → the size of the window. Lab is as it opens, with its file browser.
WINDOWS = {"lab": (1440, 900), "large lab": (1920, 1080), "page": (700, 900), "phone": (390, 844)}

#: Notes each text that a widget paints: its size on the screen and where it is, in px of the drawing area.
WATCH_TEXTS = """
const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.clearRect = function(...box) {
    if (this.canvas.className === "text") this.canvas.painted = [];
    return clearRect.call(this, ...box);
};
CanvasRenderingContext2D.prototype.fillText = function(text, x, y) {
    if (this.canvas.className === "text") {
        const { a, e, f } = this.getTransform(), by = 1 / devicePixelRatio, width = this.measureText(text).width * a * by;
        const left = (x * a + e) * by - width * { left: 0, center: 0.5, right: 1 }[this.textAlign];
        const size = parseFloat(/([\\d.]+)px/.exec(this.font)[1]) * a * by;
        this.canvas.painted.push({ text, size, x: left, y: (y * a + f) * by - size, width, height: size });
    }
    return fillText.call(this, text, x, y);
};
"""

MEASURE = f"""
root => {{
    const cy = ({CYTOSCAPE})(root), stage = cy.container().getBoundingClientRect(), cell = root.getBoundingClientRect();
    const [width, height] = [stage.width, stage.height];
    const nodes = cy.nodes().map(node => {{
        const {{ x1, x2, y1, y2 }} = node.renderedBoundingBox({{ includeOverlays: false, includeLabels: false }});
        return {{ open: node.hasClass("open"), x: x1, y: y1, width: x2 - x1, height: y2 - y1 }};
    }});
    const right = box => box.x + box.width, bottom = box => box.y + box.height;
    const seen = box => right(box) > 0 && bottom(box) > 0 && box.x < width && box.y < height;
    const texts = (root.querySelector("canvas.text").painted ?? []).filter(seen);
    const boxes = nodes.filter(node => !node.open);
    const left = Math.min(...nodes.map(n => n.x)), top = Math.min(...nodes.map(n => n.y));
    const end = Math.max(...nodes.map(right)), low = Math.max(...nodes.map(bottom));
    const clip = (a, b, size) => Math.max(0, Math.min(b, size) - Math.max(a, 0));
    const band = (from, to, size) => {{
        const spans = [...boxes, ...texts].filter(seen).map(box => [Math.max(0, from(box)), Math.min(size, to(box))]);
        let at = 0, widest = 0;
        for (const [a, b] of [...spans.sort((p, q) => p[0] - q[0]), [size, size]]) {{
            widest = Math.max(widest, a - at);
            at = Math.max(at, b);
        }}
        return widest;
    }};
    const [title, facts, input] = [".title", ".facts", ".search input"].map(name => root.querySelector(name));
    const shown = element => element && getComputedStyle(element).display !== "none" && element.clientWidth > 0;
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = getComputedStyle(input).font;
    const cut = [
        ...texts.filter(({{ text }}) => text.includes("…")).map(({{ text }}) => text),
        ...[title, facts].filter(e => shown(e) && e.scrollWidth > e.clientWidth).map(e => e.textContent),
        ...(shown(input) && pen.measureText(input.placeholder).width > input.clientWidth - 16 ? [input.placeholder] : []),
    ];
    const side = root.querySelector(".side");
    return {{
        cell: [cell.width, cell.height], stage: [width, height], zoom: cy.zoom(),
        boxes: boxes.length, in_sight: boxes.filter(seen).length,
        smallest: Math.min(99, ...texts.map(({{ size }}) => size)),
        share: clip(left, end, width) * clip(top, low, height) / (cell.width * cell.height),
        empty: Math.max(band(b => b.x, right, width) / cell.width, band(b => b.y, bottom, height) / cell.height),
        whole: left > -1 && top > -1 && end < width + 1 && low < height + 1,
        continued: [...root.querySelectorAll(".continues")].some(sign => shown(sign) && !sign.hidden),
        side: side.dataset.open === "true" ? side.getBoundingClientRect().width / cell.width : 0,
        cut,
    }};
}}
"""


@dataclass(frozen=True)
class Look:
    """What is measured of one picture in one window. Sizes in px; shares of the whole cell, from 0 to 1."""

    picture: str
    window: str
    cell: tuple[float, float]
    stage: tuple[float, float]
    zoom: float
    boxes: int
    in_sight: int
    smallest: float
    share: float
    empty: float
    whole: bool
    continued: bool
    side: float
    cut: list[str]

    def row(self) -> str:
        end = "whole" if self.whole else "continued" if self.continued else "CUT OFF"
        return (
            f"{self.picture:16} {self.window:10} {self.cell[0]:5.0f}×{self.cell[1]:<5.0f} {self.boxes:5} {self.zoom:5.2f}"
            f" {self.smallest:5.1f} {self.share:5.0%} {self.empty:5.0%} {self.side:5.0%} {end:10} {len(self.cut)}"
        )


HEAD = "picture          window      cell       boxes  zoom  text  used empty side  end        shortened"


class FirstLook:
    """Opens pictures in a browser, as a reader sees them first."""

    def __init__(self, browser: Browser, lab: Server | None, recordings: dict[str, Path], folder: Path) -> None:
        self.browser, self.lab, self.recordings, self.folder = browser, lab, recordings, folder
        self._tabs: dict[str, Tab] = {}

    def at(self, picture: str, window: str, shot: Path | None = None, theme: str = "light") -> Look:
        page = self._lab(picture, window, theme) if "lab" in window else self._page(picture, window, theme)
        view = GraphView(page)
        view.root.wait_for(timeout=60_000)
        view.settled()
        page.wait_for_timeout(150)
        view.settled()
        measured = view.root.evaluate(MEASURE)
        if shot:
            shot.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=shot)
        if "lab" not in window:
            page.close()
        return Look(picture, window, **measured)

    def close(self) -> None:
        for tab in self._tabs.values():
            tab.page.close()

    def _options(self, picture: str, theme: str) -> dict[str, Any]:
        shown = {"theme": theme, **gallery.SHOWN[picture]}
        if shown.get("steps") == "all":
            shown["steps"] = gallery.steps_of(ngw.load(self.recordings[picture]), "all")
        return shown

    def _page(self, picture: str, window: str, theme: str) -> Page:
        width, height = WINDOWS[window]
        page = self.browser.new_page(viewport={"width": width, "height": height}, has_touch=window == "phone")
        page.add_init_script(WATCH_TEXTS)
        path = self.folder / f"{picture}.html"
        ngw.save(ngw.load(self.recordings[picture]), path, **self._options(picture, theme))
        page.goto(path.as_uri())
        return page

    def _lab(self, picture: str, window: str, theme: str) -> Page:
        assert self.lab is not None
        tab = self._tabs.get(window)
        if tab is None:
            width, height = WINDOWS[window]
            page = self.browser.new_page(viewport={"width": width, "height": height})
            page.add_init_script(WATCH_TEXTS)
            tab = self._tabs[window] = Tab(page, window)
            tab.open(self.lab, self.lab.write(f"{window.replace(' ', '-')}.ipynb", "import nnsight_graphwidget as ngw", "1"))
            tab.command("notebook:run-all-cells")
            tab.kernel("import nnsight_graphwidget as ngw")
        show = f"ngw.show(ngw.load({str(self.recordings[picture])!r}), **{self._options(picture, theme)!r})"
        tab.page.evaluate(
            """async code => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = 1;
                notebook.activeCell.model.sharedModel.setSource(code);
                await window.jupyterapp.commands.execute("notebook:run-cell");
                notebook.activeCell.node.scrollIntoView();
            }""",
            show,
        )
        return tab.page


@contextmanager
def opened(folder: Path, pictures: dict[str, Path], lab: bool = True) -> Iterator[FirstLook]:
    """A browser of its own, and a JupyterLab where it is wanted."""
    running = start("lab", ["jupyterlab", *JUPYTER, "--LabApp.expose_app_in_browser=True"], folder, "/api") if lab else None
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            yield FirstLook(browser, running and running.server, pictures, folder)
            browser.close()
    finally:
        if running:
            stop(running)


def main(folder: Path, chosen: list[str], windows: list[str], themes: list[str]) -> None:
    with TemporaryDirectory() as made:
        recordings = gallery.record_all(Path(made), chosen or None)
        looks = []
        with opened(Path(made), recordings, any("lab" in window for window in windows)) as first:
            for window in windows:
                print(HEAD, flush=True)
                for picture in recordings:
                    for theme in themes:
                        name = f"{picture}-{window.replace(' ', '-')}{'' if theme == 'light' else '-' + theme}.png"
                        look = first.at(picture, window, folder / name, theme)
                    looks.append(look)
                    print(look.row(), flush=True)
        (folder / "looks.json").write_text(json.dumps([asdict(look) for look in looks], indent=1))


if __name__ == "__main__":
    words = sys.argv[2:]
    asked = [word for word in words if word in WINDOWS]
    themes = [word for word in words if word in ("light", "dark")]
    rest = [word for word in words if word not in (*WINDOWS, "light", "dark")]
    main(Path(sys.argv[1]), rest, asked or list(WINDOWS), themes or ["light"])
