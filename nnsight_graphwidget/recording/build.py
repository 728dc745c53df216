"""Events and the syntax trees of the blocks → Graph."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..graph import Edge, Graph, Group, IdMaker, Node, Source, edge_kind
from ..graph.advice import advice
from .arguments import (
    INPUTS,
    argument,
    branch,
    branches,
    call_of,
    called,
    header,
    heading,
    name_of,
    operand,
    splatted,
    text_of,
)  # fmt: skip
from .describe import Description
from .events import Event, Link, Region, Scope, Variable
from .plan import Planner
from .source import LOOPS, Site, SourceFile, Sources, root

_WORDS = {
    "Session": "session", "Tracer": "trace", "Generator": "generate", "Scan": "scan", "Edit": "edit", "Backward": "backward",
    "Subgraph": "block",
}  # fmt: skip
_MOST_PASSES = 10_000
#: Groups that have failed if anything in them has; a scope says so itself.
_PARTS = ("Iterator", "Iteration", "Conditional", "Branch", "Function")
_OUTSIDE = ("Input", "ParameterProtocol")


class Builder:
    """Builds one graph; :attr:`ids` says which group each scope became.

    Arguments:
        items: events and scopes in order.
        sources: the files that they point into.
    """

    def __init__(self, items: Sequence[Event | Scope], sources: Sources) -> None:
        self._files = sources
        self.items = list(items)
        self._scopes = {item.region: item for item in self.items if isinstance(item, Scope)}
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
        self._regions: dict[Region, str | None] = {}
        self._of: dict[Event, str] = {}
        self._bound: dict[tuple[Region | None, str], list[tuple[float, str]]] = {}
        self._variables: dict[tuple[str, str], str] = {}
        self._late: list[tuple[Link, str]] = []
        #: what the source calls a place, in a pass, block or call → reads and writes there, and the place
        self._spelt: dict[tuple[Region | None, str], list[tuple[Event, str]]] = {}
        self._at: dict[tuple[Scope | None, ast.AST], str] = {}
        self._last: dict[Scope, Event] = {}
        self._began: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._seq = 0.0
        self._models = self._model_names()
        self._users = self._uses()

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
        for region in list(self._regions):
            self._passes_of(region)
        self._conditions()
        self._edges.extend(
            (self._of[link.event], target, None, link.name, link.output)
            for link, target in self._late
            if isinstance(link.event, Event) and link.event in self._of
        )
        for item in self.items:
            if isinstance(item, Event):
                self._order_edges(item)
        nodes = [replace(node, order=order) for order, (_, node) in enumerate(sorted(self._nodes.values(), key=lambda n: n[0]))]
        groups = self._finished_groups(nodes)
        edges = self._finished_edges(nodes)
        outer = [group.label for group in groups if group.parent is None]
        graph = Graph(
            nodes=tuple(nodes),
            groups=groups,
            edges=edges,
            sources=tuple(self._sources()),
            title=title or (outer[0] if len(outer) == 1 else "recording"),
            nnsight=version,
            complete=reason is None,
            reason=reason,
        )
        written = [id_ for event, id_ in self._of.items() if event.inplace]
        saved = [id_ for event, id_ in self._of.items() if event.saved]
        return replace(
            graph,
            warnings=tuple(
                sorted((*advice(graph, written, saved), *self._misnamed()), key=lambda each: self._nodes[each[0]][0])
            ),
        )

    def _misnamed(self) -> Iterator[tuple[str, str]]:
        """Saves whose name is that of something else: ``loss = -x.save()`` saves ``x``."""
        for event, id_ in self._of.items():
            site = event.site
            if event.kind != "LockProtocol" or site is None or not isinstance(site.statement, ast.Assign):
                continue
            (target, *_), made = site.statement.targets, site.statement.value
            if isinstance(target, ast.Name) and _inside(made, site.node):
                yield id_, f"line {site.line} saves {_saved(site)}, and not what {target.id} is"

    # -- groups ----------------------------------------------------------------------------------------------------------

    def _scope(self, scope: Scope) -> None:
        parent = self._group(scope.place, scope.parent)
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
            id_, scope.kind, label, parent, variable=scope.variable, given=scope.given, **self.where(site, span=False),
            status="planned" if scope.planned and scope.status == "ok" else scope.status, error=scope.error,
        )  # fmt: skip
        call = call_of(scope)
        for link in scope.inputs:
            expression = argument(call, link.name, INPUTS)
            self._link(link, id_, parent, scope.seq, expression, site, scope.place.home if scope.place is not None else None)
        if scope.origin is not None and scope.origin in self.ids:
            self._edges.append((self.ids[scope.origin], id_, "order", None, None))
        if scope.planned and site is not None and site.source is not None and isinstance(scope.node, (ast.With, ast.AsyncWith)):
            self._planner(scope.region, site.source, "planned", scope.seq + 0.5).block(scope.node.body, id_)

    def _group(self, region: Region | None, scope: Scope | None) -> str | None:
        """The id of the group of a region; what it is in is made as it is met.

        Arguments:
            scope: where something without a region is.
        """
        if region is None:
            return self.ids.get(scope) if scope is not None else None
        if region not in self._regions:
            self._regions[region] = self._made(region)
        return self._regions[region]

    def _made(self, region: Region) -> str | None:
        if region.kind == "block":
            scope = self._scopes.get(region)
            return self.ids.get(scope) if scope is not None else None
        parent = self._group(region.parent, None)
        if region.kind == "pass":
            return self._iteration(region, parent) if region.begun else parent
        if region.kind == "branch":
            return self._branch(region, parent)
        if region.kind == "call":
            return self._call(region, parent)
        return self._structure(region, parent)

    def _structure(self, region: Region, parent: str | None) -> str:
        """A loop or a test."""
        node, file = region.node, region.source
        conditional = region.kind == "if"
        word = "if" if conditional else "while" if isinstance(node, ast.While) else "for"
        placed = node.iter if isinstance(node, ast.comprehension) else node
        site = file.site(placed)
        id_ = self._make_id(parent, word, placed.lineno)
        kind = "Conditional" if conditional else "Iterator"
        self._groups[id_] = Group(id_, kind, heading(node, site), parent, **self.where(site, span=False), note=region.note)
        return id_

    def _call(self, region: Region, parent: str | None) -> str:
        """A function of the user's that was called."""
        node = region.node
        name = called(region.name or "function", node, region.source)
        known = region.source is not None and isinstance(node, ast.AST)
        where = self.where(region.source.site(node), span=False) if known else {}
        if where.get("text"):
            where["text"] = _cut(where["text"].split("\n")[0])
        id_ = self._make_id(parent, name, where.get("line"))
        note = None if known else "its loops could not be told apart: it was not called by the block's own code"
        self._groups[id_] = Group(id_, "Function", name, parent, **where, note=note)
        return id_

    def _branch(self, region: Region, parent: str | None) -> str:
        assert parent is not None and region.parent is not None  # a branch is in a test
        node, number = region.parent.node, region.node
        name, body = branch(node, number)
        id_ = self._make_id(parent, name)
        file = self._groups[parent].file
        self._groups[id_] = Group(id_, "Branch", name, parent, file=file, line=body[0].lineno if body else None, taken=True)
        return id_

    def _not_taken(self, region: Region, number: int) -> bool:
        """Draw a branch that was not taken, if there is anything in it to draw."""
        name, body = branch(region.node, number)
        if not body:
            return False
        mark = self.mark()
        drawn = dict(self._regions)
        parent = self._group(region, None)
        assert parent is not None
        id_ = self._make_id(parent, name)
        where: dict[str, Any] = {"file": self._groups[parent].file, "line": body[0].lineno}
        self._groups[id_] = Group(id_, "Branch", name, parent, **where, taken=False, status="never run")
        planner = self._planner(region.home, region.source, "never run", region.seq + 0.7, region=region)
        if not planner.all(body, id_):
            self.rewind(mark)
            self._regions = drawn
            return False
        return True

    def _no_pass(self, region: Region) -> None:
        """Draw a loop that made no pass, if there is anything in it to draw."""
        mark, drawn = self.mark(), dict(self._regions)
        id_ = self._group(region, None)
        node = region.node
        body = [node.elt] if hasattr(node, "elt") else getattr(node, "body", None)
        planner = self._planner(region.home, region.source, "never run", region.seq + 0.7, region=region)
        if not body or not planner.all(body, id_):
            self.rewind(mark)
            self._regions = drawn

    def _iteration(self, region: Region, parent: str | None) -> str:
        label = ", ".join(f"{name} = {text}" for name, text in region.values.items()) or f"pass {region.node}"
        id_ = f"{parent}/i{region.node}"
        file = self._groups[parent].file if parent is not None else None
        line = self._groups[parent].line if parent is not None else None
        self._groups[id_] = Group(id_, "Iteration", label, parent, file=file, line=line, index=region.node)
        self._began[id_] = self._seq
        return id_

    def _passes_of(self, region: Region) -> None:
        """Every pass of a loop that is drawn, those in which nothing happened too."""
        id_ = self._regions.get(region)
        if region.kind != "loop" and not (region.kind == "block" and region.count):
            return
        if id_ is None or id_ not in self._groups:
            return
        self._counts[id_] = region.count
        for child in list(region.children.values())[:_MOST_PASSES]:
            if child.kind == "pass" and child.begun:
                self._group(child, None)

    def _conditions(self) -> None:
        for region, id_ in list(self._regions.items()):
            if region.kind == "if" and id_ in self._groups:
                made = [self._source(event) for event in region.tests]
                self._edges.extend((source, id_, "condition", None, None) for source in dict.fromkeys(made) if source)

    def _source(self, source: Event | Variable | None) -> str | None:
        """The node of what a value came from."""
        return self._variable(source) if isinstance(source, Variable) else self._of.get(source) if source is not None else None

    # -- nodes -----------------------------------------------------------------------------------------------------------

    def _event(self, event: Event) -> None:
        scope, site = event.scope, event.site
        parent = self._group(event.place, scope)
        label = _label(event)
        id_ = self._make_id(parent, event.label, *self._spot(site, event.label))
        value = event.value or Description()
        given = dict(event.arguments)
        arguments = [
            (link.name, given.get(link.name) or self._maker(link, site, event))
            for link in event.links
            if link.event or link.name.isdigit() or splatted(site) or self._operand(event, link.name)
        ]
        if event.kind == "CacheProtocol":
            arguments += event.arguments
        self._of[event] = id_
        where = self.where(site)
        if event.label == "setitem" and site is not None and site.statement is not None and site.source is not None:
            where["text"] = _cut(site.source.text(site.statement))
        node = Node(
            id_, event.kind, label, parent, event.target, tuple(dict.fromkeys(arguments)), value.text,
            value.shape, value.dtype, value.device,
            value.requires_grad, site.variable if site else None, **where, iteration=event.iteration, order=0,
            status=event.status, error=event.error, changes=event.changes, writes=event.wrote, statistics=value.statistics,
            note=_note(event),
            lines=tuple(dict.fromkeys(again.line for again in event.again if again.line is not None)),
        )  # fmt: skip
        self._nodes[id_] = (event.seq, node)
        first = len(self._edges)
        for link in event.links:
            self._link(link, id_, parent, event.seq, self._operand(event, link.name), site, self._home(event))
        if event.formal:
            self._edges[first:] = [
                (edge[0], edge[1], "order", *edge[3:]) if edge[3] == "0" else edge for edge in self._edges[first:]
            ]
        for write, kind in event.reached:
            if write in self._of:
                self._edges.append((self._of[write], id_, kind, None, None))
        if site is not None and isinstance(site.node, ast.Attribute) and label.endswith(f".{site.node.attr}"):
            spelt = self._spelt.setdefault((around(event.place), ast.unparse(site.node.value)), [])
            spelt.append((event, label.removesuffix(f".{site.node.attr}")))
        self._bind(event, id_)
        if scope is not None:
            self._last[scope] = event
        if site is not None and site.node is not None and event.kind != "LockProtocol":
            self._at[(scope, site.node)] = id_

    def _spot(self, site: Site | None, label: str) -> tuple[int | None, int | None]:
        """Line, and column where a line has the same label twice, for an id."""
        if site is None:
            return None, None
        twice = len(self._columns.get((site.file, site.line, label), ())) > 1
        return site.line, site.column if twice else None

    def _operand(self, event: Event, name: str) -> ast.expr | None:
        """The expression that gave an argument."""
        return operand(event.site, event, name)

    def _maker(self, link: Link, site: Site | None, event: Event) -> str:
        return text_of(site, self._operand(event, link.name)) or getattr(link.event, "label", "") or "tensor"

    def _link(
        self, link: Link, target: str, parent: str | None, seq: float, expression: ast.expr | None, site: Site | None,
        home: Region | None,
    ) -> None:  # fmt: skip
        """An edge for one argument; what is outside the recording, and literals, become nodes of their own."""
        if link.event is not None and link.text and isinstance(expression, ast.Tuple):
            self._literal(link, target, parent, seq, expression, site)  # an index of which only a part came from elsewhere
        if isinstance(link.event, Variable):
            self._edges.append((self._variable(link.event), target, None, link.name, None))
            return
        if link.event is not None:
            if id(link.event) in self.events and link.event.kind not in _OUTSIDE and link.event not in self._of:
                self._late.append((link, target))  # a list that was saved empty and filled later
                return
            event = self._as_named(link.event, expression, home, seq)
            outside = event.kind in _OUTSIDE or id(event) not in self.events
            if outside and event not in self._of:
                self._outside(event, self._used(event, parent), seq, expression, site)
            self._edges.append((self._of[event], target, "argument" if outside else None, link.name, link.output))
            return
        if expression is None and not link.name.isdigit() and not splatted(site):
            return  # a default that torch's own wrapper filled in
        self._literal(link, target, parent, seq, expression, site)

    def _as_named(self, event: Event, expression: ast.expr | None, home: Region | None, seq: float) -> Event:
        """The read that the user's name stands for, where two locations gave the same tensor."""
        held = self._held(expression.id, home, seq) if isinstance(expression, ast.Name) and event.same is not None else []
        same: Event | None = event
        while held and same is not None:
            if self._of.get(same) in held:
                return same
            same = same.same
        return event

    def _outside(self, event: Event, parent: str | None, seq: float, expression: ast.expr | None, site: Site | None) -> None:
        text = (event.label if event.kind in _OUTSIDE else "") or text_of(site, expression)
        label = text or "tensor"
        if event.kind == "ParameterProtocol" and not event.label and text and "." in text:
            label = text.partition(".")[2]
        id_ = self._make_id(parent, label, site.line if site else None)
        value = event.value or Description()
        variable = label if label.isidentifier() and label != "tensor" else None
        kind = event.kind if event.kind in _OUTSIDE else "Input"
        place: dict[str, Any] = {"file": self.file_name(site.file), "line": site.line} if site else {}
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
        place: dict[str, Any] = {"file": self.file_name(site.file), "line": site.line} if site else {}
        self._nodes[id_] = (seq - 0.4, Node(id_, "Value", label, parent, value=link.text, **place))
        self._edges.append((id_, target, "argument", link.name, None))

    def _used(self, event: Event, parent: str | None) -> str | None:
        """The group for something from outside: the pass that alone uses it, or else what no pass changes."""
        region: Region | None = self._users.get(event)
        while region is not None:
            if region.kind == "pass" and region.begun and region.parent is not None and region.parent.count > 1:
                return self._group(region, None)
            region = region.parent
        while parent is not None and self._groups[parent].kind in (
            "Iteration",
            "Iterator",
            "Branch",
            "Conditional",
            "Function",
        ):
            parent = self._groups[parent].parent
        return parent

    def _uses(self) -> dict[Event, Region | None]:
        """For each thing from outside, the innermost region that all its users are in."""
        found: dict[Event, Region | None] = {}
        for item in self.items:
            region = item.place
            if isinstance(item, Event) and region is None and item.scope is not None:
                region = item.scope.region
            for link in item.inputs if isinstance(item, Scope) else item.links:
                if isinstance(link.event, Event) and link.event.kind in _OUTSIDE:
                    known = found.get(link.event, region)
                    found[link.event] = common(known, region)
        return found

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
                source = next((found for link in event.links if (found := self._source(link.event))), id_)
            for target in targets:
                if isinstance(target, ast.Name):
                    self._bound.setdefault((self._home(event), target.id), []).append((event.seq, source))

    def _variable(self, variable: Variable) -> str:
        """The node of what a loop bound."""
        parent = self._group(variable.region, None)
        assert parent is not None  # a pass has a group
        key = (parent, variable.name)
        if key not in self._variables:
            group = self._groups[parent]
            id_ = self._make_id(parent, variable.name, group.line)
            text = variable.region.values.get(variable.name)
            node = Node(
                id_,
                "ValueProtocol",
                variable.name,
                parent,
                value=text,
                variable=variable.name,
                file=group.file,
                line=group.line,
            )
            self._nodes[id_] = (self._began.get(parent, self._seq) - 0.3, node)
            self._variables[key] = id_
        return self._variables[key]

    # -- what did not run ------------------------------------------------------------------------------------------------

    def _planner(
        self,
        home: Region | None,
        file: SourceFile,
        status: str,
        seq: float,
        ran: Any = None,
        region: Region | None = None,
        within: Region | None = None,
    ) -> Planner:
        """Draws what did not run.

        Arguments:
            home: the block or call that it is in.
            region: the loop or test that left it out; names stand for what they stood for then.
            within: the innermost region that broke off, where something did.
        """
        where = region if region is not None else within
        known = region.known if region is not None else {}
        before = region.seq if region is not None else seq

        def look(name: str) -> list[str]:
            made = known.get(name, ())
            found = [self._maker_of(event, home, seq) for event in made] if not isinstance(made, str) else []
            return found if found or isinstance(made, list) else self._held(name, home, before)

        def place(node: ast.expr) -> str | None:
            text = ast.unparse(node)
            found = known.get(text)
            if isinstance(found, str):
                return found
            seen = [each for each in self._spelt.get((around(where), text), ()) if each[0].seq <= before]
            return seen[-1][1] if seen and not rebound(file, node, seen[-1][0]) else None

        holders = {name for name, made in known.items() if isinstance(made, list)}
        return Planner(self, file, status, seq, look, self._models, ran, place, holders)

    def _maker_of(self, event: Event, home: Region | None, seq: float) -> str:
        """The node of a tensor that something which did not run would have used."""
        if event not in self._of:
            self._outside(event, self._used(event, self._group(home, None)), seq, None, None)
        return self._of[event]

    def _home(self, event: Event) -> Region | None:
        """What the names at an event belong to."""
        if event.place is not None:
            return event.place.home
        return event.scope.region if event.scope is not None else None

    def _held(self, name: str, home: Region | None, before: float) -> list[str]:
        """The node that a name stood for, tensors included."""
        while home is not None:
            bound = [source for seq, source in self._bound.get((home, name), ()) if seq <= before and source in self._nodes]
            if bound:
                return bound[-1:]
            scope = self._scopes.get(home)
            up = scope.place if scope is not None else home.parent
            home = up.home if up is not None else None
        return []

    def _rest(self, scope: Scope) -> None:
        """Draw what a block did not come to: after a failure or a stop, and branches that were not taken."""
        self._untaken(scope.region)
        site, last = scope.site, self._last.get(scope)
        if site is None or site.source is None or not isinstance(scope.node, (ast.With, ast.AsyncWith)) or scope.finished:
            return
        file, group = site.source, self.ids[scope]
        self._seq = max((event.seq for event in (last,) if event is not None), default=scope.seq) + 0.5
        if scope.status == "ok" and not scope.stopped and last is None:
            if scope.parent is None:
                return
            if scope.kind == "Invoke":
                self._groups[group] = replace(self._groups[group], status="never run")
        order = (
            scope.at.order if scope.at is not None else last.site.order if last is not None and last.site is not None else -1
        )
        if last is not None and last.site is not None and last.site.source is file and last.scope is scope and scope.at is None:
            order = max(order, last.site.order)

        failed = (self._of[event] for event in self._of if event.scope is scope and event.status == "failed")
        broken = next(failed, None)

        def ran(node: ast.AST) -> list[str] | None:
            if file.order(node) > order:
                return None
            if (scope, node) in self._at:
                return [self._at[(scope, node)]]
            if broken is not None and scope.at is not None and node is scope.at.node:
                return [broken]
            if isinstance(node, ast.Name):
                return self._held(node.id, scope.region, self._seq)
            return [source for child in ast.iter_child_nodes(node) for source in ran(child) or ()]

        self._blame(scope, order)
        planner = self._planner(
            scope.region, file, "never run", self._seq, ran, within=outermost(last.place) if last is not None else None
        )
        self._after(planner, file, scope.node.body, group, scope.region, order)

    def _after(
        self, planner: Planner, file: SourceFile, body: Sequence[ast.stmt], parent: str | None, region: Region, order: int
    ) -> None:
        """Plan the statements of ``body``, which ran as ``region``, that come after ``order``."""
        for statement in body:
            if file.order(statement) <= order:
                continue
            begun = file.first(statement) <= order
            compound: Any = statement
            if isinstance(statement, (ast.With, ast.AsyncWith)) and statement in self._opened():
                continue  # a scope of its own, which tells its own rest
            if not begun or not hasattr(compound, "body"):
                planner.statement(statement, parent)
            elif isinstance(statement, (*LOOPS, ast.If)):
                within = [child for child in region.children.values() if child.node is statement]
                last = list(within[-1].children.values())[-1:] if within else []
                if last and last[0] in self._regions:
                    inner = compound.orelse if last[0].kind == "branch" and last[0].node else compound.body
                    self._after(planner, file, inner, self._regions[last[0]], last[0], order)
            else:
                self._after(planner, file, compound.body, parent, region, order)

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
        event.place = last.place if last is not None and last.site and last.site.around == site.around else scope.region
        self._event(event)

    def _untaken(self, region: Region) -> None:
        """Branches that were not taken, and bodies of loops that made no pass, where there is anything in them to draw."""
        for child in list(region.children.values()):
            if child.kind == "if":
                ran = {branch.node for branch in child.children.values()}
                if ran:
                    for number in range(branches(child.node)):
                        if number not in ran and (number < max(ran) or not hasattr(child.node, "cases")):
                            self._not_taken(child, number)
            elif child.kind == "loop" and child.count == 0:
                self._no_pass(child)
            self._untaken(child)

    def _model_names(self) -> set[str]:
        """Names that traces are opened on."""
        names = set()
        for item in self.items:
            if isinstance(item, Scope) and isinstance(item.node, (ast.With, ast.AsyncWith)):
                for context in item.node.items:
                    call = context.context_expr
                    model = root(call.func) if isinstance(call, ast.Call) else None
                    if model is not None and item.kind not in ("Invoke", "Backward", "Iterator"):
                        names.add(model.id)
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

    def where(self, site: Site | None, span: bool = True) -> dict[str, Any]:
        if site is None:
            return {}
        where: dict[str, Any] = {"file": self.file_name(site.file), "line": site.line, "column": site.column}
        if span:
            where |= {"end_line": site.end_line, "end_column": site.end_column}
        where["text"] = _cut(site.text)
        return where

    def file_name(self, name: str) -> str:
        return self._files.titles[name]

    # -- the end ---------------------------------------------------------------------------------------------------------

    def _order_edges(self, event: Event) -> None:
        for before in event.after:
            if before in self._of and event in self._of:
                self._edges.append((self._of[before], self._of[event], "order", None, None))

    def _finished_groups(self, nodes: Sequence[Node]) -> tuple[Group, ...]:
        counts: dict[str, int] = {}
        for group in self._groups.values():
            if group.kind == "Iteration" and group.parent is not None and group.status in ("ok", "failed"):
                counts[group.parent] = max(counts.get(group.parent, 0), (group.index or 0) + 1)
        counts.update(self._counts)
        first: dict[str, int] = {}
        for node in nodes:
            parent = node.parent
            while parent is not None and parent not in first:
                first[parent] = node.order or 0
                parent = self._groups[parent].parent
        failed: dict[str, str] = {}
        every: list[Node | Group] = [*nodes, *self._groups.values()]
        for item in every:
            parent = item.parent
            while item.status == "failed" and parent is not None and self._groups[parent].kind in _PARTS:
                failed.setdefault(parent, item.error or "failed")
                parent = self._groups[parent].parent
        return tuple(
            replace(
                group, count=counts.get(group.id), order=first.get(group.id),
                status="failed" if group.id in failed else group.status, error=failed.get(group.id, group.error),
            )
            for group in self._groups.values()
        )  # fmt: skip

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
        """The outermost blocks, and the functions outside of them that were called."""
        seen: list[tuple[str, int, int]] = []
        blocks = [
            (item.site.source, item.site.node)
            for item in self.items
            if isinstance(item, Scope) and item.parent is None and item.site
        ]
        called = [(region.source, region.node) for region in self._regions if region.kind == "call"]
        for file, node in (*blocks, *called):
            if file is None or not isinstance(node, (ast.With, ast.AsyncWith, ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            first, last = node.lineno, node.end_lineno or node.lineno
            if not any(name == file.name and start <= first <= end for name, start, end in seen):
                seen.append((file.name, first, last))
                rows = file.lines[first - 1 : last]
                yield Source(self.file_name(file.name), first, "".join(_dedented(row, node.col_offset) for row in rows))


def around(region: Region | None) -> Region | None:
    """The pass, block or call that a region is in: as long as it runs, a name may stand for one place."""
    while region is not None and region.kind in ("if", "branch", "loop") and region.parent is not None:
        region = region.parent
    return region


def outermost(region: Region | None) -> Region | None:
    """The region of the block's own code that a region is in, past the functions that it called."""
    own = region
    while region is not None:
        if region.kind == "call":
            own = region.parent
        region = region.parent if region.kind != "block" else None
    return own


def rebound(file: SourceFile, node: ast.expr, event: Event) -> bool:
    """Whether the name that an expression begins with is bound anew between an event and the expression."""
    name = root(node)
    top: ast.AST | None = name
    while top is not None and file.parent(top) is not None:
        top = file.parent(top)
    since = event.site.order if event.site is not None else -1
    return name is not None and any(
        isinstance(each, ast.Name)
        and each.id == name.id
        and isinstance(each.ctx, ast.Store)
        and since < file.order(each) < file.order(node)
        for each in (ast.walk(top) if top is not None else ())
    )


def common(one: Region | None, other: Region | None) -> Region | None:
    """The innermost region that two are in."""
    above = set()
    while one is not None:
        above.add(one)
        one = one.parent
    while other is not None and other not in above:
        other = other.parent
    return other


def _label(event: Event) -> str:
    """What a node is called: a test, and the gradient of a tensor that no location gave, as the source spells it."""
    site = event.site
    if event.kind == "ConditionalProtocol" and site is not None and site.text:
        return site.flat or site.text
    if event.label == "grad" and event.kind in ("GradProtocol", "SwapProtocol"):
        spelt = text_of(site, site.node) if site is not None and isinstance(site.node, ast.Attribute) else None
        return spelt or "tensor.grad"
    return event.label


def _saved(site: Site) -> str:
    """What a call saves, as the source spells it."""
    call = site.node
    if isinstance(call, ast.Call):
        given = call.args[0] if call.args else call.func.value if isinstance(call.func, ast.Attribute) else None
        return text_of(site, given) or "a part of it"
    return "a part of it"


def _inside(made: ast.AST, save: ast.AST | None) -> bool:
    """Whether an expression only computes on with what a call saved."""
    while made is not save:
        inner = {ast.UnaryOp: "operand", ast.Subscript: "value", ast.Attribute: "value"}.get(type(made))
        if inner is not None:
            made = getattr(made, inner)
        elif isinstance(made, ast.Call) and isinstance(made.func, ast.Attribute):
            made = made.func.value
        elif isinstance(made, ast.BinOp):
            return any(side is save or _inside(side, save) for side in (made.left, made.right))
        else:
            return False
        if made is save:
            return True
    return False


def _note(event: Event) -> str | None:
    """What a person should know of an event that its value does not show."""
    if event.written is None:
        return None
    line = event.written.site.line if event.written.site is not None else None
    return "written later" if line is None else f"written later, line {line}"


def _dedented(row: str, columns: int) -> str:
    """A line without the blanks that its block is indented by; what stands further left stays whole."""
    return row[min(columns, len(row) - len(row.lstrip(" \t\f"))) :] or "\n"


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= 200 else text[:199] + "…"
