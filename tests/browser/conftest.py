"""Real notebooks in a real Chromium: servers, pages that watch for errors, and a notebook's few gestures."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, sync_playwright

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "artifacts"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
# The page and this machine's server, and nothing else, can be reached.
FLAGS += ["--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]

#: What the hosts themselves write to the console as errors, with no widget on the page.
HARMLESS = [
    r"Could not restore the debugger state: Canceled future",  # Lab, when a kernel ends while its page is still loading
    r"reading 'schema'\)[\s\S]*/static/notebook/notebook_core",  # Notebook 7.6 on opening any notebook
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Server:
    """A notebook server on this machine, in a folder of its own, that nothing of the user's leaks into."""

    name: str
    url: str
    folder: Path
    log: Path

    def write(self, name: str, *cells: str) -> str:
        """A notebook of code cells."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self.folder / name)
        return name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(folder: Path) -> dict[str, str]:
    own = {
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "XDG_CONFIG_HOME": "config",
        "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state",
    }  # fmt: skip
    env = {name: str(folder / ".host" / path) for name, path in own.items()}
    python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, **env, "PYTHONPATH": python_path, "HF_HUB_OFFLINE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


@dataclass
class Running:
    server: Server
    process: subprocess.Popen[bytes]


def start(name: str, command: list[str], folder: Path, path: str = "") -> Running:
    """Starts a server (``{port}`` in its command is filled in) and waits until it answers."""
    port = _free_port()
    log = folder / ".host" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    disabled = {"@jupyterlab/apputils-extension:announcements": True}
    page_config = folder / ".host" / "config" / "labconfig" / "page_config.json"
    page_config.parent.mkdir(parents=True, exist_ok=True)
    page_config.write_text(json.dumps({"disabledExtensions": disabled}))
    process = subprocess.Popen(
        [sys.executable, "-m", *(part.format(port=port) for part in command)],
        cwd=folder, env=_environment(folder), stdin=subprocess.DEVNULL, stdout=log.open("wb"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    server = Server(name, f"http://127.0.0.1:{port}", folder, log)
    for _ in range(600):
        try:
            urllib.request.urlopen(server.url + path, timeout=5).close()
            return Running(server, process)
        except (urllib.error.URLError, OSError):
            if process.poll() is not None:
                break
            time.sleep(0.1)
    process.kill()
    raise RuntimeError(f"{name} did not start:\n{log.read_text(errors='replace')[-3000:]}")


def stop(running: Running) -> None:
    running.process.terminate()
    try:
        running.process.wait(20)
    except subprocess.TimeoutExpired:
        running.process.kill()


JUPYTER = [
    "--no-browser", "--allow-root", "--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.password=",
    "--ServerApp.disable_check_xsrf=True", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]  # fmt: skip


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("lab")
    running = start("lab", ["jupyterlab", *JUPYTER, "--LabApp.expose_app_in_browser=True"], folder, "/api")
    yield running.server
    stop(running)


@pytest.fixture(scope="session")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("notebook")
    running = start("notebook", ["notebook", *JUPYTER, "--JupyterNotebookApp.expose_app_in_browser=True"], folder, "/api")
    yield running.server
    stop(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[BrowserContext]:
    """One Chromium for all tests, its cache too: only a host's first page is slow."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
        browser.close()


#: The Cytoscape instance in a widget's root element.
CYTOSCAPE = "root => [...root.querySelectorAll('*')].find(e => e._cyreg?.cy)._cyreg.cy"


class GraphView:
    """One drawn widget, as a user meets it: found by roles and names, clicked with the mouse where its boxes are painted."""

    def __init__(self, page: Page, index: int = 0) -> None:
        self.page = page
        self.root = page.locator(".ngw").nth(index)  # Playwright looks into shadow roots

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def outline(self) -> dict[str, str | None]:
        """What the outline lists for a screen reader: id → ``aria-expanded`` (None for a node)."""
        rows = self.root.locator("[role=treeitem]")
        return dict(rows.evaluate_all("rows => rows.map(row => [row.dataset.id, row.getAttribute('aria-expanded')])"))

    def painted(self) -> dict[str, str]:
        """What is drawn: id → ``node``, ``open`` or ``closed``."""
        drawn: dict[str, str] = self.root.evaluate(
            f"root => Object.fromEntries(({CYTOSCAPE})(root).nodes().map(n => [n.id(),"
            " ['open', 'closed', 'node'].find(role => n.hasClass(role))]))"
        )
        return drawn

    def place(self, id: str) -> tuple[float, float]:
        """Where to click a box on the page: its middle, or the title of an open sub-graph."""
        x, y = self.root.evaluate(
            f"""(root, id) => {{
                const cy = ({CYTOSCAPE})(root), node = cy.getElementById(id);
                const page = cy.container().getBoundingClientRect();
                const {{ x1, x2, y1, y2 }} = node.renderedBoundingBox({{ includeOverlays: false, includeLabels: false }});
                const y = node.hasClass("open") ? y1 + 14 * cy.zoom() : (y1 + y2) / 2;
                return [page.left + (x1 + x2) / 2, page.top + y];
            }}""",
            id,
        )
        return x, y

    def corner(self, id: str) -> tuple[float, float]:
        """Where the upper left corner of a box is on the page."""
        x, y = self.root.evaluate(
            f"""(root, id) => {{
                const cy = ({CYTOSCAPE})(root), node = cy.getElementById(id), page = cy.container().getBoundingClientRect();
                const at = (axis, size) => (node.position(axis) - node.data(size) / 2) * cy.zoom() + cy.pan(axis);
                return [page.left + at("x", "width"), page.top + at("y", "height")];
            }}""",
            id,
        )
        return x, y

    def click(self, id: str) -> None:
        self.root.evaluate("root => root.scrollIntoView({ block: 'center' })")
        self.settled()
        x, y = self.place(id)
        seen = self.root.locator(".canvas").bounding_box()
        assert seen is not None
        if not (0 < x - seen["x"] < seen["width"] and 0 < y - seen["y"] < seen["height"]):  # it opened at its start
            self.button("Fit").click()
            self.settled()
        self.page.mouse.click(*self.place(id))

    def with_class(self, name: str) -> list[str]:
        """Ids of the boxes that Cytoscape paints with a class."""
        ids: list[str] = self.root.evaluate(f"(root, name) => ({CYTOSCAPE})(root).nodes('.' + name).map(n => n.id())", name)
        return ids

    def style(self, id: str, property: str) -> str:
        """What Cytoscape paints a box with."""
        value: str = self.root.evaluate(
            f"(root, [id, name]) => ({CYTOSCAPE})(root).getElementById(id).style(name)", [id, property]
        )
        return value

    def settled(self) -> None:
        """Waits until nothing moves: no layout under way, and every animation over."""
        rests = self.root.evaluate(
            f"""async root => {{
                const cy = ({CYTOSCAPE})(root);
                const look = () => JSON.stringify([cy.pan(), cy.nodes().map(node => [node.id(), node.position()])]);
                let before = "", since = 0;
                for (const end = performance.now() + 20_000; performance.now() < end;) {{
                    const now = await new Promise(requestAnimationFrame);
                    const looks = look() + root.dataset.ngwReady;
                    if (looks !== before) [before, since] = [looks, now];
                    else if (root.dataset.ngwReady === "true" && now - since > 350) return true;
                }}
                return false;
            }}"""
        )
        assert rests, "the drawing never came to rest"


@dataclass
class Tab:
    """A page that remembers what must not happen: errors in the console, and requests that leave the machine."""

    page: Page
    name: str
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._error(f"uncaught: {error.stack or error}"))
        self.page.on("request", lambda request: self._seen(request.url))
        self.page.on("websocket", lambda socket: self._seen(socket.url))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._error(f"{message.text} ({message.location.get('url', '')})")

    def _error(self, text: str) -> None:
        if not any(re.search(pattern, text) for pattern in HARMLESS):
            self.errors.append(text)

    def _seen(self, url: str) -> None:
        if not re.match(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:|file:", url):
            self.strangers.append(url)

    def shot(self, name: str) -> None:
        """Keeps a picture of the page, to be looked at."""
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{self.name}-{name}.png")

    # A notebook's gestures, the same in Lab and in Notebook 7.

    def open(self, server: Server, name: str) -> None:
        route = "lab/tree" if server.name == "lab" else "notebooks"
        # Lab restores what was open; a test wants its own notebook alone.
        self.page.goto(f"{server.url}/{route}/{name}{'?reset' if server.name == 'lab' else ''}")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=60_000
        )

    def command(self, command: str) -> Any:
        return self.page.evaluate("command => window.jupyterapp.commands.execute(command).then(() => true)", command)

    def run_all(self) -> None:
        self.command("notebook:run-all-cells")
        # Each output's plain form, for the errors among them; the command's promise can be early.
        outputs = self.page.evaluate(
            """async () => {
                const notebook = window.jupyterapp.shell.currentWidget;
                const cells = [...notebook.content.model.cells].filter(cell => cell.type === "code");
                await notebook.sessionContext.session.kernel.requestExecute({ code: "", store_history: false }).done;
                while (cells.some(cell => cell.executionState === "running")) await new Promise(done => setTimeout(done, 50));
                return cells.flatMap(cell => cell.outputs.toJSON());
            }"""
        )
        failed = [f"{output['ename']}: {output['evalue']}" for output in outputs if output["output_type"] == "error"]
        assert not failed, failed

    def kernel(self, code: str) -> str:
        """Runs code in the open notebook's kernel and gives what it printed."""
        result = self.page.evaluate(
            """async code => {
                const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                const future = kernel.requestExecute({ code, store_history: false });
                let text = "";
                future.onIOPub = ({ header, content }) => {
                    if (header.msg_type === "stream") text += content.text;
                    if (header.msg_type === "error") text += "ERROR " + content.ename + ": " + content.evalue;
                };
                await future.done;
                return text;
            }""",
            code,
        )
        assert not str(result).startswith("ERROR "), result
        return str(result).strip()

    def value(self, expression: str) -> Any:
        """The value of a JSON-able expression in the kernel."""
        return json.loads(self.kernel(f"import json; print(json.dumps({expression}))"))

    def view(self, index: int = 0) -> GraphView:
        """A drawn widget; waits until it is."""
        view = GraphView(self.page, index)
        view.root.wait_for(timeout=60_000)
        view.settled()
        return view

    def show_seed(self, server: Server, options: str = "", *more: str) -> GraphView:
        """A notebook with the seed's graph in a widget ``w``."""
        return self.show_golden(server, "seed", options, *more)

    def show_golden(self, server: Server, name: str, options: str = "", *more: str) -> GraphView:
        """A notebook with a graph in a widget ``w``, from its golden file: a view needs no model to be tested."""
        golden = ROOT / "tests" / "golden" / f"{name}.graph.json"
        arguments = f"graph, {options}" if options else "graph"
        cells = [f"import nnsight_graphwidget as ngw\ngraph = ngw.load({str(golden)!r})", f"w = ngw.show({arguments})\nw"]
        self.open(server, server.write(f"{self.name}.ipynb", *cells, *more))
        self.run_all()
        return self.view()


@pytest.fixture
def tab(browser: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Tab]:
    """A page of its own for a test; whatever went wrong on it fails the test."""
    tab = Tab(browser.new_page(), re.sub(r"\W+", "-", request.node.name).strip("-"))
    yield tab
    tab.shot("end")
    tab.page.evaluate("window.jupyterapp?.shell.currentWidget?.sessionContext?.shutdown()")
    tab.page.close()
    assert not tab.errors, "the console said:\n" + "\n".join(tab.errors)
    assert not tab.strangers, "requests left the machine:\n" + "\n".join(tab.strangers)


@pytest.fixture
def host(request: pytest.FixtureRequest) -> Server:
    """The server that a test names: ``@pytest.mark.parametrize("host", [...], indirect=True)``."""
    server: Server = request.getfixturevalue(request.param)
    return server


@pytest.fixture
def marimo(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Serves cells as a marimo app: ``marimo(["import …", "widget"])``."""
    running: list[Running] = []

    def serve(cells: list[str], mode: str = "run") -> Server:
        parts = ["import marimo", "app = marimo.App()"]
        parts += [f"@app.cell\ndef _():\n{textwrap.indent(cell, '    ')}\n    return" for cell in cells]
        (tmp_path / "app.py").write_text("\n\n".join([*parts, 'if __name__ == "__main__":\n    app.run()\n']))
        (tmp_path / "pyproject.toml").write_text("[tool.marimo.runtime]\nauto_instantiate = true\n")  # run when opened
        command = ["marimo", "-q", mode, "app.py", "--headless", "--no-token", "--host=127.0.0.1", "--port={port}"]
        running.append(start("marimo", command, tmp_path, "/health"))
        return running[-1].server

    yield serve
    for process in running:
        stop(process)
