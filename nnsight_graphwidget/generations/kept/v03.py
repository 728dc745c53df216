"""Graphs of protocols of nnsight 0.3 → Graph.

Each context has a graph of its own. Values go from one to another over a ``BridgeProtocol`` node and a ``LockProtocol`` node
that hold each other by name; here the two ends are joined and the pair is left out, where both graphs are drawn.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from ...errors import UnreadableError
from ...graph import Graph
from ...graph.part import part
from .. import Patch, is_installed, version
from .draft import EMPTY, KEPT, Builder, Keeper, add, enter, in_invokes, inputs_of, invoke_enter, invoke_exit, kind_of

#: What of nnsight's own this file uses.
PRIVATE = """
    nnsight.contexts.Conditional: Conditional.__enter__ ConditionalManager.peek
    nnsight.contexts.GraphBasedContext: GraphBasedContext.__enter__ GraphBasedContext.__exit__
    nnsight.contexts.Invoker: Invoker.__enter__ Invoker.__exit__
    nnsight.tracing.Graph: Graph.add
    nnsight.tracing.Node: Node
    nnsight.tracing.Proxy: Proxy
    nnsight.tracing.protocols: BridgeProtocol
"""

#: The nodes of conditions. Filled while installed.
CONDITIONS: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

READS = "a tracer, session, iterator, condition or graph of nnsight 0.3"


def matches(obj: Any) -> bool:
    if not is_installed(__name__):
        return False
    try:
        return isinstance(obj, _classes())
    except ReferenceError:  # a weak proxy of a graph that is gone
        return True


def read(obj: Any) -> Graph:
    """The graph so far while a block is open; what it was at its end when it was kept.

    Raises:
        UnreadableError: after the end of the outermost block, when nothing kept the graph.
    """
    graph_class, _, invoker_class, condition_class = _classes()
    try:
        if isinstance(obj, invoker_class):
            obj = obj.tracer
        if isinstance(obj, condition_class):
            if obj in KEPT:
                return KEPT[obj]
            graph, builder = draw(obj._graph)  # a condition has no graph of its own in 0.3
            own = builder.ids.get(id(CONDITIONS.get(obj)))
            return graph if own is None else part(graph, own)
        context = None if isinstance(obj, graph_class) else obj
        if context in KEPT:  # a failed run leaves its graph alive, and says nothing in it
            return KEPT[context]
        graph = obj if context is None else vars(context)["graph"]
        if graph is not None and graph.alive:
            return draw(graph, context)[0]
    except ReferenceError:  # the block has ended and nnsight's graph is gone
        context = None if type(obj).__name__ == "weakproxy" else obj
    kept = None if context is None else KEPT.get(context)
    if kept is None:
        raise UnreadableError(
            "nnsight 0.3 threw this graph away when its outermost block ended;"
            " read it inside the block, or call nnsight_graphwidget.install() before it, which keeps a copy"
        )
    return kept


def contexts() -> tuple[Any, ...]:
    """The classes that get ``.vis()``."""
    return _classes()


def patches() -> list[Patch]:
    """(owner, attribute, original → replacement) of what is replaced while installed."""
    graph, context, invoker, condition = _classes()
    keeper = Keeper(
        lambda context: draw(vars(context)["graph"], context),
        lambda context: type(vars(context)["backend"]).__name__ != "BridgeBackend",
        _failing,
        CONDITIONS,
    )
    return [
        (context, "__enter__", enter),
        (context, "__exit__", keeper.exit),
        (condition, "__enter__", _condition_enter),
        (graph, "add", add),
        (invoker, "__enter__", invoke_enter(lambda invoker: invoker.inputs, lambda invoker: invoker.tracer)),
        (invoker, "__exit__", invoke_exit),
    ]


def _condition_enter(original: Any) -> Any:
    """A condition's ``__enter__`` that notes which node it is."""

    @functools.wraps(original)
    def __enter__(self: Any) -> Any:
        result = original(self)
        CONDITIONS[self] = self._graph.attachments["nnsight_conditional_manager"].peek()
        return result

    return __enter__


def _failing(error: BaseException, builder: Builder) -> tuple[str | None, str]:
    """Which node an error of a run is from: nnsight raises it again at each node on the way, with a message that names that."""
    name: tuple[int, str] | None = None
    while said := re.match(r"Above exception when execution Node: '(.+)' in Graph: '(\d+)'", str(error)):
        name = int(said[2]), said[1]
        if error.__cause__ is None:
            break
        error = error.__cause__
    return builder.find(lambda _, id_: builder.names.get(id_) == name), f"{type(error).__name__}: {error}"


def draw(graph: Any, context: Any = None) -> tuple[Graph, Builder]:
    """The graph, and the builder that knows the id in it of each of nnsight's nodes.

    Arguments:
        graph: a Graph that is still alive.
        context: the context that it is the graph of, when known.
    """
    drawing = _Drawing(graph)
    if context is not None:
        drawing.context(context, None)
    else:
        drawing.open(graph, None)
    return drawing.builder.graph("graph", version(sys.modules["nnsight"])), drawing.builder


class _Drawing:
    """A graph of 0.3 and the graphs inside it on their way to ours."""

    def __init__(self, graph: Any) -> None:
        from nnsight.tracing.Node import Node
        from nnsight.tracing.Proxy import Proxy

        self.builder = Builder(Node, Proxy, _value, self._join)
        self._bridge = graph.attachments.get("nnsight_bridge")
        self._graphs = {inner.id for inner in self._all_inside(graph)}
        # Locks that only carry a value to another graph, by graph and name; a save is any other lock.
        self._carried: dict[tuple[int, str], set[int]] = {}
        for other in self._bridge.id_to_graph.values() if self._bridge is not None else ():
            for node in other.nodes.values():
                if kind_of(node.target) == "BridgeProtocol":
                    self._carried.setdefault(tuple(node.args), set()).add(other.id)

    def context(self, context: Any, parent: str | None, of: Any = None) -> str:
        """Adds a context: its group, what it is given, and its nodes."""
        held, name = vars(context), type(context).__name__
        kind, label, count = name if name in ("Session", "Iterator") else "Tracer", name.lower(), None
        if kind == "Iterator":
            data = held["data"]
            label, count = f"for item in {self.builder.text(data)}", len(data) if type(data) in (list, tuple, range) else None
        elif kind == "Tracer":
            backend = type(held["backend"]).__name__
            kind = {"EditBackend": "Edit", "NoopBackend": "Scan"}.get(backend, "Generator" if _generates(held) else "Tracer")
            label = {"Tracer": "trace", "Generator": "generate"}.get(kind, kind.lower())
        group = self.builder.group(kind, label, parent, of if of is not None else context, count=count)
        if kind == "Iterator":
            self.builder.feed(group, "collection", held["data"])
        elif kind != "Session":
            inputs = held["_invoker_inputs"]
            for index, (given, _) in enumerate(inputs_of(context, [(given, {}) for given in inputs])):
                for value in given:
                    self.builder.feed(group, "input" if len(inputs) == 1 else f"input {index}", value)
            for key, value in held["_kwargs"].items():
                self.builder.feed(group, str(key), value)
        self.fill(held["graph"], group)
        return group

    def open(self, graph: Any, parent: str | None) -> str:
        """Adds a graph whose context is not known: a bare graph, or one whose block is still open."""
        if not graph.sequential:
            kind, label = "Tracer", "trace"
        elif "ValueProtocol_0" in graph.nodes:
            kind, label = "Iterator", "for item in …"
        else:
            kind, label = "Session", "session"
        group = self.builder.group(kind, label, parent)
        self.fill(graph, group)
        return group

    def fill(self, graph: Any, parent: str | None) -> None:
        """Adds the nodes of a graph, the graphs inside it in their place."""
        nodes = list(graph.nodes.values())
        self.add(nodes, graph, parent)
        following = self._open_inside(graph)
        if following is not None:
            self.open(following, parent)

    def add(self, nodes: Iterable[Any], graph: Any, parent: str | None) -> None:
        nodes = list(nodes)
        in_its_invoke = in_invokes(self.builder, nodes, parent)
        conditioned = _conditioned(graph)
        for node in nodes:
            condition = conditioned.get(id(node))
            place = self.builder.ids.get(condition) if condition is not None else None
            if place is None:
                place = in_its_invoke(node)
            self._node(node, graph, place)
            if id(node) in self.builder.ids:
                self.builder.names[self.builder.ids[id(node)]] = (graph.id, node.name)

    def _node(self, node: Any, graph: Any, parent: str | None) -> None:
        kind = kind_of(node.target)
        if kind == "LocalBackendExecuteProtocol":
            self.context(node.args[0], parent, node)
        elif kind == "ConditionalProtocol":
            group = self.builder.group("Conditional", "if", parent, node)
            self.builder.feed(group, "condition", node.args[0], "condition")
        elif kind == "BridgeProtocol":
            if self._join(node) is node:
                # The graph's own id is a memory address: its place among the graphs is the same in every run.
                arguments = [("graph_id", list(self._bridge.id_to_graph).index(node.args[0])), ("node", node.args[1])]
                self.builder.node(node, parent, self.builder.text(self._source(node)), arguments)
        elif kind == "LockProtocol" and self._carries(node, graph):
            if not self._carried.get((graph.id, node.name), set()) <= self._graphs:
                self.builder.node(node, parent, label="bridge")
        else:
            self.builder.node(node, parent)

    def _carries(self, lock: Any, graph: Any) -> bool:
        """Whether a lock is half of a bridge, and not a save of the user's."""
        return (graph.id, lock.name) in self._carried or lock.args[0].target is _bridge_protocol()

    def _join(self, node: Any) -> Any:
        """The node whose value comes over a bridge, when its graph is drawn."""
        while True:
            if node.target is _bridge_protocol() and node.args[0] in self._graphs:
                node = self._source(node)
            elif kind_of(node.target) == "LockProtocol" and node.args[0].target is _bridge_protocol():
                node = node.args[0]
            else:
                return node

    def _source(self, node: Any) -> Any:
        return self._bridge.id_to_graph[node.args[0]].nodes[node.args[1]].args[0]

    def _all_inside(self, graph: Any) -> Iterable[Any]:
        yield graph
        for node in graph.nodes.values():
            if kind_of(node.target) == "LocalBackendExecuteProtocol":
                yield from self._all_inside(vars(node.args[0])["graph"])
        following = self._open_inside(graph)
        if following is not None:
            yield from self._all_inside(following)

    def _open_inside(self, graph: Any) -> Any:
        """The graph of the block that is open directly inside this one, if there is one."""
        stack = self._bridge.graph_stack if self._bridge is not None else []
        places = [index for index, open_graph in enumerate(stack) if open_graph.id == graph.id]
        return stack[places[-1] + 1] if places and places[-1] + 1 < len(stack) else None


def _conditioned(graph: Any) -> dict[int, int]:
    """``id()`` of each node that runs on a condition → that of the condition's node."""
    manager = graph.attachments.get("nnsight_conditional_manager")
    if manager is None:
        return {}
    tests = manager._conditional_nodes_dict
    return {id(node): id(tests[name]) for name, nodes in manager._conditioned_nodes_dict.items() for node in nodes}


def _generates(held: dict[str, Any]) -> bool:
    return bool(held["_kwargs"].get("generate"))


def _value(node: Any) -> Any:
    if kind_of(node.target) == "LockProtocol":
        node = node.args[0]
    return node._value if node._value is not EMPTY else node.proxy_value


def _bridge_protocol() -> Any:
    return sys.modules["nnsight.tracing.protocols"].BridgeProtocol


def _classes() -> tuple[Any, Any, Any, Any]:
    """Graph, GraphBasedContext, Invoker and Conditional of the nnsight that the caller has imported."""
    modules = sys.modules
    return (
        modules["nnsight.tracing.Graph"].Graph,
        modules["nnsight.contexts.GraphBasedContext"].GraphBasedContext,
        modules["nnsight.contexts.Invoker"].Invoker,
        modules["nnsight.contexts.Conditional"].Conditional,
    )
