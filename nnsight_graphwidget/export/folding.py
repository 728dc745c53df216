"""What is open and what is left out, in the formats that are text. By default they have all of the graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..graph import Graph
from ..graph.part import folded
from ..graph.questions import known
from ..view import FoldingOptions, options_of


def as_asked(graph: Graph, options: Mapping[str, Any]) -> Graph:
    """The graph with its ``expanded`` and ``hidden_kinds``.

    Raises:
        OptionError: naming the option, what was given and what is expected.
    """
    listed, names = options_of(FoldingOptions), known(graph)
    chosen = {name: listed[name][1].checked(name, value, names) for name, value in options.items() if value is not None}
    return folded(graph, chosen.get("expanded", "all"), chosen.get("hidden_kinds", ())) if chosen else graph
