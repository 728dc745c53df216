"""Sub-graphs of nnsight 0.4 → Graph.

There is one list of nodes; a ``SubGraph`` holds indices into it. A context becomes a node of its parent when its block ends.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from ...errors import UnreadableError
from ...graph import Graph
from .. import Patch, is_installed, version
from .draft import (
    EMPTY,
    KEPT,
    PLACES,
    Builder,
    Keeper,
    add,
    enter,
    in_invokes,
    inputs_of,
    invoke_enter,
    invoke_exit,
    kind_of,
    libraries,
)

#: What of nnsight's own this file uses.
PRIVATE = """
    nnsight.intervention.contexts.invoker: Invoker.__enter__ Invoker.__exit__
    nnsight.tracing.contexts.base: Context.__enter__ Context.__exit__
    nnsight.tracing.graph: Node Proxy
    nnsight.tracing.graph.graph: Graph.add
"""

READS = "a tracer, session, iterator, condition or graph of nnsight 0.4 (0.3 too)"

_KINDS = {"Session": "Session", "EditingTracer": "Edit", "Scan": "Scan", "Iterator": "Iterator", "Condition": "Conditional"}
_LABELS = {"Session": "session", "EditingTracer": "edit", "Condition": "if", "LocalContext": "local", "RemoteContext": "remote"}


def matches(obj: Any) -> bool:
    if not is_installed(__name__):
        return False
    graph, contexts, invoker = _classes()
    return isinstance(obj, (graph, contexts, invoker))


def read(obj: Any) -> Graph:
    """The graph so far while a block is open; what it was at its end when it was kept.

    Raises:
        UnreadableError: after the end of the outermost block, when nothing kept the graph.
    """
    _, context_class, invoker_class = _classes()
    if isinstance(obj, invoker_class):
        obj = obj.tracer
    context = obj if isinstance(obj, context_class) else None
    if context in KEPT:
        return KEPT[context]
    graph = obj.graph if context is not None else obj
    if not graph.alive and not graph.nodes:
        raise UnreadableError(
            f"nnsight 0.4 threw the graph of this {type(obj).__name__} away when its outermost block ended;"
            " read it inside the block, or call nnsight_graphwidget.install() before it, which keeps a copy"
        )
    return draw(graph, context)[0]


def contexts() -> tuple[Any, ...]:
    """The classes that get ``.vis()``."""
    return _classes()


def patches() -> list[Patch]:
    """(owner, attribute, original → replacement) of what is replaced while installed."""
    graph, context, invoker = _classes()
    keeper = Keeper(lambda context: draw(context.graph, context), lambda context: context.backend is not None, _failing, {})
    return [
        (context, "__enter__", enter),
        (context, "__exit__", keeper.exit),
        (graph, "add", add),
        (invoker, "__enter__", invoke_enter(lambda invoker: invoker.inputs[0], lambda invoker: invoker.tracer.graph)),
        (invoker, "__exit__", invoke_exit),
    ]


def _failing(error: BaseException, builder: Builder) -> tuple[str | None, str]:
    """Which node an error of a run is from: nnsight's own says so, with the traceback of what went wrong."""
    index, lines = getattr(error, "node_id", None), (getattr(error, "traceback_content", None) or "").strip().splitlines()
    if index is None:
        return None, f"{type(error).__name__}: {error}"
    return builder.find(lambda node, _: node.index == index), lines[-1] if lines else str(error)


def draw(graph: Any, context: Any = None) -> tuple[Graph, Builder]:
    """The graph, and the builder that knows the id in it of each of nnsight's nodes.

    Arguments:
        graph: a Graph, SubGraph or InterventionGraph that is still alive.
        context: the context that it is the graph of, when known.
    """
    from nnsight.tracing.graph import Node, Proxy

    builder = Builder(Node, Proxy, _value)
    group = None
    if context is not None:
        own = next((node for node in graph.nodes if _is_context(node.target) and node.args[0] is graph), context)
        scans = type(context.backend).__name__ == "NoopBackend"
        name = "Scan" if scans else type(context).__name__
        group = _group(builder, name, context.args, context.kwargs, None, own, graph)
    elif hasattr(graph, "subset"):
        group = _open(builder, graph, None)
    _fill(builder, graph, group)
    return builder.graph("graph", version(sys.modules["nnsight"])), builder


def _fill(builder: Builder, graph: Any, parent: str | None) -> None:
    """Adds the nodes of a graph, sub-graphs in their place."""
    nodes = list(graph)
    place = in_invokes(builder, nodes, parent)
    for node in nodes:
        _locate(node)
        if _is_context(node.target):
            inner, *args = node.args
            name = node.target.__name__
            group = _group(builder, name, args, node.kwargs, place(node), node, inner)
            builder.ids[id(inner)] = group
            _fill(builder, inner, group)
        else:
            builder.node(node, place(node))
    following = _open_inside(graph)
    if following is not None:
        _fill(builder, following, _open(builder, following, parent))


def _group(builder: Builder, name: str, args: Any, kwargs: Any, parent: str | None, of: Any, graph: Any) -> str:
    """A context as a group, with what it is given; it was opened where its graph was made."""
    kind = _KINDS.get(name, "Tracer" if name.endswith("Tracer") else "Subgraph")
    label, count = _LABELS.get(name, name.lower()), None
    if kind == "Iterator":
        label = f"for item in {builder.text(args[0])}"
        count = len(args[0]) if type(args[0]) in (list, tuple, range) else None
    elif kind == "Conditional" and len(args) > 1 and args[1] is not None:
        label = "else" if args[0] is None else "elif"
    elif kind == "Tracer":
        label = args[0].lstrip("_") if args[0] else "trace"
        kind = "Generator" if label == "generate" else kind
    group = builder.group(kind, label, parent, of, PLACES.get(graph), count=count)
    if kind == "Iterator":
        builder.feed(group, "collection", args[0])
    elif kind == "Conditional":
        for name, value in zip(("condition", "branch"), args):
            if value is not None:
                builder.feed(group, name, value, "condition")
    elif kind in ("Tracer", "Generator", "Edit", "Scan"):
        builder.feed(group, "method", args[0])
        for index, (positional, named) in enumerate(inputs_of(graph, args[1:])):
            invoke = "" if len(args) == 2 else f" {index}"
            for value in positional:
                builder.feed(group, f"input{invoke}", value)
            for name, value in named.items():
                builder.feed(group, f"{name}{invoke}", value)
    for name, value in kwargs.items():
        builder.feed(group, str(name), value)
    return group


def _open(builder: Builder, graph: Any, parent: str | None) -> str:
    """A sub-graph whose block is still open: nnsight says what ran it only when it ends."""
    first = next(iter(graph), None)
    if hasattr(graph, "interventions"):
        kind, label = "Tracer", "trace"
    elif first is not None and kind_of(first.target) == "VariableProtocol":
        kind, label = "Iterator", "for item in …"
    elif graph.stack[1:2] == [graph]:
        kind, label = "Session", "session"
    else:
        kind, label = "Subgraph", "open block"
    return builder.group(kind, label, parent, graph)


def _open_inside(graph: Any) -> Any:
    """The graph of the block that is open directly inside this one, if there is one."""
    places = [index for index, open_graph in enumerate(graph.stack) if open_graph is graph]
    return graph.stack[places[-1] + 1] if places and places[-1] + 1 < len(graph.stack) else None


def _value(node: Any) -> Any:
    if kind_of(node.target) == "LockProtocol":
        node = node.args[0]
    return node._value if node._value is not EMPTY else getattr(node, "fake_value", EMPTY)


def _locate(node: Any) -> None:
    """The line in ``debug``'s traceback that made the node, if none was noted: the innermost that is not a library's."""
    if node in PLACES or "traceback" not in node.meta_data:
        return
    lines = re.findall(r'^  File "(.+)", line (\d+), in ', node.meta_data["traceback"], re.MULTILINE)
    found = next(((file, int(line)) for file, line in reversed(lines) if not file.startswith((*libraries(), "<"))), None)
    if found is not None:
        PLACES[node] = found


def _is_context(target: Any) -> bool:
    return isinstance(target, type) and issubclass(target, _classes()[1])


def _classes() -> tuple[Any, Any, Any]:
    """Graph, Context and Invoker of the nnsight that the caller has imported."""
    modules = sys.modules
    return (
        modules["nnsight.tracing.graph.graph"].Graph,
        modules["nnsight.tracing.contexts.base"].Context,
        modules["nnsight.intervention.contexts.invoker"].Invoker,
    )
