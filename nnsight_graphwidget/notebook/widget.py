"""The live graph in the notebook: traits that carry its state, and thin methods over them.

The widget *is* an ``ipycytoscape.CytoscapeWidget`` (its events, ``set_style`` and ``set_layout`` work), with our own front end
(an anywidget ES module) and our own transport: the whole graph is one list in one trait, where the stock widget opens one
comm per node and loses messages from about a thousand on.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import sys
import zlib
from base64 import b64encode
from collections.abc import Callable, Container, Iterable
from pathlib import Path
from typing import Any, ClassVar, Literal

import anywidget
import ipycytoscape
import traitlets as t
from ipywidgets import DOMWidget, Widget, widget_serialization

from ..errors import ExportError
from ..graph import Graph, Group, Node, plain
from ..graph.elements import to_elements
from ..view import checked_positions, checked_steps
from .carried_state import carry_over

_STATIC = Path(__file__).parent.parent / "static"

#: Boxes that a graph may show and open at its first level by itself.
_SMALL = 50

Expansion = Literal["auto", "all"] | Iterable[str]


class _Cytoscape(ipycytoscape.CytoscapeWidget):  # type: ignore[misc]
    """A ``CytoscapeWidget`` that makes no ``Graph``, ``Node`` and ``Edge`` widgets, hence opens no comm but its own."""

    def __init__(self, **kwargs: Any) -> None:
        DOMWidget.__init__(self, **kwargs)
        self.on_msg(self._handle_interaction)


def _packed(elements: list[Any], _: Widget) -> bytes:
    """Compressed lines of JSON, some elements in each so that the page need not read all at one go: a twelfth of the plain
    list, over the wire and in a saved notebook. Level 1 is nearly as small as 9."""
    starts = range(0, len(elements), 5_000)
    lines = (json.dumps(elements[start : start + 5_000], separators=(",", ":")) for start in starts)
    return zlib.compress("\n".join(lines).encode(), 1)


class _Bundle(Widget):  # type: ignore[misc]
    """The front end's code, once for all widgets of this kernel and of a notebook saved with them: it is large."""

    #: Compressed, in base64: as bytes it would be lost where a notebook is saved with its widgets.
    code = t.Unicode().tag(sync=True)
    digest = t.Unicode().tag(sync=True)

    _shared: ClassVar[_Bundle | None] = None

    @classmethod
    def shared(cls) -> _Bundle:
        if cls._shared is None or cls._shared.comm is None:  # Widget.close_all() closes it
            code = (_STATIC / "widget.js").read_bytes()
            cls._shared = cls(code=b64encode(zlib.compress(code)).decode(), digest=hashlib.sha256(code).hexdigest())
        return cls._shared


class GraphWidget(anywidget.AnyWidget, _Cytoscape):  # type: ignore[misc]
    """A live intervention graph.

    Arguments:
        obj: anything that :func:`read` takes: a recording, a recorded tracer or session, a :class:`Graph`, a saved ``.json``.
        title: what the toolbar and every picture call it; the graph's own title by default.
        expanded: ids of the sub-graphs to open, ``"all"``, or ``"auto"``: the outermost, and what they hold if that is little.
        height: of the cell, as CSS (``"600px"``); by default as high as the graph needs, within reason.
        theme: ``"light"``, ``"dark"``, or ``"auto"``: as the notebook.
        traits: any other trait below, such as ``hidden_kinds=[]`` or ``selected=[id]``.

    Raises:
        UnreadableError: naming the type of ``obj``, if it cannot be read.
        ValueError: for an id that is not in the graph, or a kind that is not in the legend.

    State that is synced both ways, to read, set, ``observe`` or ``jslink``: ``expanded``, ``selected`` (ids of nodes and
    sub-graphs), ``hidden_kinds``, ``steps`` (id of a loop → the pass shown, or ``"all"``), ``positions`` (id → ``[x, y]``, how
    far, in px, it was dragged from where layout puts it), ``only`` (ids of a slice; empty for the whole graph),
    ``arrangement`` (``"flow"``, or ``"lanes"``: a column for each run, in the order of execution), ``search``, ``title``,
    ``theme``, ``height``.

    Of what it inherits from ``CytoscapeWidget``: ``on(type, event, callback)``, ``set_style`` (rules added to the graph's own),
    ``set_layout(name=…)`` (``grid``, ``circle``, ``concentric``, ``breadthfirst``, ``cose``, ``random``; any other name is the
    layered layout), ``relayout()``, ``min_zoom``, ``max_zoom``, ``wheel_sensitivity``, ``user_zooming_enabled``,
    ``user_panning_enabled`` and ``auto_ungrabify`` work; ``graph`` is a :class:`Graph`; the other traits are kept but have no
    effect.
    """

    # As text: of a file, anywidget keeps every widget alive to tell it when the file changes.
    _esm = (_STATIC / "loader.js").read_text("utf-8")
    bundle = t.Instance(_Bundle, allow_none=True).tag(sync=True, **widget_serialization)

    #: The graph that is shown. Not synced: the front end gets ``elements``.
    graph = t.Instance(Graph)

    elements: t.List[Any] = t.List(help="The Cytoscape element list of the whole graph.").tag(sync=True, to_json=_packed)
    sources: t.List[Any] = t.List(help="The user's blocks: file, line, text.").tag(sync=True)
    about: t.Dict[str, Any] = t.Dict(help="nnsight: its version; complete, reason: whether a part is missing.").tag(sync=True)

    expanded = t.List(t.Unicode()).tag(sync=True)
    selected = t.List(t.Unicode()).tag(sync=True)
    hidden_kinds = t.List(t.Unicode(), default_value=["Value"]).tag(sync=True)
    steps: t.Dict[str, Any] = t.Dict().tag(sync=True)
    positions: t.Dict[str, Any] = t.Dict().tag(sync=True)
    search = t.Unicode("").tag(sync=True)
    title = t.Unicode("graph").tag(sync=True)
    theme = t.Enum(["auto", "light", "dark"], "auto").tag(sync=True)
    height = t.Unicode(None, allow_none=True).tag(sync=True)
    only = t.List(t.Unicode()).tag(sync=True)
    arrangement = t.Enum(["flow", "lanes"], "flow").tag(sync=True)

    # The stock defaults would repaint the graph: here a style is what the user adds, a layout what the user asks for.
    cytoscape_style: t.List[Any] = t.List().tag(sync=True)
    cytoscape_layout: t.Dict[str, Any] = t.Dict().tag(sync=True)
    min_zoom = t.CFloat(0.02).tag(sync=True)
    max_zoom = t.CFloat(4.0).tag(sync=True)

    def __init__(
        self,
        obj: Any,
        *,
        title: str | None = None,
        expanded: Expansion = "auto",
        height: str | int | None = None,
        theme: Literal["auto", "light", "dark"] = "auto",
        **traits: Any,
    ) -> None:
        unknown = sorted(name for name in traits if not self.has_trait(name))
        if unknown:
            raise TypeError(f"GraphWidget() has no option {unknown[0]!r}{_close(unknown[0], self.trait_names())}")
        graph = _read(obj)
        if _alone():
            traits["_esm"] = (_STATIC / "widget.js").read_text("utf-8")
        else:
            traits["bundle"] = _Bundle.shared()
        self.graph = graph
        # Before the comm opens: whatever is set after that is one more message.
        carried = carry_over(self, traits if expanded == "auto" else {*traits, "expanded"})
        if not isinstance(expanded, str):
            self.expanded = list(expanded)
        elif expanded != "auto":
            self.expand(expanded)
        elif not carried:
            self.expanded = initial_expansion(graph, traits.get("hidden_kinds", self.hidden_kinds))
            self._open_around(node.id for node in graph.nodes if node.status == "failed")  # whatever else, one sees that
        super().__init__(
            elements=to_elements(graph),
            sources=[plain(source) for source in graph.sources],
            about={"nnsight": graph.nnsight, "complete": graph.complete, "reason": graph.reason},
            title=graph.title if title is None else title,
            height=f"{height}px" if isinstance(height, (int, float)) else height,
            theme=theme,
            **traits,
        )

    @t.validate("expanded")
    def _check_expanded(self, proposal: Any) -> list[str]:
        return [self._group(id_) for id_ in dict.fromkeys(proposal["value"])]

    @t.validate("selected")
    def _check_selected(self, proposal: Any) -> list[str]:
        return [self._known(id_) for id_ in dict.fromkeys(proposal["value"])]

    @t.validate("hidden_kinds")
    def _check_hidden_kinds(self, proposal: Any) -> list[str]:
        from ..graph.kinds import legend

        kinds = {*legend(), *(node.kind for node in self.graph.nodes), *(group.kind for group in self.graph.groups)}
        for kind in proposal["value"]:
            if kind not in kinds:
                raise ValueError(f"no kind {kind!r} in the legend{_close(kind, kinds)}")
        return sorted(set(proposal["value"]))

    @t.validate("steps")
    def _check_steps(self, proposal: Any) -> dict[str, Any]:
        return self._checked(checked_steps, proposal)

    @t.validate("positions")
    def _check_positions(self, proposal: Any) -> dict[str, Any]:
        return self._checked(checked_positions, proposal)

    def _checked(self, check: Callable[[Graph, Any], dict[str, Any]], proposal: Any) -> dict[str, Any]:
        try:
            return check(self.graph, proposal["value"])
        except ExportError as error:
            raise ValueError(str(error)) from None

    def expand(self, id: str = "all", *, depth: int | None = None, only: bool = False) -> None:
        """Open a sub-graph, and those around it so that it is seen.

        Arguments:
            id: of a sub-graph, or ``"all"``.
            depth: how many levels to open below and including it; None: one for a sub-graph, every level for ``"all"``.
            only: close every sub-graph that is not around it.

        Raises:
            ValueError: if no sub-graph has this id; the message names those that are close.
        """
        if id == "all":
            opened = {group: None for group, level in self._levels(None).items() if depth is None or level <= depth}
        else:
            self._group(id)
            opened = {group: None for group, level in self._levels(id).items() if level <= (depth or 1)}
            opened = {**dict.fromkeys(self._around(id)), **opened}
        self.expanded = list(opened if only else {**dict.fromkeys(self.expanded), **opened})

    def collapse(self, id: str = "all") -> None:
        """Close a sub-graph, or with ``"all"`` every one.

        Raises:
            ValueError: if no sub-graph has this id; the message names those that are close.
        """
        if id == "all":
            self.expanded = []
        else:
            self._group(id)
            self.expanded = [open_ for open_ in self.expanded if open_ != id]

    def select(self, *ids: str) -> None:
        """Select nodes or sub-graphs, opening whatever hides them; with no argument select nothing.

        Raises:
            ValueError: if nothing has such an id; the message names those that are close.
        """
        self._open_around([self._known(id_) for id_ in ids])
        self.selected = list(ids)

    def slice(self, *ids: str) -> None:
        """Show only what these nodes depend on, themselves included, and open what hides it; with no argument show all again.

        Raises:
            ValueError: if nothing has such an id; the message names those that are close.
        """
        inputs: dict[str, list[str]] = {}
        for edge in self.graph.edges:
            inputs.setdefault(edge.target, []).append(edge.source)
        seen: dict[str, None] = {}
        queue = [self._known(id_) for id_ in ids]
        while queue:
            id_ = queue.pop()
            if id_ not in seen:
                seen[id_] = None
                # An input of a trace feeds the trace as a whole, so what is computed in the trace depends on it.
                queue += [source for reached in (id_, *self._around(id_)) for source in inputs.get(reached, ())]
        self._open_around(seen)
        self.only = list(seen)

    def save(self, path: str | Path, **options: Any) -> Path:
        """Write the graph as it is on the screen: what is open, hidden, dragged and shown of loops, a slice, the title and the
        theme; always in the layered layout or in lanes, whatever ``set_layout`` asked for.

        Arguments:
            path: its suffix chooses the format, see :func:`nnsight_graphwidget.save`.
            options: of :func:`nnsight_graphwidget.save`; they win over what is on the screen.

        Returns:
            The path written.
        """
        from ..export.saving import save

        return save(self, path, **options)

    def on_screen(self) -> tuple[Graph, dict[str, Any]]:
        """The graph, and the options with which :func:`nnsight_graphwidget.save` draws what is on the screen."""
        names = ("expanded", "hidden_kinds", "steps", "positions", "arrangement", "title")
        shown: dict[str, Any] = {name: getattr(self, name) for name in names}
        if self.theme != "auto":
            shown["theme"] = self.theme
        if self.only:
            shown["only"] = self.only
        return self.graph, shown

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        from .still import with_picture

        return with_picture(super()._repr_mimebundle_(**kwargs), *self.on_screen())

    def add_graph_from_json(self, *_: Any, **__: Any) -> None:
        """Not for this widget, whose graph is an intervention's."""
        raise NotImplementedError(
            "a GraphWidget shows the graph it was made with; make another with show(obj), "
            "or a stock CytoscapeWidget with to_ipycytoscape(obj)"
        )

    add_graph_from_networkx = add_graph_from_df = add_graph_from_neo4j = add_graph_from_json

    def _known(self, id_: str) -> str:
        if id_ not in self._parents():
            raise ValueError(f"no node or sub-graph has the id {id_!r}{_close(id_, self._parents())}")
        return id_

    def _group(self, id_: str) -> str:
        groups = [group.id for group in self.graph.groups]
        if id_ not in groups:
            raise ValueError(f"no sub-graph has the id {id_!r}{_close(id_, groups)}")
        return id_

    def _parents(self) -> dict[str, str | None]:
        groups = {group.id: group.parent for group in self.graph.groups}
        return {**groups, **{node.id: node.parent for node in self.graph.nodes}}

    def _around(self, id_: str) -> list[str]:
        """The sub-graphs around a node or sub-graph, outermost first."""
        parents = self._parents()
        path: list[str] = []
        parent = parents[id_]
        while parent is not None:
            path.append(parent)
            parent = parents[parent]
        return path[::-1]

    def _levels(self, root: str | None) -> dict[str, int]:
        """Sub-graph → its level in and below ``root``, from 1."""
        levels: dict[str, int] = {}
        for group in self.graph.groups:
            if group.id == root or (root is None and group.parent is None):
                levels[group.id] = 1
            elif group.parent in levels:
                # A pass is no level of its own: the view shows it as what its loop holds.
                levels[group.id] = levels[group.parent] + (group.kind != "Iteration")
        return levels

    def _open_around(self, ids: Iterable[str]) -> None:
        """Open what hides these, and go to their pass of every loop that is shown one pass at a time."""
        hiding = dict.fromkeys(outer for id_ in ids for outer in self._around(id_))
        passes = [group for group in self.graph.groups if group.kind == "Iteration" and group.id in hiding]
        shown = {p.parent: p.index or 0 for p in reversed(passes) if p.parent and self.steps.get(p.parent) != "all"}
        self.expanded = list(dict.fromkeys([*self.expanded, *hiding]))
        self.steps = {**self.steps, **shown}


def show(obj: Any, **options: Any) -> GraphWidget:
    """A live graph of ``obj``, to be the last line of a cell.

    Arguments:
        obj: anything that :func:`read` takes.
        options: of :class:`GraphWidget`.
    """
    return GraphWidget(obj, **options)


def initial_expansion(graph: Graph, hidden_kinds: Container[str] = ("Value",)) -> list[str]:
    """Ids of the sub-graphs that are open at first: the outermost, if few boxes are seen then."""
    inside: dict[str | None, list[Node | Group]] = {}
    items: list[Node | Group] = [*graph.groups, *graph.nodes]
    for item in items:
        if item.kind not in hidden_kinds:
            inside.setdefault(item.parent, []).append(item)
    roots = inside.get(None, [])
    visible = len(roots)
    for root in roots:
        for child in inside.get(root.id, []):
            if not (isinstance(child, Group) and child.kind == "Iteration"):
                visible += 1
            elif not child.index:  # a loop shows what is in its first pass
                visible += len(inside.get(child.id, []))
    return [root.id for root in roots if isinstance(root, Group)] if visible <= _SMALL else []


def _alone() -> bool:
    """Whether a widget cannot refer to another one: marimo shows each by itself."""
    marimo = sys.modules.get("marimo")
    return marimo is not None and bool(marimo.running_in_notebook())


def _read(obj: Any) -> Graph:
    if isinstance(obj, Graph):
        return obj
    from ..reading import read

    return read(obj)


def _close(name: str, names: Iterable[str]) -> str:
    """The end of an error message about ``name``: what was perhaps meant."""
    names = list(names)
    tails = {other.rpartition("/")[2]: other for other in names}
    close = [
        *difflib.get_close_matches(name, names, 3, 0.5),
        *(tails[m] for m in difflib.get_close_matches(name, tails, 3, 0.5)),
    ]
    if close:
        return f"; close to it: {', '.join(repr(match) for match in dict.fromkeys(close[:4]))}"
    return f"; there are {len(names)}, such as {', '.join(repr(other) for other in names[:3])}" if names else "; there is none"
