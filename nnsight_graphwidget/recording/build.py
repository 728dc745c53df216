"""Events and the syntax trees of the blocks → Graph."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..graph import Edge, Graph, Group, IdMaker, Node, Source, edge_kind
from .arguments import argument, assigned, call_of, constant, header, name_of, operand, splatted, tested, text_of
from .describe import Description
from .events import Event, Link, Place, Scope
from .plan import Planner
from .source import LOOPS, Site, SourceFile, Sources

_WORDS = {
    "Session": "session", "Tracer": "trace", "Generator": "generate", "Scan": "scan", "Edit": "edit", "Backward": "backward",
    "Subgraph": "block",
}  # fmt: skip
_OUTSIDE = ("Input", "ParameterProtocol")
#: Operators whose operands torch may take in either order.
_EITHER = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)


class Builder:
    """Builds one graph; :attr:`ids` says which group each scope became.

    Arguments:
        items: events and scopes in order.
        sources: the files that they point into.
        passes: variables of the loops around the outermost scopes, as in :class:`Scope`.
    """

    def __init__(
        self, items: Sequence[Event | Scope], sources: Sources, passes: Mapping[tuple[Place, ast.AST, int], Mapping[str, str]]
    ) -> None:
        self._files = sources
        self.items = list(items)
        self._outer_passes = passes
        self._columns: dict[tuple[str, int | None, str], set[int | None]] = {}
        for item in items:
            if isinstance(item, Event) and item.site is not None:
                self._columns.setdefault((item.site.file, item.site.line, item.label), set()).add(item.site.column)
        self.events = {id(item) for item in self.items}
        self.ids: dict[Scope, str] = {}
        self._make_id = IdMaker()
        self._groups: dict[str, Group] = {}
        self._nodes: dict[str, tuple[float, Node]] = {}
        self._edges: list[tuple[str, str, str | None, str | None, str | None]] = []
        self._places: dict[tuple[str | None, ast.AST, int], str] = {}
        self._of: dict[Event, str] = {}
        self._bound: dict[tuple[Scope | None, str], list[str]] = {}
        self._variables: dict[tuple[str, str], str] = {}
        self._tests: dict[tuple[str | None, ast.AST], str] = {}
        self._late: list[tuple[Link, str]] = []
        self._at: dict[tuple[Scope | None, ast.AST], str] = {}
        self._last: dict[Scope, Event] = {}
        self._began: dict[str, float] = {}
        self._passed: dict[str | None, list[str]] = {}
        self._seq = 0.0
        self._now = -1
        self._models = self._model_names()

    def graph(self, title: str | None, version: str | None, reason: str | None) -> Graph:
        """The graph.

        Arguments:
            title: of the graph; the outermost sub-graph's label if None.
            version: of nnsight.
            reason: why the recording is incomplete, or None if it is complete.
        """
        for item in self.items:
            self._seq = item.seq
            if isinstance(item, Scope):
                self._scope(item)
            elif item.kind not in _OUTSIDE:
                self._event(item)
        for item in self.items:
            if isinstance(item, Scope) and not item.planned:
                self._rest(item)
        self._edges.extend(
            (self._of[link.event], target, None, link.name, link.output) for link, target in self._late if link.event
        )
        for item in self.items:
            if isinstance(item, Event):
                self._order_edges(item)
        nodes = [replace(node, order=order) for order, (_, node) in enumerate(sorted(self._nodes.values(), key=lambda n: n[0]))]
        groups = self._finished_groups(nodes)
        edges = self._finished_edges(nodes)
        outer = [group.label for group in groups if group.parent is None]
        return Graph(
            nodes=tuple(nodes),
            groups=groups,
            edges=edges,
            sources=tuple(self._sources()),
            title=title or (outer[0] if len(outer) == 1 else "recording"),
            nnsight=version,
            complete=reason is None,
            reason=reason,
        )

    # -- groups ----------------------------------------------------------------------------------------------------------

    def _scope(self, scope: Scope) -> None:
        parent = self._group(scope.parent, scope.place)
        site = scope.site
        if scope.kind == "Invoke":
            label = f"invoke {scope.index}"
        elif scope.kind == "Iterator":
            label = header(scope) or "iter"
        else:
            label = scope.variable or _WORDS.get(scope.kind, scope.kind.lower())
        if scope.kind == "Edit" and scope.parent is not None:
            label = f"{label} (replayed)"
        name = {"Invoke": "invoke", "Iterator": "iter"}.get(scope.kind, label)  # the same in every pass of a loop
        id_ = self._make_id(parent, name, site.line if site else None)
        self.ids[scope] = id_
        self._groups[id_] = Group(
            id_, scope.kind, label, parent, variable=scope.variable, **_where(site, span=False),
            status="planned" if scope.planned and scope.status == "ok" else scope.status, error=scope.error,
        )  # fmt: skip
        call = call_of(scope)
        for link in scope.inputs:
            expression = argument(call, link.name, {"input": 0, "tensor": -1})
            self._link(link, id_, parent, scope.seq, expression, site, scope.parent, scope.place)
        if scope.origin is not None and scope.origin in self.ids:
            self._edges.append((self.ids[scope.origin], id_, "order", None, None))
        if scope.planned and site is not None and site.source is not None and isinstance(scope.node, (ast.With, ast.AsyncWith)):
            self._planner(scope, site.source, "planned", scope.seq + 0.5).block(scope.node.body, id_)

    def _group(self, scope: Scope | None, place: Place) -> str | None:
        """The id of the group at a place of a scope; its loops and branches are made as they are met."""
        parent = self.ids.get(scope) if scope is not None else None
        for index, (node, number) in enumerate(place):
            if scope is not None and node is scope.node:
                parent = self._iteration(scope, place[:index], node, number, parent)
                continue
            key = (parent, node, -1)
            if key not in self._places:
                self._places[key] = self._structure(scope, node, parent, place[:index])
            outer = self._places[key]
            if isinstance(node, ast.If):
                parent = self._branch(scope, node, number, outer)
            else:
                parent = self._iteration(scope, place[:index], node, number, outer)
        return parent

    def _passes(self, scope: Scope | None) -> Mapping[tuple[Place, ast.AST, int], Mapping[str, str]]:
        return self._outer_passes if scope is None else scope.passes

    def _structure(self, scope: Scope | None, node: Any, parent: str | None, place: Place = ()) -> str:
        owner = self._files.owner(node)
        site = owner.site(node) if owner is not None else None
        conditional = isinstance(node, ast.If)
        name = "if" if conditional else "while" if isinstance(node, ast.While) else "for"
        text = site.text if site is not None else None
        label = (text or name).rstrip(":").strip()
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            label = " ".join(ast.unparse(generator) for generator in node.generators).strip()
        id_ = self._make_id(parent, name, node.lineno)
        kind = "Conditional" if conditional else "Iterator"
        self._groups[id_] = Group(id_, kind, label, parent, **_where(site, span=False))
        if conditional:
            test = self._tests.get((parent, node))
            sources = [test] if test is not None else self._names(node.test, scope, place)
            for source in sources:
                self._edges.append((source, id_, "condition", None, None))
        return id_

    def _branch(self, scope: Scope | None, node: ast.If, number: int, parent: str) -> str:
        key = (parent, node, number)
        if key not in self._places:
            id_ = self._make_id(parent, "else" if number else "then")
            body = node.orelse if number else node.body
            file = self._groups[parent].file
            self._groups[id_] = Group(
                id_,
                "Branch",
                "else" if number else "then",
                parent,
                file=file,
                line=body[0].lineno if body else None,
                taken=True,
            )
            self._places[key] = id_
            self._not_taken(scope, node, 1 - number, parent)
        return self._places[key]

    def _not_taken(self, scope: Scope | None, node: ast.If, number: int, parent: str) -> bool:
        """Draw a branch that was not taken, if there is anything in it to draw."""
        body = node.orelse if number else node.body
        file = self._files.owner(node)
        if (parent, node, number) in self._places or not body or file is None:
            return False
        mark = self.mark()
        id_ = self._make_id(parent, "else" if number else "then")
        name = "else" if number else "then"
        where: dict[str, Any] = {"file": self._groups[parent].file, "line": body[0].lineno}
        self._groups[id_] = Group(id_, "Branch", name, parent, **where, taken=False, status="never run")
        if not self._planner(scope, file, "never run", self._seq - 0.3).block(body, id_):
            self.rewind(mark)
            return False
        self._places[(parent, node, number)] = id_
        return True

    def _iteration(self, scope: Scope | None, place: Place, node: ast.AST, number: int, parent: str | None) -> str:
        key = (parent, node, number)
        if key not in self._places:
            values = self._passes(scope).get((place, node, number), {})
            label = ", ".join(f"{name} = {text}" for name, text in values.items()) or f"pass {number}"
            id_ = f"{parent}/i{number}"
            file = self._groups[parent].file if parent is not None else None
            line = getattr(node, "lineno", None)
            self._groups[id_] = Group(id_, "Iteration", label, parent, file=file, line=line, index=number)
            self._began[id_] = self._seq
            self._passed.setdefault(parent, []).append(id_)
            self._places[key] = id_
        return self._places[key]

    # -- nodes -----------------------------------------------------------------------------------------------------------

    def _event(self, event: Event) -> None:
        scope, site = event.scope, event.site
        self._now = site.order if site is not None else -1
        parent = self._group(scope, event.place)
        label = _label(event)
        id_ = self._make_id(parent, event.label, *self._spot(site, event.label))
        value = event.value or Description()
        given = dict(event.arguments)
        arguments = [
            (link.name, given.get(link.name) or self._maker(link, site, event))
            for link in event.links
            if link.event or link.name.isdigit() or splatted(site) or self._operand(event, link.name)
        ]
        self._of[event] = id_
        where = _where(site)
        if event.label == "setitem" and site is not None and site.statement is not None and site.source is not None:
            where["text"] = _cut(site.source.text(site.statement))
        node = Node(
            id_, event.kind, label, parent, event.target, tuple(arguments), value.text, value.shape, value.dtype, value.device,
            value.requires_grad, site.variable if site else None, **where, iteration=event.iteration, order=0,
            status=event.status, error=event.error, changes=event.changes, statistics=value.statistics,
            lines=tuple(dict.fromkeys(again.line for again in event.again if again.line is not None)),
        )  # fmt: skip
        self._nodes[id_] = (event.seq, node)
        for link in event.links:
            self._link(link, id_, parent, event.seq, self._operand(event, link.name), site, scope, event.place)
        self._bind(event, id_)
        if scope is not None:
            self._last[scope] = event
        if site is not None and site.node is not None and event.kind != "LockProtocol":
            self._at[(scope, site.node)] = id_
        if event.kind == "ConditionalProtocol" and site is not None and site.source is not None and site.node is not None:
            test = tested(site)
            if test is not None:
                self._tests[(parent, test)] = id_

    def _spot(self, site: Site | None, label: str) -> tuple[int | None, int | None]:
        """Line, and column where a line has the same label twice, for an id."""
        if site is None:
            return None, None
        twice = len(self._columns.get((site.file, site.line, label), ())) > 1
        return site.line, site.column if twice else None

    def _operand(self, event: Event, name: str) -> ast.expr | None:
        """The expression that gave an argument; ``2 * h`` reaches torch as ``h`` and ``2``."""
        node = event.site.node if event.site is not None else None
        if isinstance(node, ast.BinOp) and name in ("0", "1") and len(event.links) == 2 and event.links[1].event is None:
            made = self._of.get(event.links[0].event) if event.links[0].event is not None else None
            left, right = (made in self._stands(side, event.scope) for side in (node.left, node.right))
            if right and not left:
                return node.right if name == "0" else node.left
            if not left and not right and isinstance(node.op, _EITHER) and not (constant(node.left) or constant(node.right)):
                return None  # two names of a function that was called: which is the tensor cannot be told
        return operand(event.site, event, name)

    def _stands(self, expression: ast.expr, scope: Scope | None) -> list[str]:
        """The nodes that an expression itself is."""
        if isinstance(expression, ast.Name):
            return self._held(expression.id, scope)
        return [self._at[(scope, expression)]] if (scope, expression) in self._at else []

    def _maker(self, link: Link, site: Site | None, event: Event) -> str:
        return (
            text_of(site, self._operand(event, link.name)) or (link.event.label if link.event is not None else "") or "tensor"
        )

    def _link(
        self, link: Link, target: str, parent: str | None, seq: float, expression: ast.expr | None, site: Site | None,
        scope: Scope | None, place: Place,
    ) -> None:  # fmt: skip
        """An edge for one argument; what is outside the recording, and literals, become nodes of their own."""
        if link.event is not None:
            if id(link.event) in self.events and link.event.kind not in _OUTSIDE and link.event not in self._of:
                self._late.append((link, target))  # a list that was saved empty and filled later
                return
            event = self._as_named(link.event, expression, scope)
            outside = event.kind in _OUTSIDE or id(event) not in self.events
            if outside and event not in self._of:
                self._outside(event, self._settled(parent), seq, expression, site)
            self._edges.append((self._of[event], target, "argument" if outside else None, link.name, link.output))
            return
        if expression is None and not link.name.isdigit() and not splatted(site):
            return  # a default that torch's own wrapper filled in
        either = isinstance(site.node if site is not None else None, (ast.BinOp, ast.Compare, ast.AugAssign))
        names = self._names(expression, scope, place, whole=not either)
        for source in names:
            self._edges.append((source, target, None, link.name, None))
        if not (names and isinstance(expression, ast.Name)):
            self._literal(link, target, parent, seq, expression, site)

    def _as_named(self, event: Event, expression: ast.expr | None, scope: Scope | None) -> Event:
        """The read that the user's name stands for, where two locations gave the same tensor."""
        held = self._held(expression.id, scope) if isinstance(expression, ast.Name) and event.same is not None else []
        same: Event | None = event
        while held and same is not None:
            if self._of.get(same) in held:
                return same
            same = same.same
        return event

    def _outside(self, event: Event, parent: str | None, seq: float, expression: ast.expr | None, site: Site | None) -> None:
        text = text_of(site, expression)
        label = text or "tensor"
        if event.kind == "ParameterProtocol" and text and "." in text:
            label = text.partition(".")[2]
        id_ = self._make_id(parent, label, site.line if site else None)
        value = event.value or Description()
        variable = expression.id if isinstance(expression, ast.Name) else None
        kind = event.kind if event.kind in _OUTSIDE else "Input"
        place: dict[str, Any] = {"file": _file(site.file), "line": site.line} if site else {}
        node = Node(
            id_, kind, label, parent, shape=value.shape, dtype=value.dtype, device=value.device,
            requires_grad=value.requires_grad, variable=variable, value=value.text, statistics=value.statistics, **place,
        )  # fmt: skip
        self._of[event] = id_
        self._nodes[id_] = (seq - 0.5, node)

    def _literal(
        self, link: Link, target: str, parent: str | None, seq: float, expression: ast.expr | None, site: Site | None
    ) -> None:
        text = text_of(site, expression)
        label = text if text and len(text) <= 40 else link.text
        id_ = self._make_id(parent, "Value", site.line if site else None, getattr(expression, "col_offset", None))
        place: dict[str, Any] = {"file": _file(site.file), "line": site.line} if site else {}
        self._nodes[id_] = (seq - 0.4, Node(id_, "Value", label, parent, value=link.text, **place))
        self._edges.append((id_, target, "argument", link.name, None))

    def _settled(self, parent: str | None) -> str | None:
        """The nearest group that is no loop and no branch: what comes from outside does not change from pass to pass."""
        while parent is not None and self._groups[parent].kind in ("Iteration", "Iterator", "Branch", "Conditional"):
            parent = self._groups[parent].parent
        return parent

    # -- names -----------------------------------------------------------------------------------------------------------

    def _bind(self, event: Event, id_: str) -> None:
        """Remember which node the names of an assignment now stand for."""
        site = event.site
        if site is None or site.statement is None or event.kind in ("SwapProtocol", "SkipProtocol"):
            return
        statement: Any = site.statement
        targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and statement.value is not None:
            source = id_
            if event.kind == "LockProtocol":  # a save is a leaf: the name stands for what was saved
                source = next((self._of[link.event] for link in event.links if link.event in self._of), id_)
            for target in targets:
                if isinstance(target, ast.Name):
                    self._bound[(event.scope, target.id)] = [source]

    def _names(
        self, expression: ast.AST | None, scope: Scope | None, place: Place | None, depth: int = 0, whole: bool = False
    ) -> list[str]:
        """The nodes that the names of an expression stand for, where they are numbers or loop variables.

        A number that an assignment made of others, or of a tensor's shape, comes from those (``depth`` of such assignments).
        Unless an argument is one name and that name alone (``whole``), a name may stand for a tensor of which only the shape is
        used, which is no data, or be the tensor at the other side of an operator.
        """
        found: list[str] = []
        for node in ast.walk(expression) if expression is not None else ():
            at = self._at.get((scope, node)) if depth else None
            if at is not None and at not in found:
                found.append(at)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found.extend(
                    source
                    for source in self._name(node.id, scope, place, depth, depth > 0 or (whole and node is expression))
                    if source not in found
                )
        return found

    def _name(self, name: str, scope: Scope | None, place: Place | None, depth: int, whole: bool) -> list[str]:
        at = scope
        steps: Place = place or ()
        while True:
            for index in range(len(steps) - 1, -1, -1):
                loop, number = steps[index]
                values = self._passes(at).get((steps[:index], loop, number), {})
                if name in values:
                    return [self._variable(at, steps[: index + 1], name, values[name])]
            bound = self._bound.get((at, name))
            if bound is not None:
                return [source for source in bound if source in self._nodes and (whole or self._nodes[source][1].shape is None)]
            if at is None:
                return []
            value = assigned(at, name, self._now)
            if value is not None and depth < 8:
                return self._names(value, at, steps, depth + 1)
            steps, at = at.place, at.parent

    def _variable(self, scope: Scope | None, place: Place, name: str, text: str) -> str:
        parent = self._group(scope, place)
        assert parent is not None  # a loop has a group
        key = (parent, name)
        if key not in self._variables:
            group = self._groups[parent]
            id_ = self._make_id(parent, name, group.line)
            node = Node(id_, "ValueProtocol", name, parent, value=text, variable=name, file=group.file, line=group.line)
            self._nodes[id_] = (self._began[parent] - 0.3, node)
            self._variables[key] = id_
        return self._variables[key]

    # -- what did not run ------------------------------------------------------------------------------------------------

    def _planner(self, scope: Scope | None, file: SourceFile, status: str, seq: float, ran: Any = None) -> Planner:
        return Planner(self, file, status, seq, lambda name: self._held(name, scope), self._models, ran)

    def _held(self, name: str, scope: Scope | None) -> list[str]:
        """The nodes that a name stands for, tensors included."""
        while True:
            bound = self._bound.get((scope, name))
            if bound is not None or scope is None:
                return [source for source in bound or () if source in self._nodes]
            scope = scope.parent

    def _rest(self, scope: Scope) -> None:
        """Draw what a block did not come to: after a failure or a stop, and in branches that no event was in."""
        site, last = scope.site, self._last.get(scope)
        if site is None or site.source is None or not isinstance(scope.node, (ast.With, ast.AsyncWith)):
            return
        file, group = site.source, self.ids[scope]
        self._seq = max((event.seq for event in (last,) if event is not None), default=scope.seq) + 0.5
        place: Place = last.place if last is not None else ()
        if scope.finished:
            self._untaken(scope, scope.node.body, group)
            return
        if scope.status == "ok" and not scope.stopped and scope.parent is None and last is None:
            return
        order = (
            scope.at.order if scope.at is not None else last.site.order if last is not None and last.site is not None else -1
        )
        if last is not None and last.site is not None and last.site.source is file and last.scope is scope and scope.at is None:
            order = max(order, last.site.order)

        def ran(node: ast.AST) -> list[str] | None:
            if file.order(node) > order:
                return None
            if (scope, node) in self._at:
                return [self._at[(scope, node)]]
            if isinstance(node, ast.Name):
                return self._held(node.id, scope)
            return [source for child in ast.iter_child_nodes(node) for source in ran(child) or ()]

        self._blame(scope, order)
        planner = self._planner(scope, file, "never run", self._seq, ran)
        self._after(planner, scope, file, scope.node.body, group, place, order)

    def _after(
        self, planner: Planner, scope: Scope, file: SourceFile, body: Sequence[ast.stmt], parent: str, place: Place, order: int
    ) -> None:
        """Plan the statements of ``body`` that come after ``order``."""
        for statement in body:
            if file.order(statement) <= order:
                continue
            begun = file.first(statement) <= order
            compound: Any = statement
            if not begun or not hasattr(compound, "body"):
                planner.statement(statement, parent)
            elif isinstance(statement, (*LOOPS, ast.If)):
                step = next((step for step in place if step[0] is statement), None)
                outer = self._places.get((parent, statement, -1))
                inner = self._places.get((outer, statement, step[1])) if step is not None else None
                if inner is not None:
                    branch = compound.orelse if isinstance(statement, ast.If) and step and step[1] else compound.body
                    self._after(planner, scope, file, branch, inner, place, order)
            elif isinstance(statement, (ast.With, ast.AsyncWith)) and statement in self._opened():
                continue  # a scope of its own, which tells its own rest
            else:
                self._after(planner, scope, file, compound.body, parent, place, order)

    def _opened(self) -> set[ast.AST]:
        return {scope.node for scope in self.ids if scope.node is not None}

    def _blame(self, scope: Scope, order: int) -> None:
        """Make a node for a failure that was no event of its own, such as a module that is not there."""
        if scope.status != "failed" or scope.at is None or scope.at.node is None:
            return
        nested = any(inner.parent is scope and inner.status == "failed" for inner in self.ids)
        failed = any(node.status == "failed" for _, node in self._nodes.values())
        if nested or failed:
            return
        site = scope.at
        event = Event(int(self._seq), "Operation", name_of(site), scope, site, error=scope.error, status="failed")
        last = self._last.get(scope)
        event.place = last.place if last is not None and last.place and last.site and last.site.around == site.around else ()
        self._event(event)

    def _untaken(self, scope: Scope, body: Sequence[ast.stmt], parent: str) -> None:
        """Branches that no event was in, in code that ran to its end."""
        for statement in body:
            node: Any = statement
            if isinstance(statement, ast.If):
                outer = self._places.get((parent, statement, -1))
                if outer is None:
                    mark = self.mark()
                    outer = self._structure(scope, statement, parent)
                    drawn = [self._not_taken(scope, statement, number, outer) for number in (0, 1)]
                    if not any(drawn):
                        self.rewind(mark)
                    else:
                        self._places[(parent, statement, -1)] = outer
                    continue
                for number, inner in ((0, node.body), (1, node.orelse)):
                    branch = self._places.get((outer, statement, number))
                    if branch is not None and self._groups[branch].taken:
                        self._untaken(scope, inner, branch)
            elif isinstance(statement, LOOPS):
                outer = self._places.get((parent, statement, -1))
                for pass_ in list(self._passed.get(outer, ())) if outer is not None else ():
                    self._untaken(scope, node.body, pass_)
            elif isinstance(statement, (ast.With, ast.AsyncWith)) and statement not in self._opened():
                self._untaken(scope, statement.body, parent)

    def _model_names(self) -> set[str]:
        """Names that traces are opened on."""
        names = set()
        for item in self.items:
            if isinstance(item, Scope) and isinstance(item.node, (ast.With, ast.AsyncWith)):
                for context in item.node.items:
                    func = context.context_expr.func if isinstance(context.context_expr, ast.Call) else None
                    while isinstance(func, (ast.Attribute, ast.Subscript)):
                        func = func.value
                    if isinstance(func, ast.Name) and item.kind not in ("Invoke", "Backward", "Iterator"):
                        names.add(func.id)
                    target = context.optional_vars
                    if item.kind == "Edit" and isinstance(target, ast.Tuple) and isinstance(target.elts[-1], ast.Name):
                        names.add(target.elts[-1].id)
        return names

    # -- what a planner needs --------------------------------------------------------------------------------------------

    def new_id(self, parent: str | None, name: str, line: int | None) -> str:
        return self._make_id(parent, name, line)

    def put(self, group: Group) -> None:
        self._groups[group.id] = group

    def add(self, node: Node, seq: float) -> None:
        self._nodes[node.id] = (seq, node)

    def connect(self, sources: Sequence[str], target: str, label: str | None, kind: str | None = None) -> None:
        self._edges.extend((source, target, kind, label, None) for source in sources if source in self._nodes)

    def has(self, id_: str) -> bool:
        return id_ in self._nodes

    def kind(self, id_: str) -> str | None:
        return self._nodes[id_][1].kind if id_ in self._nodes else None

    def lost(self, id_: str) -> bool:
        """Whether a node has no value, because it or what it needs failed."""
        return id_ in self._nodes and self._nodes[id_][1].status in ("failed", "not reached")

    def mark(self) -> tuple[int, int, int]:
        return len(self._groups), len(self._nodes), len(self._edges)

    def rewind(self, mark: tuple[int, int, int]) -> None:
        """Forget the groups, nodes and edges made since ``mark``."""
        for table, length in ((self._groups, mark[0]), (self._nodes, mark[1])):
            for key in list(table)[length:]:
                del table[key]
        del self._edges[mark[2] :]

    def where(self, site: Site) -> dict[str, Any]:
        return _where(site)

    def file_name(self, name: str) -> str:
        return _file(name)

    # -- the end ---------------------------------------------------------------------------------------------------------

    def _order_edges(self, event: Event) -> None:
        for before in event.after:
            if before in self._of and event in self._of:
                self._edges.append((self._of[before], self._of[event], "order", None, None))

    def _finished_groups(self, nodes: Sequence[Node]) -> tuple[Group, ...]:
        counts: dict[str, int] = {}
        for group in self._groups.values():
            if group.kind == "Iteration" and group.parent is not None and group.status == "ok":
                counts[group.parent] = max(counts.get(group.parent, 0), (group.index or 0) + 1)
        first: dict[str, int] = {}
        for node in nodes:
            parent = node.parent
            while parent is not None and parent not in first:
                first[parent] = node.order or 0
                parent = self._groups[parent].parent
        return tuple(replace(group, count=counts.get(group.id), order=first.get(group.id)) for group in self._groups.values())

    def _finished_edges(self, nodes: Sequence[Node]) -> tuple[Edge, ...]:
        parents: dict[str, str | None] = {node.id: node.parent for node in nodes}
        parents |= {id_: group.parent for id_, group in self._groups.items()}
        return tuple(
            Edge(
                f"e{index}", source, target,
                kind or edge_kind(self._groups, parents[source], parents[target]), label, output,
            )
            for index, (source, target, kind, label, output) in enumerate(self._edges)
        )  # fmt: skip

    def _sources(self) -> Iterator[Source]:
        seen = set()
        for item in self.items:
            if isinstance(item, Scope) and item.parent is None and item.site is not None and item.site.source is not None:
                node: Any = item.site.node
                key = (item.site.file, node.lineno)
                if key not in seen:
                    seen.add(key)
                    rows = item.site.source.lines[node.lineno - 1 : node.end_lineno]
                    yield Source(_file(item.site.file), node.lineno, "".join(row[node.col_offset :] or "\n" for row in rows))


def _label(event: Event) -> str:
    """What a node is called: a test, and the gradient of a tensor that no location gave, as the source spells it."""
    site = event.site
    if event.kind == "ConditionalProtocol" and site is not None and site.text:
        return site.text
    if event.label == "grad" and event.kind in ("GradProtocol", "SwapProtocol"):
        spelt = text_of(site, site.node) if site is not None and isinstance(site.node, ast.Attribute) else None
        return spelt or "tensor.grad"
    return event.label


def _where(site: Site | None, span: bool = True) -> dict[str, Any]:
    if site is None:
        return {}
    where: dict[str, Any] = {"file": _file(site.file), "line": site.line, "column": site.column}
    if span:
        where |= {"end_line": site.end_line, "end_column": site.end_column}
    where["text"] = _cut(site.text)
    return where


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= 200 else text[:199] + "…"


def _file(name: str) -> str:
    """A file's name as people know it: from where they are, and ``cell`` for a notebook's."""
    if "ipykernel_" in name or name.startswith("<ipython-input"):
        return "cell"
    if not os.path.isabs(name):
        return name
    relative = os.path.relpath(name)
    return os.path.basename(name) if relative.startswith("..") else relative
