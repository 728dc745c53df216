"""The live graph in the notebook: traits that carry its state, and thin methods over them.

The widget *is* an ``ipycytoscape.CytoscapeWidget`` (its events, ``set_style`` and ``set_layout`` work), with our own front end
(an anywidget ES module) and our own transport: the whole graph is one list in one trait, where the stock widget opens one
comm per node and loses messages from about a thousand on.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets as t
from ipywidgets import Widget, widget_serialization

from ..export.saving import save
from ..graph import Graph, plain
from ..graph.elements import to_elements
from ..graph.kinds import behaves
from ..graph.outline import heading
from ..graph.questions import Index, open_at_first
from ..reading import read
from ..view import SaveOptions, ViewOptions, WidgetOptions, known_as, options_of, refuse_unknown, takes
from . import cell
from .carried_state import carry_over
from .cytoscape import Cytoscape
from .still import with_picture
from .traits import ViewTraits

if TYPE_CHECKING:
    from typing_extensions import Unpack

_STATIC = Path(__file__).parent.parent / "static"


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


@takes(WidgetOptions)
class GraphWidget(anywidget.AnyWidget, ViewTraits, Cytoscape):  # type: ignore[misc]
    """A live intervention graph.

    Arguments:
        obj: anything that :func:`read` takes: a recording, a recorded tracer or session, a :class:`Graph`, a saved ``.json``.
        {options}

    Raises:
        UnreadableError: naming the type of ``obj``, if it cannot be read.
        OptionError: for an option, an id or a kind that there is not; the message names those that are close.

    Every option is a trait that is synced both ways, to read, set, ``observe`` or ``jslink``. It is an
    ``ipycytoscape.CytoscapeWidget``, too: ``on(type, event, callback)``, ``set_style``, ``set_layout`` and ``relayout`` work.
    """

    # As text: of a file, anywidget keeps every widget alive to tell it when the file changes.
    _esm = (_STATIC / "loader.js").read_text("utf-8")
    bundle = t.Instance(_Bundle, allow_none=True).tag(sync=True, **widget_serialization)

    # Of the traits that the options are, those that the methods below set.
    expanded: list[str]
    selected: list[str]
    steps: dict[str, Any]
    only: list[str]

    #: The run of a cell in which :func:`show` has shown it.
    _shown_in: tuple[Any, ...] | None = None

    #: The graph that is shown. Not synced: the front end gets ``elements``.
    graph = t.Instance(Graph)

    elements: t.List[Any] = t.List(help="The Cytoscape element list of the whole graph.").tag(sync=True, to_json=_packed)
    sources: t.List[Any] = t.List(help="The user's blocks: file, line, text.").tag(sync=True)
    about: t.Dict[str, Any] = t.Dict(help="The graph's own ``about``: nnsight, complete, reason, warnings.").tag(sync=True)

    @takes(WidgetOptions)
    def __init__(self, obj: Any, **options: Unpack[WidgetOptions]) -> None:
        listed = options_of(WidgetOptions)
        refuse_unknown([name for name in options if not self.has_trait(name)], list(listed), "a GraphWidget")
        traits: dict[str, Any] = {name: value for name, value in options.items() if value is not None or name not in listed}
        if _alone():
            traits["_esm"] = (_STATIC / "widget.js").read_text("utf-8")
        else:
            traits["bundle"] = _Bundle.shared()
        graph = self.graph = read(obj)
        self._index = Index(graph)
        for name in traits.keys() & listed.keys():
            traits[name] = listed[name][1].checked(name, traits[name], self._index.known)
        expanded = traits.pop("expanded", "auto")
        # Before the comm opens: whatever is set after that is one more message.
        carried = carry_over(self, traits if expanded == "auto" else {*traits, "expanded"})
        if not isinstance(expanded, str):
            self.expanded = expanded
        elif expanded != "auto":
            self.expand(expanded)
        elif not carried:
            self.expanded = open_at_first(graph, {"hidden_kinds": self.hidden_kinds, **traits}["hidden_kinds"])
            self._open_around(node.id for node in graph.nodes if node.status == "failed")  # whatever else, one sees that
        super().__init__(
            elements=to_elements(graph),
            sources=[plain(source) for source in graph.sources],
            about=graph.about,
            **{"title": graph.title, **traits},
        )

    @t.validate(*options_of(WidgetOptions))
    def _check(self, proposal: Any) -> Any:
        """What a trait was set to, after the check of the option of its name."""
        name = proposal["trait"].name
        return options_of(WidgetOptions)[name][1].checked(name, proposal["value"], self._index.known)

    def expand(self, id: str = "all", *, depth: int | None = None, only: bool = False) -> None:
        """Open a sub-graph, and those around it so that it is seen.

        Arguments:
            id: of a sub-graph, or ``"all"``.
            depth: how many levels to open below and including it; None: one for a sub-graph, every level for ``"all"``.
            only: close every sub-graph that is not around it.

        Raises:
            OptionError: if no sub-graph has this id; the message names those that are close.
        """
        if id == "all":
            opened = {group: None for group, level in self._index.levels(None).items() if depth is None or level <= depth}
        else:
            id = self._group(id)
            opened = {group: None for group, level in self._index.levels(id).items() if level <= (depth or 1)}
            opened = {**dict.fromkeys(self._index.around(id)), **opened}
        self.expanded = list(opened if only else {**dict.fromkeys(self.expanded), **opened})

    def collapse(self, id: str = "all") -> None:
        """Close a sub-graph, or with ``"all"`` every one; in a loop that shows one pass it is closed in every pass.

        Raises:
            OptionError: if no sub-graph has this id; the message names those that are close.
        """
        if id == "all":
            self.expanded = []
        else:
            id = self._group(id)
            self.expanded = self._index.closed(self.expanded, self.steps, id)

    def select(self, *ids: str) -> None:
        """Select nodes or sub-graphs, opening whatever hides them; with no argument select nothing.

        Raises:
            OptionError: if nothing has such an id; the message names those that are close.
        """
        whole = [self._known(id_) for id_ in ids]
        self._open_around(whole)
        self.selected = whole

    def slice(self, *ids: str, values_only: bool = False) -> None:
        """Show only what these nodes depend on, themselves included, and open what hides it; with no argument show all again.

        Arguments:
            values_only: whether to leave out the writes that reach a read through the model.

        Raises:
            OptionError: if nothing has such an id; the message names those that are close.
        """
        with self.hold_sync():  # one message, one drawing
            self.only = self._index.feeding([self._known(id_) for id_ in ids], values_only)
            self._open_around(self.only)

    @takes(SaveOptions)
    def save(self, path: str | Path, **options: Unpack[SaveOptions]) -> Path:
        """Write the graph as it is on the screen: what is open, hidden, dragged and shown of loops, a slice, the title and the
        theme; always in the layered layout or in lanes, whatever ``set_layout`` asked for.

        Arguments:
            path: its suffix chooses the format, see :func:`nnsight_graphwidget.save`.
            {options}

        Each option wins over what is on the screen.

        Returns:
            The path written.
        """
        return save(self, path, **options)

    def on_screen(self) -> tuple[Graph, dict[str, Any]]:
        """The graph, and the options with which :func:`nnsight_graphwidget.save` draws what is on the screen."""
        shown = {name: getattr(self, name) for name in options_of(ViewOptions)}
        if not self.only:
            del shown["only"]
        return self.graph, shown

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        cell.shown.append(self.graph)
        return with_picture(super()._repr_mimebundle_(**kwargs), *self.on_screen(), picture=not self.collapsed)

    @property
    def _ipython_display_(self) -> Any:
        """Of a widget that :func:`show` has shown in this cell, the last line shows nothing: that would be twice."""
        again = self._shown_in is not None and self._shown_in == cell.run() and cell.is_last_line()
        return _nothing if again else None

    def _known(self, id_: str) -> str:
        return known_as(id_, "items", self._index.known)

    def _group(self, id_: str) -> str:
        return known_as(id_, "groups", self._index.known)

    def _open_around(self, ids: Iterable[str]) -> None:
        """Open what hides these, and go to their pass of every loop that is shown one pass at a time."""
        hiding = dict.fromkeys(outer for id_ in ids for outer in self._index.around(id_))
        passes = [group for group in self.graph.groups if behaves(group.kind, "pass") and group.id in hiding]
        shown = {p.parent: p.index or 0 for p in reversed(passes) if p.parent and self.steps.get(p.parent) != "all"}
        self.expanded = list(dict.fromkeys([*self.expanded, *hiding]))
        self.steps = {**self.steps, **shown}


@takes(WidgetOptions)
def show(obj: Any, **options: Unpack[WidgetOptions]) -> GraphWidget:
    """Show a live graph of ``obj`` here and now: in a loop, before a ``print``, as the last line of a cell, once.

    Arguments:
        obj: anything that :func:`read` takes.
        {options}

    Returns:
        The widget. To put one elsewhere, in a box with others, make a :class:`GraphWidget` instead, which shows itself as the
        last line of a cell or by ``display()``. In marimo the widget has to be what its cell ends with.
    """
    widget = GraphWidget(obj, **options)
    if cell.shell() is not None:
        from IPython.display import display

        display(widget)
        widget._shown_in = cell.run()
    elif not _alone():
        print(
            f"{heading(widget.graph)}; there is no notebook to show it in: save(obj, 'graph.html') makes a page",
            file=sys.stderr,
        )
    return widget


def _nothing() -> None:
    """Show nothing."""


def mime_bundle(obj: Any, include: Any = None, exclude: Any = None) -> Any:
    """What a cell shows of a graph or a recording: the mime bundle of a new widget.

    Arguments:
        obj: anything that :func:`read` takes.
        include, exclude: mime types, as IPython's ``_repr_mimebundle_`` has them.
    """
    return GraphWidget(obj)._repr_mimebundle_(include=include, exclude=exclude)


def _alone() -> bool:
    """Whether a widget cannot refer to another one: marimo shows each by itself."""
    marimo = sys.modules.get("marimo")
    return marimo is not None and bool(marimo.running_in_notebook())
