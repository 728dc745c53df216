"""What the graphs of nnsight 0.3 and 0.4 share: nodes with a target (a protocol or a function) and arguments, made into ours.

Nothing here does anything to a proxy or calls a torch function: while a block is open, that adds nodes to the user's graph.
"""

from __future__ import annotations

import ast
import functools
import linecache
import os
import sys
import sysconfig
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from inspect import Parameter
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from ...errors import IncompleteGraphWarning
from ...graph import Edge, Graph, Group, IdMaker, Node, Source, edge_kind
from ...graph.kinds import legend
from ...graph.part import part
from ...recording.describe import describe, is_tensor, short
from .reach import with_reach

#: (file, line)
Place = tuple[str, int]


class Invoke(NamedTuple):
    """An invoke: which of its tracer's, where it was opened, and what it was given."""

    number: int
    place: Place | None
    given: Any


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

#: Where the user's code made a node, or opened a context. Filled while installed; 0.4 knows it of nodes itself when its
#: ``debug`` is on.
PLACES: WeakKeyDictionary[Any, Place] = WeakKeyDictionary()

#: The invoke that was open when a node was made, or None if none was. Filled while installed.
INVOKED: WeakKeyDictionary[Any, Invoke | None] = WeakKeyDictionary()

#: What each invoke of a tracer (in 0.4, of its sub-graph) was given, before nnsight made a batch of it. Filled while installed.
GIVEN: WeakKeyDictionary[Any, list[Any]] = WeakKeyDictionary()

#: What a context held when its block ended, with what its run left: nnsight throws its graph away then. Filled while installed.
KEPT: WeakKeyDictionary[Any, Graph] = WeakKeyDictionary()

#: The lists that take the graph of each outermost context that is run.
WATCHING: list[list[Graph]] = []

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
        self.names: dict[str, tuple[int, str]] = {}  # our id → that of the graph, and the node's name in it, where it has one

    def group(self, kind: str, label: str, parent: str | None, of: Any = None, at: Place | None = None, **fields: Any) -> str:
        """Opens a sub-graph; ``of`` is the node or context that is one in nnsight, ``at`` its place if that is not noted."""
        file, line, text = _place(of, at)
        variable = _bound(file, line) if isinstance(_statement(file, line), (ast.With, ast.For)) else None
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
            drawn = replace(drawn, variable=_bound(file, line))
        drawn = replace(drawn, **self._looks(self._worth(node, kind)))
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
                group = self._groups[id_]
                given = _given(group.file, group.line)
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
        graph = Graph(
            tuple(replace(node, order=order) for order, node in enumerate(self._nodes)),
            tuple(self._groups.values()),
            tuple(
                replace(edge, kind=edge_kind(self._groups, parents[edge.source], parents[edge.target]))
                if edge.kind == "data"
                else edge
                for edge in self._edges
            ),
            tuple(sources(items)),
            title=title,
            nnsight=version,
        )
        return with_reach(graph)

    def with_values(self, graph: Graph) -> Graph:
        """The graph with what the run left in its nodes: the values saved."""
        looks = {node.id: self._looks(self._worth(old, node.kind)) for old, node, _ in self._drawn}
        return replace(graph, nodes=tuple(replace(node, **looks.get(node.id, {})) for node in graph.nodes))

    def find(self, is_it: Callable[[Any, str], bool]) -> str | None:
        """Our id of the first of nnsight's nodes that is the one, told by the node and our id."""
        return next((drawn.id for node, drawn, _ in self._drawn if is_it(node, drawn.id)), None)

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
            step = node.args[2] if len(node.args) > 2 and type(node.args[2]) is int else 0
            return str(node.args[0]).lstrip(".") + (f" (step {step})" if step > 0 else "")
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

    def _worth(self, node: Any, kind: str) -> Any:
        """The value of a node; of a swap, what it puts there, for nnsight gives it a mere True."""
        if kind != "SwapProtocol" or len(node.args) < 2:
            return self._value_of(node)
        given = next(self.nodes_in(node.args[1]), None)
        return node.args[1] if given is None else self._value_of(given)

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
    """Keeps the graph of every context whose block ends, the values that its run left, and where it failed.

    Arguments:
        draw: the graph of a context that is still alive, and its builder.
        outermost: whether the end of a context's block runs it and everything in it.
        failing: the id of the node that an error of a run is from, if it says so, and its message.
        inside: what has no graph of its own, by the node that it is in another's.
    """

    def __init__(
        self,
        draw: Callable[[Any], tuple[Graph, Builder]],
        outermost: Callable[[Any], bool],
        failing: Callable[[BaseException, Builder], tuple[str | None, str]],
        inside: Mapping[Any, Any],
    ) -> None:
        self._draw, self._outermost, self._failing, self._inside = draw, outermost, failing, inside
        self._ended: list[tuple[Any, Graph, Builder]] = []

    def exit(self, original: Any) -> Any:
        """A context's ``__exit__`` that keeps its graph first."""

        # nnsight 0.4 looks for the user's frame past those with a local ``self`` that is a context, so it must be called this.
        @functools.wraps(original)
        def __exit__(self: Any, exc_type: Any, exc_value: Any, traceback: Any) -> Any:
            outermost = keeper.keep(self)
            failure: BaseException | None = None
            try:
                return original(self, exc_type, exc_value, traceback)
            except BaseException as error:
                failure = error
                raise
            finally:
                if outermost:
                    keeper.ran(failure)

        keeper = self
        return __exit__

    def keep(self, context: Any) -> bool:
        """Keep a context's graph as its block made it; whether what is run next is all that was kept since."""
        try:
            self._ended.append((context, *self._draw(context)))
            return self._outermost(context)
        except Exception as error:
            # The user's run goes on whatever happens to its picture.
            warnings.warn(f"the graph is not kept: {type(error).__name__}: {error}", IncompleteGraphWarning, stacklevel=4)
            self._ended.clear()
            return False

    def ran(self, failure: BaseException | None) -> None:
        """Note what a run left in the graphs that it was of."""
        for context, graph, builder in self._ended:
            graph = builder.with_values(graph)
            KEPT[context] = graph = graph if failure is None else _failed(graph, *self._failing(failure, builder))
            for inner, node in self._inside.items():
                if id(node) in builder.ids:
                    KEPT[inner] = part(graph, builder.ids[id(node)])
        for watching in WATCHING:
            watching.append(KEPT[self._ended[-1][0]])
        self._ended.clear()


def _failed(graph: Graph, at: str | None, message: str) -> Graph:
    """A graph whose run failed at a node, or, if that is not known, somewhere in it: what needed its value was not reached."""
    if at is None:
        root = next((group.id for group in graph.groups if group.parent is None), None)
        groups = (replace(group, status="failed", error=message) if group.id == root else group for group in graph.groups)
        return replace(graph, groups=tuple(groups))
    users: dict[str, list[str]] = {}
    for edge in graph.edges:
        users.setdefault(edge.source, []).append(edge.target)
    unreached, todo = set(), [at]
    while todo:
        for user in users.get(todo.pop(), ()):
            if user not in unreached:
                unreached.add(user)
                todo.append(user)
    statuses: dict[str, Any] = {id_: {"status": "not reached", "value": None} for id_ in unreached}
    statuses[at] = {"status": "failed", "error": message}
    return replace(graph, nodes=tuple(replace(node, **statuses.get(node.id, {})) for node in graph.nodes))


def enter(original: Any) -> Any:
    """A context's ``__enter__`` that notes where it is."""

    @functools.wraps(original)
    def __enter__(self: Any) -> Any:
        PLACES[self] = place = users_place()
        graph = vars(self).get("graph")
        if type(graph).__name__ == "SubGraph" or hasattr(type(graph), "subset"):
            PLACES[graph] = place  # 0.4's node for the context has the sub-graph, and not the context
        return original(self)

    return __enter__


def add(original: Any) -> Any:
    """A graph's ``add`` that notes where its node was made, and in which invoke."""

    @functools.wraps(original)
    def add(self: Any, node: Any) -> Any:
        PLACES[node] = users_place()
        INVOKED[node] = _open_invokes[-1] if _open_invokes else None
        return original(self, node)

    return add


def invoke_enter(given: Callable[[Any], Any], tracer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """An invoker's ``__enter__``: nodes that are made from now on are in its invoke.

    Arguments:
        given: what an invoker was called with.
        tracer: what :data:`GIVEN` knows its tracer by.
    """

    def make(original: Any) -> Any:
        @functools.wraps(original)
        def __enter__(self: Any) -> Any:
            all_given = GIVEN.setdefault(tracer(self), [])
            all_given.append(given(self))
            invoke = Invoke(len(all_given) - 1, users_place(), all_given[-1])
            result = original(self)
            _open_invokes.append(invoke)
            return result

        return __enter__

    return make


def invoke_exit(original: Any) -> Any:
    """An invoker's ``__exit__``."""

    @functools.wraps(original)
    def __exit__(self: Any, *error: Any) -> Any:
        if _open_invokes:
            _open_invokes.pop()
        return original(self, *error)

    return __exit__


_open_invokes: list[Invoke] = []


@functools.cache
def libraries() -> tuple[str, ...]:
    """Folders whose lines are not the user's: the standard library, and every folder that packages are installed in."""
    folders = {sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib")}
    folders |= {folder for folder in sys.path if next(Path(folder or ".").glob("*.dist-info"), None) is not None}
    own = [sys.modules[name].__path__[0] for name in ("nnsight", "torch", "nnsight_graphwidget")]
    return (*own, *(os.path.join(folder, "") for folder in folders), "<frozen ")


def users_place() -> Place:
    """The user's line that something comes from: the innermost that is not a library's.

    nnsight 0.4 runs the branches and loops of a block statement by statement, each compiled as a file ``<string>``, and has the
    frame of the block, and the statement, in its own frames around it.
    """
    skipped = libraries()
    frame: FrameType | None = sys._getframe(2)
    last = frame
    statement: int | None = None
    while frame is not None:
        last, file = frame, frame.f_code.co_filename
        if file == "<string>":
            statement = frame.f_lineno
        elif not file.startswith(skipped):
            return file, frame.f_lineno
        elif _HACKS in file and isinstance(block := frame.f_locals.get("frame"), FrameType):
            node = frame.f_locals.get("node")
            line = statement or (_header(node) if isinstance(node, ast.stmt) else None)
            if line is None:
                return block.f_code.co_filename, block.f_lineno
            code = block.f_code
            return code.co_filename, line + (0 if code.co_name == "<module>" else code.co_firstlineno - 1)
        frame = frame.f_back
    assert last is not None
    return last.f_code.co_filename, last.f_lineno


_HACKS = os.path.join("nnsight", "tracing", "hacks")


def _header(node: Any) -> int:
    """The line of a branch or loop; nnsight makes an ``if`` of an ``else``, with no line of its own."""
    made = isinstance(node, ast.If) and isinstance(node.test, ast.Constant) and node.test.value is None
    return int(node.body[0].lineno if made else node.lineno)


def kind_of(target: Any) -> str:
    """The legend's kind for the target of a node: its protocol, or ``Operation`` for a function."""
    if isinstance(target, type) and any(cls.__name__ == "Protocol" for cls in target.__mro__):
        return next((cls.__name__ for cls in target.__mro__ if cls.__name__ in legend()), "Operation")
    return "Operation"


def invokes(builder: Builder, nodes: Iterable[Any]) -> dict[int, Invoke]:
    """Which invoke a node is in, by ``id()``: the one that was open when it was made, if that was noted; otherwise that of the
    latest read that its value comes from. No entry if there is none."""
    found: dict[int, Invoke] = {}
    for node in nodes:
        if node in INVOKED:
            invoke = INVOKED[node]
            if invoke is not None:
                found[id(node)] = invoke
        elif kind_of(node.target) == "InterventionProtocol":
            if type(node.args[1]) is int and node.args[1] >= 0:
                found[id(node)] = Invoke(node.args[1], None, None)
        else:
            uses = [found[id(used)] for used in builder.nodes_in((list(node.args), node.kwargs)) if id(used) in found]
            if uses:
                found[id(node)] = max(uses, key=lambda invoke: invoke.number)
    return found


def in_invokes(builder: Builder, nodes: list[Any], parent: str | None) -> Callable[[Any], str | None]:
    """Where each of the nodes of one graph goes: to a sub-graph for its invoke, when there are several."""
    batches = invokes(builder, nodes)
    several = len({invoke.number for invoke in batches.values()}) > 1
    made: dict[int, str] = {}

    def place(node: Any) -> str | None:
        invoke = batches.get(id(node))
        if invoke is None or not several:
            return parent
        if invoke.number not in made:
            prompt = _prompt(invoke.given)
            label = f"invoke {invoke.number}" if prompt is None else f"invoke {prompt}"
            made[invoke.number] = builder.group("Invoke", label, parent, at=invoke.place)
        return made[invoke.number]

    return place


def inputs_of(tracer: Any, prepared: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """What each invoke of a tracer was given, by position and by name: the user's own prompts, where they are known, and not
    the batch that nnsight prepared of them."""
    given = GIVEN.get(tracer, [])
    for index, inputs in enumerate(prepared):
        known = index < len(given) and _prompt(given[index]) is not None
        yield (given[index], {}) if known else inputs


def _prompt(given: Any) -> str | None:
    """Text that an invoke was given."""
    only = given[0] if isinstance(given, tuple) and len(given) == 1 else given
    texts = only if isinstance(only, (list, tuple)) else [only]
    return short(only) if texts and all(type(text) is str for text in texts) else None


def _place(thing: Any, at: Place | None = None) -> tuple[str | None, int | None, str | None]:
    """File, line and text of the line that made a node or context, when known."""
    place = at or (None if thing is None else PLACES.get(thing))
    if place is None:
        return None, None, None
    return place[0], place[1], linecache.getline(*place).strip() or None


@functools.lru_cache(maxsize=4096)
def _statement(file: str | None, line: int | None) -> ast.stmt | None:
    """The innermost statement that a line belongs to; of one that holds others, only its head."""
    found: ast.stmt | None = None
    if file is None or line is None:
        return None
    for node in ast.walk(_parsed("".join(linecache.getlines(file)))):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if isinstance(body, list) and body[0].lineno > node.lineno else node.end_lineno
            if node.lineno <= line <= (last or 0) and (found is None or node.lineno >= found.lineno):
                found = node
    return found


@functools.lru_cache(maxsize=64)
def _parsed(text: str) -> ast.AST:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):  # no Python, or not as it was run
        return ast.Module([], [])


def _bound(file: str | None, line: int | None) -> str | None:
    """The name that a line's statement binds: ``name = value.save()``, or ``with … as name:``, or ``for name in …``."""
    found = _statement(file, line)
    target: ast.expr | None = None
    if isinstance(found, ast.With):
        target = found.items[0].optional_vars
    elif isinstance(found, ast.For):
        target = found.target
    elif isinstance(found, ast.Assign) and isinstance(found.value, ast.Call):
        called = found.value.func
        target = found.targets[0] if isinstance(called, ast.Attribute) and called.attr == "save" else None
    if isinstance(target, ast.Tuple) and target.elts:
        target = target.elts[0]
    return target.id if isinstance(target, ast.Name) else None


def _given(file: str | None, line: int | None) -> Iterator[str | None]:
    """The names of what a ``with`` statement's call is given, in order; None for what is no plain name."""
    statement = _statement(file, line)
    if isinstance(statement, ast.With) and isinstance(statement.items[0].context_expr, ast.Call):
        for argument in statement.items[0].context_expr.args:
            yield argument.id if isinstance(argument, ast.Name) else None


def sources(items: Iterable[Node | Group]) -> Iterator[Source]:
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
