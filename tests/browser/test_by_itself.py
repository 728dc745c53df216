"""Graphs that come by themselves under the cells that trace, in JupyterLab."""

from __future__ import annotations

from conftest import Server, Tab

SETUP = """\
%load_ext nnsight_graphwidget
%graph on
import torch
from nnsight import NNsight
model = NNsight(torch.nn.Sequential(torch.nn.Linear(5, 10), torch.nn.Linear(10, 2)))"""
TRACE = """\
with model.trace(torch.rand(1, 5)):
    hidden = model[0].output.save()
    model[1].output[:] = hidden.sum() * 2
    last = model.output.save()"""
FAILS = """\
try:
    with model.trace(torch.rand(1, 7)):
        hidden = model[0].output.save()
except Exception as error:
    print(type(error).__name__)"""


def test_a_line_under_each_cell_that_traces_opens_on_a_click(lab: Server, tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 1440, "height": 900})
    tab.open(lab, lab.write(f"{tab.name}.ipynb", SETUP, TRACE, "1 + 1", FAILS, "%graph off", TRACE))
    tab.run_all()
    lines = tab.page.locator(".ngw-line button")
    lines.nth(1).wait_for()
    tab.shot("lines")
    assert lines.count() == 2 and tab.page.locator(".ngw").count() == 0  # nothing is drawn before it is opened
    assert [lines.nth(at).get_attribute("aria-expanded") for at in (0, 1)] == ["false", "false"]
    first, failed = lines.nth(0).inner_text(), lines.nth(1).inner_text()
    assert "3 reads" in first and "1 write" in first and "2 saves" in first and "failed" not in first
    assert "failed" in failed
    assert lines.nth(0).bounding_box()["height"] < 40  # type: ignore[index]
    lines.nth(0).click()
    view = tab.view()
    tab.shot("open")
    assert "open" in view.painted().values()
    assert lines.nth(0).get_attribute("aria-expanded") == "true"
    lines.nth(0).click()
    view.root.wait_for(state="hidden")
    tab.shot("closed-again")
    lines.nth(0).press("Enter")
    tab.view().root.wait_for(state="visible")
