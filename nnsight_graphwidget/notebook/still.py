"""The picture and the outline beside a live widget, for where no widget runs."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import GraphWidgetError
from ..graph import Graph
from ..graph.outline import outline
from ..graph.part import part
from ..graph.questions import known
from ..view import narrowed

#: A picture larger than this (bytes of PNG) is left out of the notebook file; the outline is always in it.
MAX_PICTURE = 500_000


def with_picture(bundle: Any, graph: Graph, shown: Mapping[str, Any], *, picture: bool = True) -> Any:
    """A widget's mime bundle with its static twin in it: a PNG, where one can be made, and the outline.

    Arguments:
        bundle: the widget's own: data, or data and metadata.
        graph: what it shows.
        shown: options of :func:`save` that draw it as it is on the screen.
        picture: False for the outline alone, beside a widget that is one line.

    Returns:
        Data and metadata. Where widgets run they show the live view, elsewhere (GitHub, nbconvert, a terminal) the twin.
    """
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    graph = replace(graph, title=shown.get("title", graph.title))
    twin: dict[str, Any] = {"text/plain": outline(graph)}
    sizes: dict[str, Any] = {}
    if not picture:
        return {**(data or {}), **twin}, metadata
    try:
        from ..export.picture import thumbnail

        seen = part(graph, shown["only"]) if "only" in shown else graph
        view = {name: value for name, value in narrowed(shown, known(seen)).items() if name not in ("title", "only")}
        content, size = thumbnail(seen, **view)
    except (GraphWidgetError, ImportError):
        pass  # no V8 for this platform, or past a limit: save() says which when it is asked, a cell shows the outline
    else:
        if len(content) <= MAX_PICTURE:
            twin["image/png"] = base64.b64encode(content).decode()
            sizes["image/png"] = size
    return {**(data or {}), **twin}, {**metadata, **sizes}
