"""read(): recordings, the tracers in them, and what it says of anything else; and the text that values are described with."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from nnsight_graphwidget import Graph, UnreadableError, read, record
from nnsight_graphwidget.recording.describe import LIMIT, describe, short
from tests.models import tiny_net


@pytest.fixture
def ran() -> dict[str, Any]:
    model, x = tiny_net(), torch.rand(1, 5)
    with record() as recording:
        with model.trace(x) as first:
            hidden = model.layer1.output.save()
        with model.trace(x) as second:
            total = (model.layer1.output + hidden).save()
    with record() as other:
        with model.session() as session:
            with model.trace(x):
                model.layer1.output.save()
    return {"recording": recording, "first": first, "second": second, "total": total, "other": other, "session": session}


def test_a_recording_and_its_only_session_are_the_same_graph(ran: dict[str, Any]) -> None:
    graph = read(ran["other"])
    assert graph is read(graph)
    assert {node.id for node in read(ran["session"]).nodes} == {node.id for node in graph.nodes}


def test_a_tracer_is_its_own_part_with_what_flows_in(ran: dict[str, Any]) -> None:
    graph = read(ran["second"])
    assert [(group.kind, group.label, group.parent) for group in graph.groups] == [("Tracer", "second", None)]
    outside = [node.label for node in graph.nodes if node.parent is None]
    assert outside == ["x", "layer1.output"]
    assert Graph.from_dict(graph.to_dict()) == graph


def test_a_tracer_that_was_not_recorded_is_told_about_record() -> None:
    model = tiny_net()
    with model.trace(torch.rand(1, 5)) as tracer:
        model.layer1.output.save()
    with pytest.raises(UnreadableError, match=r"InterleavingTracer.*readable.*record\(\) as recording"):
        read(tracer)


@pytest.mark.parametrize("thing", [3, None, object(), [], dict, "graph.png"])
def test_anything_else_is_named(thing: Any) -> None:
    with pytest.raises(UnreadableError, match=type(thing).__name__ if not isinstance(thing, str) else r"graph\.png"):
        read(thing)


def test_a_recording_is_used_once(ran: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError, match="used before"), ran["recording"]:
        pass


class Loud:
    def __repr__(self) -> str:
        raise AssertionError("asked")

    __len__ = __iter__ = __eq__ = __str__ = __repr__  # type: ignore[assignment]


class LoudList(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        raise AssertionError("iterated")

    __len__ = __repr__ = __iter__  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.5"),
        (True, "True"),
        (2**200, "int of 201 bits"),
        ((slice(None), 0), "(:, 0)"),
        (slice(1, None, 2), "1::2"),
        ({"a": [1, None]}, "{'a': [1, None]}"),
        (list(range(9)), "[0, 1, 2, 3, 4, 5, …]"),
        (torch.float16, "torch.float16"),
        (torch.zeros(2, 3), "Tensor(2×3)"),
        (torch.relu, "relu"),
        (Loud(), "<Loud>"),
        (LoudList([1]), "<LoudList>"),
        (..., "..."),
    ],
)
def test_short(value: Any, text: str) -> None:
    assert short(value) == text


def test_long_text_is_cut() -> None:
    assert len(short("x" * 10_000)) == LIMIT and "\n" not in short("a\nb")


def test_containers_are_described_by_their_first_tensor() -> None:
    found = describe((None, {"k": torch.zeros(2, 1, dtype=torch.int8)}))
    assert (found.shape, found.dtype, found.text) == ((2, 1), "int8", "(None, {'k': Tensor(2×1)})")
    assert describe(LoudList([torch.zeros(4)])).shape == (4,)
