"""Ctrl-C while a recording begins: nnsight is as it was, and the next trace is recorded."""

from __future__ import annotations

import pytest
import torch

import nnsight_graphwidget as ngw
from nnsight_graphwidget.recording import Recording, hooks
from nnsight_graphwidget.recording.outside import Outside
from tests.models import tiny_net


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_when_a_recording_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Outside, "begun_at", _interrupted)
    with pytest.raises(KeyboardInterrupt), ngw.record():
        pass
    seams = hooks()[0]._seams
    assert seams.observer is None
    assert not seams._patched
    monkeypatch.undo()
    model = tiny_net()
    with ngw.record() as recording:
        with model.trace(torch.rand(1, 5)):
            model.layer1.output.save()
    assert len(recording.graph.groups) == 1


def test_when_an_installed_trace_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_net()
    ngw.install()
    try:
        monkeypatch.setattr(Recording, "__enter__", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            with model.trace(torch.rand(1, 5)):
                model.layer1.output.save()
        monkeypatch.undo()
        with model.trace(torch.rand(1, 5)) as tracer:
            model.layer1.output.save()
        assert [group.kind for group in ngw.read(tracer).groups] == ["Tracer"]
    finally:
        ngw.uninstall()
