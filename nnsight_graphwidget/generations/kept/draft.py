"""What the graphs of nnsight 0.3 and 0.4 share: nodes with a target (a protocol or a function) and arguments, made into ours.

Nothing here does anything to a proxy or calls a torch function: while a block is open, that adds nodes to the user's graph.
"""

from __future__ import annotations

import ast
import functools
import linecache
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from inspect import Parameter
from typing import Any
from weakref import WeakKeyDictionary

from ...errors import IncompleteGraphWarning
from ...graph import Edge, Graph, Group, IdMaker, Node, Source, edge_kind
from ...graph.kinds import legend
from ...recording.describe import describe, is_tensor, short

#: Names of the positional arguments of protocols; ``.vis`` called the second and third of a read ``batch_size`` and
#: ``batch_start`` in 0.3, which they are not.
ARGUMENT_NAMES = {
    "ApplyModuleProtocol": ("module_path",),
    "BridgeProtocol": ("graph_id", "node"),
    "InterventionProtocol": ("module_path", "batch_group", "call_iter"),
    "ParameterProtocol": ("module_path", "key"),
}
LABELS = {
    "BridgeProtocol": "bridge",
    "EarlyStopProtocol": "stop",
    "LockProtocol": "save",
    "StopProtocol": "stop",
    "UpdateProtocol": "update",
    "ValueProtocol": "item",
    "VariableProtocol": "item",
}

#: Where the user's code made a node: (file, line). Filled while installed; 0.4 knows it too when its ``debug`` is on.
PLACES: WeakKeyDictionary[Any, tuple[str, int]] = WeakKeyDictionary()

#: What a context held when its block ended, which is when nnsight throws its graph away. Filled while installed.
KEPT: WeakKeyDictionary[Any, Graph] = WeakKeyDictionary()

#: nnsight marks "no value" with this class, ``inspect._empty``.
EMPTY = Parameter.empty

_SHOWN_ITEMS = 6
_SHOWN_CHARACTERS = 60


class Builder:
    """A graph under way: groups and nodes are added in order, and then arguments become edges.

    Arguments:
        node_class, proxy_class: nnsight's own, to find nodes among arguments.
        value_of: the real or fake value of a node, or :data:`EMPTY`.
        join: the node whose value another node only carries over a sub-graph's boundary, or the node itself.
    """

    def __init__(
        self,
        node_class: type,
        proxy_class: type,
        value_of: Callable[[Any], Any],
        join: Callable[[Any], Any] = lambda node: node,
    ) -> None:
        self._node_class, self._proxy_class = node_class, proxy_class
        self._value_of, self._join = value_of, join
        self._make = IdMaker()
        self._groups: dict[str, Group] = {}
        self._drawn: list[tuple[Any, Node, list[tuple[str, Any]]]] = []
        self._labels: dict[int, str] = {}
        self._fed: dict[str, list[tuple[str, Any, str]]] = {}
        self._order: list[tuple[str, str]] = []
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []
        self.ids: dict[int, str] = {}  # id() of an nnsight node or context → our id

    def group(self, kind: str, label: str, parent: str | None, of: Any = None, **fields: Any) -> str:
        """Opens a sub-graph; ``of`` is the node or context that is one in nnsight."""
        file, line, text = _place(of)
        variable = _bound(text)
        if variable is not None and kind in ("Tracer", "Session", "Generator"):
            label = variable
        id_ = self._make(parent, label.partition(" ")[0] if line is not None else kind, line)
        self._groups[id_] = Group(
            id_, kind, label, parent, None, variable, file, line, text=text, order=len(self._order), **fields
        )
        self._order.append(("group", id_))
        if of is not None:
            self.ids[id(of)] = id_
        return id_

    def feed(self, group: str, name: str, value: Any, kind: str = "argument") -> None:
        """Gives a sub-graph an input."""
        self._fed.setdefault(group, []).append((name, value, kind))

    def node(
        self, node: Any, parent: str | None, label: str | None = None, arguments: list[tuple[str, Any]] | None = None
    ) -> str:
        """Adds one of nnsight's nodes; a label or arguments given here win over its own."""
        kind = kind_of(node.target)
        label = self._labels[id(node)] = label or self._label(node, kind)
        file, line, text = _place(node)
        id_ = self._make(parent, label, line)
        drawn = Node(id_, kind, label, parent, _name_of(node.target), file=file, line=line, text=text, order=len(self._order))
        if kind in ("LockProtocol", "ValueProtocol", "VariableProtocol"):
            drawn = replace(drawn, variable=_bound(text))
        drawn = replace(drawn, **self._looks(self._value_of(node)))
        self._drawn.append((node, drawn, self._arguments(node, kind) if arguments is None else arguments))
        self._order.append(("node", id_))
        self.ids[id(node)] = id_
        return id_

    def graph(self, title: str, version: str | None) -> Graph:
        """Everything added so far, with arguments as edges."""
        drawn = {entry[1].id: entry for entry in self._drawn}
        for what, id_ in self._order:
            slug = id_.rpartition("/")[2]
            if what == "group":
                group, given = self._groups[id_], _given(self._groups[id_].text)
                for name, value, kind in self._fed.get(id_, ()):
                    label = next(given, None) if name == "input" else None
                    self._argument(id_, group.parent, name, value, kind, f"{slug}.{name}", label)
                continue
            old, node, arguments = drawn[id_]
            for name, value in arguments:
                self._argument(id_, node.parent, name, value, "data", f"{slug}.{name}")
            if node.kind == "InterventionProtocol":
                iteration = old.args[2] if len(old.args) > 2 and type(old.args[2]) is int else None
                node = replace(node, target=f"model{old.args[0]}", iteration=iteration)
            texts = tuple((name, self.text(value)) for name, value in arguments)
            self._nodes.append(replace(node, arguments=texts, changes=self._changes(old, node.kind)))
        items: list[Node | Group] = [*self._nodes, *self._groups.values()]
        parents = {item.id: item.parent for item in items}
        return Graph(
            tuple(replace(node, order=order) for order, node in enumerate(self._nodes)),
            tuple(self._groups.values()),
            tuple(
                replace(edge, kind=edge_kind(self._groups, parents[edge.source], parents[edge.target]))
                if edge.kind == "data"
                else edge
                for edge in self._edges
            ),
            tuple(_sources(items)),
            title=title,
            nnsight=version,
        )

    def with_values(self, graph: Graph) -> Graph:
        """The graph with what the run left in its nodes: the values saved."""
        looks = {node.id: self._looks(self._value_of(old)) for old, node, _ in self._drawn}
        return replace(graph, nodes=tuple(replace(node, **looks.get(node.id, {})) for node in graph.nodes))

    def nodes_in(self, value: Any) -> Iterator[Any]:
        """nnsight's nodes in ``value``, at any depth, in order and as often as they are there."""
        if isinstance(value, self._node_class):
            yield value
        elif isinstance(value, self._proxy_class):
            yield object.__getattribute__(value, "__dict__")["node"]
        elif type(value) in (list, tuple, set, frozenset):
            for item in value:
                yield from self.nodes_in(item)
        elif isinstance(value, dict):
            for item in dict.values(value):
                yield from self.nodes_in(item)
        elif isinstance(value, slice):
            yield from self.nodes_in((value.start, value.stop, value.step))

    def text(self, value: Any) -> str:
        """Short, single-line text of an argument; no code of the user's runs, and no iterator is consumed."""
        node = next(self.nodes_in(value), None) if isinstance(value, (self._node_class, self._proxy_class)) else None
        if node is not None:
            node = self._join(node)
            return self._labels.get(id(node)) or self._label(node, kind_of(node.target))
        if isinstance(value, slice):
            ends = ["" if end is None else self.text(end) for end in (value.start, value.stop)]
            return ":".join(ends if value.step is None else [*ends, self.text(value.step)])
        if type(value) in (list, tuple, set, frozenset):
            opening, closing = "[]" if type(value) is list else "()" if type(value) is tuple else "{}"
            items = [self.text(item) for _, item in zip(range(_SHOWN_ITEMS), value)]
            inside = ", ".join([*items, *_more(len(value))]) + ("," if type(value) is tuple and len(value) == 1 else "")
            return _cut(f"{opening}{inside}{closing}")
        if isinstance(value, dict):
            pairs = [f"{self.text(key)}: {self.text(item)}" for _, (key, item) in zip(range(_SHOWN_ITEMS), dict.items(value))]
            return _cut("{" + ", ".join([*pairs, *_more(len(value))]) + "}")
        return short(value)

    def _argument(
        self, id_: str, parent: str | None, name: str, value: Any, kind: str, slug: str, label: str | None = None
    ) -> None:
        """One argument of a node or sub-graph: an edge from each node in it, and a box for what is literal.

        Arguments:
            label: the name that a tensor has in the user's code, when it is known.
        """
        if not isinstance(value, (self._node_class, self._proxy_class)):
            box = Node(self._make(parent, slug), "Value", self.text(value), parent, value=self.text(value))
            if is_tensor(value):
                box = replace(box, kind="Input", label=label or box.label, variable=label, value=None)
            self._nodes.append(replace(box, **self._looks(value)))
            self._edge(box.id, id_, "argument", name)
        for node in self.nodes_in(value):
            source = self._join(node)
            source_id = self.ids.get(id(source)) or self._outside(source, parent)
            self._edge(source_id, id_, kind, name)

    def _edge(self, source: str, target: str, kind: str, label: str | None) -> None:
        self._edges.append(Edge(f"e{len(self._edges)}", source, target, kind, label))

    def _outside(self, node: Any, parent: str | None) -> str:
        """A box for a node of a sub-graph that is not in this graph."""
        label = self._label(node, kind_of(node.target))
        box = Node(self._make(parent, f"outside.{label}"), "BridgeProtocol", label, parent, _name_of(node.target))
        self._nodes.append(replace(box, **self._looks(self._value_of(node))))
        self.ids[id(node)] = box.id
        return box.id

    def _arguments(self, node: Any, kind: str) -> list[tuple[str, Any]]:
        names = ARGUMENT_NAMES.get(kind, ())
        positional = [(names[index] if index < len(names) else str(index), value) for index, value in enumerate(node.args)]
        return [*positional, *((str(name), value) for name, value in node.kwargs.items())]

    def _label(self, node: Any, kind: str) -> str:
        if kind == "InterventionProtocol":
            return str(node.args[0]).lstrip(".")
        if kind == "ParameterProtocol":
            return f"{node.args[0]}.{node.args[1]}".lstrip(".")
        if kind == "ApplyModuleProtocol":
            return str(node.args[0]).lstrip(".")
        if kind in ("GradProtocol", "SwapProtocol") and node.args and self._is_node(node.args[0]):
            label = self._label(node.args[0], kind_of(node.args[0].target))
            return f"{label}.grad" if kind == "GradProtocol" else label
        if kind in LABELS:
            return LABELS[kind]
        name = _name_of(node.target).rpartition(".")[2]
        if name == "fetch_attr" and len(node.args) > 1 and isinstance(node.args[1], str):
            return f".{node.args[1]}"
        if name in ("call", "proxy_call") and node.args and self._is_node(node.args[0]):
            called = node.args[0]
            if _name_of(called.target).endswith("fetch_attr"):
                return str(called.args[1])
        return name

    def _looks(self, value: Any) -> dict[str, Any]:
        """The fields of a node that its value fills."""
        if value is EMPTY or value is None:
            return {}
        found = describe(value)
        looks = {"shape": found.shape, "dtype": found.dtype, "device": found.device, "requires_grad": found.requires_grad}
        return looks if is_tensor(value) else {**looks, "value": self.text(value)}

    def _changes(self, node: Any, kind: str) -> bool:
        """Whether the node changes what the model computes: a swap, a stop, or an item set in a value of the model."""
        if kind in ("SwapProtocol", "EarlyStopProtocol", "StopProtocol"):
            return True
        if _name_of(node.target).rpartition(".")[2] not in ("setitem", "setattr"):
            return False
        changed: Any = next(iter(node.args), None)
        while self._is_node(changed) and _name_of(changed.target).endswith("getitem"):
            changed = changed.args[0]
        return self._is_node(changed) and kind_of(changed.target) in ("InterventionProtocol", "GradProtocol")

    def _is_node(self, value: Any) -> bool:
        return isinstance(value, self._node_class)


class Keeper:
    """Keeps the graph of every context whose block ends, and the values that its run left.

    Arguments:
        draw: the graph of a context that is still alive, and its builder.
        outermost: whether the end of a context's block runs it and everything in it.
    """

    def __init__(self, draw: Callable[[Any], tuple[Graph, Builder]], outermost: Callable[[Any], bool]) -> None:
        self._draw, self._outermost = draw, outermost
        self._ended: list[tuple[Any, Graph, Builder]] = []

    def exit(self, original: Any) -> Any:
        """A context's ``__exit__`` that keeps its graph first."""

        # nnsight 0.4 looks for the user's frame past those with a local ``self`` that is a context, so it must be called this.
        @functools.wraps(original)
        def __exit__(self: Any, exc_type: Any, exc_value: Any, traceback: Any) -> Any:
            keeper.keep(self)
            try:
                return original(self, exc_type, exc_value, traceback)
            finally:
                keeper.ran(self)

        keeper = self
        return __exit__

    def keep(self, context: Any) -> None:
        try:
            graph, builder = self._draw(context)
        except Exception as error:
            # The user's run goes on whatever happens to its picture.
            warnings.warn(f"the graph is not kept: {type(error).__name__}: {error}", IncompleteGraphWarning, stacklevel=4)
            return
        KEPT[context] = graph
        self._ended.append((context, graph, builder))

    def ran(self, context: Any) -> None:
        if self._outermost(context):
            for ended, graph, builder in self._ended:
                KEPT[ended] = builder.with_values(graph)
            self._ended.clear()


def enter(original: Any) -> Any:
    """A context's ``__enter__`` that notes where it is."""

    @functools.wraps(original)
    def __enter__(self: Any) -> Any:
        note_place(self)
        return original(self)

    return __enter__


def add(original: Any) -> Any:
    """A graph's ``add`` that notes where its node was made."""

    @functools.wraps(original)
    def add(self: Any, node: Any) -> Any:
        note_place(node)
        return original(self, node)

    return add


def libraries() -> tuple[str, ...]:
    """Folders whose lines are not the user's."""
    return tuple(sys.modules[name].__path__[0] for name in ("nnsight", "torch", "nnsight_graphwidget"))


def note_place(thing: Any) -> None:
    """Notes the user's line that a node or context comes from: the innermost that is not a library's."""
    skipped, frame = libraries(), sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(skipped):
        frame = frame.f_back
    PLACES[thing] = (frame.f_code.co_filename, frame.f_lineno)


def kind_of(target: Any) -> str:
    """The legend's kind for the target of a node: its protocol, or ``Operation`` for a function."""
    if isinstance(target, type) and any(cls.__name__ == "Protocol" for cls in target.__mro__):
        return next((cls.__name__ for cls in target.__mro__ if cls.__name__ in legend()), "Operation")
    return "Operation"


def invokes(builder: Builder, nodes: Iterable[Any]) -> dict[int, int]:
    """Which invoke a node is in, by ``id()``: that of the latest read that its value comes from; no entry if there is none."""
    found: dict[int, int] = {}
    for node in nodes:
        if kind_of(node.target) == "InterventionProtocol":
            if type(node.args[1]) is int and node.args[1] >= 0:
                found[id(node)] = node.args[1]
        else:
            uses = [found[id(used)] for used in builder.nodes_in((list(node.args), node.kwargs)) if id(used) in found]
            if uses:
                found[id(node)] = max(uses)
    return found


def _place(thing: Any) -> tuple[str | None, int | None, str | None]:
    """File, line and text of the line that made a node or context, when known."""
    place = None if thing is None else PLACES.get(thing)
    if place is None:
        return None, None, None
    return place[0], place[1], linecache.getline(*place).strip() or None


def _bound(text: str | None) -> str | None:
    """The name that a line binds: ``name = value.save()``, or ``with … as name:``."""
    try:
        statement = ast.parse(f"{text} pass" if text and text.endswith(":") else text or "").body[:1]
    except SyntaxError:  # one line of a longer statement
        return None
    target: ast.expr | None = None
    for found in statement:
        if isinstance(found, ast.With):
            target = found.items[0].optional_vars
        elif isinstance(found, ast.Assign) and isinstance(found.value, ast.Call):
            called = found.value.func
            target = found.targets[0] if isinstance(called, ast.Attribute) and called.attr == "save" else None
    if isinstance(target, ast.Tuple) and target.elts:
        target = target.elts[0]
    return target.id if isinstance(target, ast.Name) else None


def _given(text: str | None) -> Iterator[str | None]:
    """The names of what a ``with`` statement's call is given, in order; None for what is no plain name."""
    try:
        statement = ast.parse(f"{text} pass").body[0] if text and text.startswith("with ") else None
    except SyntaxError:  # a header of several lines
        return
    if isinstance(statement, ast.With) and isinstance(statement.items[0].context_expr, ast.Call):
        for argument in statement.items[0].context_expr.args:
            yield argument.id if isinstance(argument, ast.Name) else None


def _sources(items: Iterable[Node | Group]) -> Iterator[Source]:
    """What the user wrote, from the first line to the last, for each file."""
    lines: dict[str, list[int]] = {}
    for item in items:
        if item.file is not None and item.line is not None:
            lines.setdefault(item.file, []).append(item.line)
    for file, numbers in lines.items():
        text = "".join(linecache.getlines(file)[min(numbers) - 1 : max(numbers)])
        if text:
            yield Source(file, min(numbers), text)


def _name_of(target: Any) -> str:
    """Full name of what a node runs; not every callable has a ``__name__``, and a user's may raise."""
    if isinstance(target, str):
        return target
    named = target if isinstance(target, type) or type(target).__module__ == "builtins" else None
    if named is None:
        named = target if type(target).__name__ in ("function", "method") else type(target)
    name = getattr(named, "__qualname__", type(target).__name__)
    module = getattr(named, "__module__", None)
    return f"{module.lstrip('_')}.{name}" if isinstance(module, str) else str(name)


def _more(count: int) -> list[str]:
    return [f"… +{count - _SHOWN_ITEMS:,} more"] if count > _SHOWN_ITEMS else []


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
