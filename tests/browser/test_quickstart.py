"""The main job, end to end: the quickstart notebook, run in JupyterLab as a user runs it."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from conftest import ROOT, GraphView, Server, Tab
from PIL import Image


@pytest.fixture
def quickstart(lab: Server, tab: Tab) -> Tab:
    """The quickstart, open in Lab, every cell run."""
    shutil.copy(ROOT / "notebooks" / "quickstart.ipynb", lab.folder)
    tab.open(lab, "quickstart.ipynb")
    tab.run_all()
    tab.ready()
    return tab


def test_quickstart_in_lab(quickstart: Tab, tmp_path: Path) -> None:
    tab = quickstart
    view = GraphView(tab.page)
    view.settled()
    tab.shot("1-as-opened")
    whole = json.loads(tab.kernel("print(json.dumps(recording.graph.to_dict()))" if False else KERNEL_GRAPH))

    view.button("Expand all").click()
    view.settled()
    tab.shot("2-expanded")
    groups = {group["id"]: group for group in whole["groups"]}
    (loop,) = (group for group in groups.values() if group["kind"] == "Iterator")
    assert loop["count"] == 3
    # The picture shows one pass of the loop; the outline lists all, with those of the pass that is shown.
    later = tuple(f"{loop['id']}/i{n}" for n in (1, 2))
    seen = {node["id"] for node in whole["nodes"] if node["kind"] != "Value" and not node["id"].startswith(later)}
    assert len(seen) > 8
    assert seen <= set(view.painted())
    assert seen <= set(view.outline())
