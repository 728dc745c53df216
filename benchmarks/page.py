"""JupyterLab in Chromium, as the browser tests start it, with a stopwatch and a counter of kernel messages in the page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, JUPYTER, Server, Tab, start, stop

#: Notes what the kernel sends over the websocket (the v1 protocol: offsets, then the parts), and the page's long tasks.
WATCH = """
window.bench = { messages: [], tasks: [] };
window.WebSocket = class extends WebSocket {
    constructor(...given) {
        super(...given);
        this.addEventListener("message", ({ data }) => {
            if (!(data instanceof ArrayBuffer)) return;
            const view = new DataView(data), at = n => Number(view.getBigUint64(8 * (n + 1), true));
            const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, at(1), at(2) - at(1))));
            bench.messages.push({ at: performance.now(), type: header.msg_type, bytes: data.byteLength });
        });
    }
};
new PerformanceObserver(list => {
    for (const task of list.getEntries()) bench.tasks.push({ at: task.startTime, took: task.duration });
}).observe({ type: "longtask", buffered: true });
"""

#: A widget's messages, and the cell's result, with a picture for where no widget runs. A kernel says more with any cell.
COMM, RESULT = ["comm_open", "comm_msg"], ["display_data", "execute_result"]

#: When the stock widget has drawn so many elements, and when all of ours are at rest.
DRAWN = {
    "stock": """(output, elements) =>
        [...output.querySelectorAll("*")].some(element => element._cyreg?.cy?.elements().length >= elements)""",
    "ours": """output => {
        const ours = [...output.querySelectorAll("*")].flatMap(element => element.shadowRoot?.querySelector(".ngw") ?? []);
        return ours.length > 0 && ours.every(element => element.dataset.ngwReady === "true");
    }""",
}


class Notebook:
    """An open notebook of the benchmark's: cells are added and run, and what the page then does is timed in the page."""

    def __init__(self, tab: Tab, server: Server) -> None:
        self.tab = tab
        self.page = tab.page
        self.file = server.folder / server.write(f"{tab.name}.ipynb", "")
        tab.open(server, self.file.name)

    def run(self, code: str) -> str:
        """Runs code in the kernel without a cell and gives what it printed."""
        return self.tab.kernel(code)

    def show(self, code: str, whose: str, elements: int = 0, limit: float = 60.0) -> dict[str, Any] | None:
        """Runs a new cell that displays a widget, and waits for the frame in which it is drawn.

        Arguments:
            code: of the cell.
            whose: ``ours`` or ``stock``.
            elements: of a stock widget: it is drawn when it has so many.
            limit: seconds to wait.

        Returns:
            ``total`` ms from running the cell, ``arrived`` ms until the last message, ``messages`` and ``bytes`` (``result`` of
            them are the cell's result's), and ms of the longest task, ``freeze``. None if it was not drawn in time.
        """
        got: dict[str, Any] | None = self.page.evaluate(
            f"""async ([code, elements, limit, comm, result]) => {{
                const drawn = {DRAWN[whose]};
                await window.jupyterapp.commands.execute("notebook:insert-cell-below");
                const {{ content }} = window.jupyterapp.shell.currentWidget;
                content.activeCell.model.sharedModel.setSource(code);
                const cell = content.activeCell, frame = () => new Promise(requestAnimationFrame);
                cell.node.scrollIntoView();
                bench.messages.length = bench.tasks.length = 0;
                const begin = performance.now();
                window.jupyterapp.commands.execute("notebook:run-cell");
                do await frame(); while (!drawn(cell.node, elements) && performance.now() - begin < limit * 1000);
                if (!drawn(cell.node, elements)) return null;
                await frame();
                const total = performance.now() - begin;
                await new Promise(done => setTimeout(done, 300));  // long tasks are told late; stray messages count
                const of = types => bench.messages.filter(message => types.includes(message.type));
                const bytes = messages => messages.reduce((sum, message) => sum + message.bytes, 0);
                const sent = of([...comm, ...result]);
                return {{
                    total,
                    arrived: Math.max(0, ...sent.map(message => message.at)) - begin,
                    messages: sent.length,
                    bytes: bytes(sent),
                    result: bytes(of(result)),
                    freeze: Math.max(0, ...bench.tasks.map(task => task.took)),
                }};
            }}""",
            [code, elements, limit, COMM, RESULT],
        )
        return got

    def save(self) -> int:
        """Saves the notebook and gives the size of the file in bytes."""
        self.tab.command("docmanager:save")
        return self.file.stat().st_size

    def clear(self) -> None:
        """Takes every output away and closes every widget."""
        self.tab.command("notebook:clear-all-cell-outputs")
        self.run("import ipywidgets; ipywidgets.Widget.close_all()")


@contextmanager
def notebooks() -> Iterator[Any]:
    """Opens notebooks of one JupyterLab in one Chromium: ``with notebooks() as open: notebook = open("name")``."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        running = start("lab", ["jupyterlab", *JUPYTER, "--LabApp.expose_app_in_browser=True"], Path(folder), "/api")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, "--enable-precise-memory-info"])
        context = browser.new_context(viewport={"width": 1400, "height": 1000}, reduced_motion="reduce")
        context.add_init_script(WATCH)
        try:
            yield lambda name: Notebook(Tab(context.new_page(), name), running.server)
        finally:
            browser.close()
            stop(running)
