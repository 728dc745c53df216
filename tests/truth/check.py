"""Runs a program twice: by the interpreter and under ``record()``, and says where they disagree."""

from __future__ import annotations

import itertools
import linecache
import warnings
from collections import OrderedDict
from functools import cache
from typing import Any

import torch

from nnsight_graphwidget import record

from .compare import Difference, differences, seen, wanted
from .generate import LAYERS
from .oracle import Interpreter, Model, Raised, Value, bare

_files = itertools.count()


@cache
def layers() -> Any:
    torch.manual_seed(3)
    return torch.nn.Sequential(OrderedDict((f"layer{i}", torch.nn.Linear(4, 4)) for i in range(LAYERS))).requires_grad_(False)


@cache
def model() -> Any:
    from nnsight import NNsight

    return NNsight(layers())


def check(text: str) -> list[Difference]:
    """All disagreements about one program, the values that it computes included."""
    x = torch.linspace(-1, 1, 8).reshape(2, 4)
    run = Interpreter(text, Model(list(layers()), x.clone()), {})
    run.names.set("model", Value(run.model))
    error: str | None = None
    own_error: str | None = None
    try:
        run.run()
    except Raised as raised:
        error = type(raised.error).__name__
    file = f"program{next(_files)}.py"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope: dict[str, Any] = {"model": model(), "x": x.clone(), "__name__": __name__}
    try:
        with warnings.catch_warnings(), record() as recording:
            warnings.simplefilter("ignore")
            exec(compile(text, file, "exec"), scope)
    except Exception as raised_by_nnsight:
        own_error = type(raised_by_nnsight).__name__
    finally:
        del linecache.cache[file]
    graph = recording.graph
    found = differences(wanted(run), seen(graph, run))
    if not graph.complete:
        found.insert(0, Difference("incomplete", str(graph.reason)))
    if error != own_error:
        found.insert(0, Difference("result", f"the interpreter raised {error}, nnsight {own_error}"))
    elif error is None and not same(bare(run.names.get("out")), scope["out"]):
        found.insert(0, Difference("result", f"the interpreter got {bare(run.names.get('out'))}, nnsight {scope['out']}"))
    return found


def same(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and torch.equal(a.nan_to_num(), b.nan_to_num())
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(same(*pair) for pair in zip(a, b))
    return bool(a == b) or (a != a and b != b)
