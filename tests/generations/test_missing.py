"""What nnsight or torch lacks of what a generation uses is said at once, and the user's traces run on."""

from __future__ import annotations

import ast
import re
import warnings
from pathlib import Path

import pytest
import torch
from nnsight.intervention import interleaver, tracer

import nnsight_graphwidget as ngw
from nnsight_graphwidget import generations
from nnsight_graphwidget.errors import IncompleteGraphWarning, UnsupportedError
from tests.models import tiny_net

RUN = Path(generations.__file__).parent / "run"


def _trace() -> torch.Tensor:
    model = tiny_net()
    with model.trace(torch.ones(1, 5)):
        out = model.layer1.output.save()
    return out


def test_everything_that_is_missing_is_in_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(interleaver.Mediator, "skip")
    monkeypatch.delattr(tracer.InterleavingTracer, "stop")
    with pytest.raises(UnsupportedError) as caught, ngw.record():
        pass
    said = str(caught.value)
    assert said.startswith(f"nnsight {generations.version(__import__('nnsight'))} ")
    assert "nnsight.intervention.interleaver.Mediator.skip" in said
    assert "nnsight.intervention.tracer.InterleavingTracer.stop" in said
    assert said.endswith("supported is nnsight 0.3 to 0.8")


def test_what_torch_lacks_is_said_with_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.overrides, "_push_mode")
    with pytest.raises(UnsupportedError, match=rf"torch {re.escape(torch.__version__)} lacks torch\.overrides\._push_mode"):
        generations.installed()


def test_install_warns_once_and_traces_run_on(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = _trace()
    monkeypatch.delattr(interleaver.Mediator, "skip")
    with pytest.warns(IncompleteGraphWarning, match="Mediator.skip") as said:
        ngw.install()
    assert len(said) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.equal(_trace(), plain)


def test_a_trace_runs_on_when_nnsight_changed_after_install(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = _trace()
    ngw.install()
    try:
        monkeypatch.delattr(interleaver.Mediator, "skip")
        with pytest.warns(IncompleteGraphWarning, match="not recorded.*Mediator.skip"):
            assert torch.equal(_trace(), plain)
        monkeypatch.undo()
        assert torch.equal(_trace(), plain)
    finally:
        ngw.uninstall()


def test_an_nnsight_that_is_not_known_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnsight.__version__", "0.9.0")
    with pytest.raises(UnsupportedError, match=r"nnsight 0\.9\.0 is not known; supported is nnsight 0\.3 to 0\.8"):
        generations.installed()


@pytest.mark.parametrize("said", ["0.0.0", "unknown version"])
def test_a_version_without_a_number_is_told_by_what_is_there(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr("nnsight.__version__", said)
    monkeypatch.setattr("importlib.metadata.version", lambda _: said)
    assert generations.generation()[0].module == "run.v08"


@pytest.mark.parametrize("name", ["v05", "v08"])
def test_every_private_name_that_a_file_uses_is_checked(name: str) -> None:
    tree = ast.parse((RUN / f"{name}.py").read_text("utf-8"))
    modules = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nnsight.")
        for alias in node.names
    }
    used = {
        f"{modules[node.value.id]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
    }
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    lines = [line.strip().partition(":") for text in constants if "nnsight.intervention" in text for line in text.splitlines()]
    listed = {f"{module}.{each.partition('.')[0]}" for module, _, names in lines for each in names.split()}
    assert used
    assert used - listed == set()
