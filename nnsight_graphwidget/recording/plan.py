"""Code that did not run → nodes: a branch not taken, what comes after a failure, a block that runs elsewhere.

Only the syntax tree is there to read, so this knows less than a recording: names of locations, operations and saves, what they
take, and their order.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from ..graph import Group, Node
from .source import COMPREHENSIONS, FUNCTIONS, SourceFile, root

LOCATIONS = ("output", "input", "inputs")
CONTEXTS = {
    "trace": "Tracer", "generate": "Generator", "session": "Session", "scan": "Scan", "edit": "Edit", "invoke": "Invoke",
    "backward": "Backward",
}  # fmt: skip
_OPERATORS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.MatMult: "matmul", ast.Pow: "pow",
    ast.FloorDiv: "floor_divide", ast.Mod: "remainder", ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
    ast.LShift: "lshift", ast.RShift: "rshift", ast.USub: "neg", ast.Invert: "invert", ast.Gt: "gt", ast.GtE: "ge",
    ast.Lt: "lt", ast.LtE: "le", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip
#: Methods and functions that handle values and make none.
_SILENT = {"append", "extend", "insert", "update", "print", "range", "len", "list", "dict", "tuple", "set", "enumerate", "zip"}

#: Gives the nodes that an expression came to, if it ran; None if it did not.
Ran = Callable[[ast.AST], list[str] | None]


class Planner:
    """Adds nodes for statements that did not run.

    Arguments:
        builder: makes ids, and holds the nodes, groups and edges.
        file: where the statements are.
        status: of the new nodes; one that needs a failed node is ``not reached`` instead.
        seq: their place in the order of execution.
        look: the nodes that a name stands for.
        ran: the nodes of an expression that did run, for a statement that broke off in the middle.
        models: names that stand for models.
        place: where in the model an expression's module is, None if that is not known.
        holders: names of lists and the like: to take a part of one is no operation.
    """

    def __init__(
        self, builder: Any, file: SourceFile, status: str, seq: float, look: Callable[[str], list[str]], models: Iterable[str],
        ran: Ran | None = None, place: Callable[[ast.expr], str | None] = lambda node: None, holders: Collection[str] = (),
    ) -> None:  # fmt: skip
        self.builder, self.file, self.status, self.seq = builder, file, status, seq
        self.look, self.ran = look, ran
        self.place, self.holders = place, holders
        self.models = set(models)
        self.names: dict[str, list[str]] = {}
        self.count = 0

    # -- statements ------------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[ast.stmt], parent: str | None) -> int:
        """Add what ``statements`` would have done; how many nodes that made."""
        before = self.count
        for statement in statements:
            self.statement(statement, parent)
        return self.count - before

    def all(self, body: Sequence[Any], parent: str | None) -> int:
        """Add what statements, or the one expression of a ternary's branch, would have done; how many nodes that made."""
        if body and isinstance(body[0], ast.expr):
            before = self.count
            self.value(body[0], parent)
            return self.count - before
        return self.block(body, parent)

    def statement(self, node: Any, parent: str | None) -> None:
        if isinstance(node, (ast.With, ast.AsyncWith)):
            self._with(node, parent)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            self._loop(node, parent)
        elif isinstance(node, ast.If):
            self._if(node, parent)
        elif isinstance(node, ast.Assign):
            sources = self.value(node.value, parent)
            for target in node.targets:
                self._assign(target, sources, parent, node)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._assign(node.target, self.value(node.value, parent), parent, node)
        elif isinstance(node, ast.AugAssign):
            sources = self.value(node.target, parent) + self.value(node.value, parent)
            made = (
                [self._node("Operation", f"{_OPERATORS.get(type(node.op), 'op')}_", node, parent, sources)] if sources else []
            )
            self._assign(node.target, made, parent, node)
        elif not isinstance(node, FUNCTIONS):
            for part in ast.iter_child_nodes(node):
                if isinstance(part, ast.expr):
                    self.value(part, parent)
                elif isinstance(part, ast.stmt):
                    self.statement(part, parent)
                elif isinstance(part, ast.ExceptHandler):
                    self.block(part.body, parent)

    def _with(self, node: ast.With | ast.AsyncWith, parent: str | None) -> None:
        inner = parent
        for item in node.items:
            call = item.context_expr
            name = call.func.attr if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else None
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and name in CONTEXTS:
                model = root(call.func)
                if model is not None and name not in ("invoke", "backward"):
                    self.models.add(model.id)
                sources = [] if name != "backward" else self.value(call.func.value, inner)
                variable = item.optional_vars
                label = variable.id if isinstance(variable, ast.Name) else name
                inner = self._group(CONTEXTS[name], label, node, inner)
                self.builder.connect(sources, inner, "tensor")
        self.block(node.body, inner)

    def _loop(self, node: Any, parent: str | None) -> None:
        if isinstance(node, ast.While):
            self.value(node.test, parent)
        else:
            self._bind(node.target, self.value(node.iter, parent))
        header = (self.file.text(node) or "loop").rstrip(":").strip()
        self._inside(
            node, "while" if isinstance(node, ast.While) else "for", header, parent, lambda at: self.block(node.body, at)
        )
        self.block(node.orelse, parent)

    def _inside(self, node: Any, name: str, header: str, parent: str | None, fill: Callable[[str], Any]) -> Any:
        """A loop's group with one pass, dropped again if nothing happens in it."""
        before, mark = self.count, self.builder.mark()
        loop = self._group("Iterator", header, node, parent, name)
        one = f"{loop}/i0"
        self.builder.put(Group(one, "Iteration", "each pass", loop, index=0, status=self.status))
        made = fill(one)
        if self.count == before:
            self.builder.rewind(mark)
        return made

    def _if(self, node: ast.If, parent: str | None) -> None:
        tested = self.value(node.test, parent)
        before, mark = self.count, self.builder.mark()
        header = (self.file.text(node) or "if").rstrip(":").strip()
        outer = self._group("Conditional", header, node, parent, "if")
        self.builder.connect(tested, outer, None, "condition")
        for name, body in (("then", node.body), ("else", node.orelse)):
            inner = self.count, self.builder.mark()
            branch = self._group("Branch", name, body[0], outer, name, line=None) if body else outer
            self.block(body, branch)
            if self.count == inner[0]:
                self.builder.rewind(inner[1])
        if self.count == before:
            self.builder.rewind(mark)

    def _assign(self, target: ast.expr, sources: list[str], parent: str | None, statement: ast.AST) -> None:
        if self.ran is not None and self.ran(target) is not None:
            return
        if isinstance(target, ast.Name):
            self.names[target.id] = sources
        elif isinstance(target, (ast.Tuple, ast.List)):
            for part in target.elts:
                self._assign(part, sources, parent, statement)
        elif isinstance(target, ast.Starred):
            self._assign(target.value, sources, parent, statement)
        elif isinstance(target, ast.Attribute) and (target.attr in LOCATIONS or target.attr == "grad"):
            label = self._location(target)
            self._node("SwapProtocol", label, target, parent, sources, changes=True)
        elif isinstance(target, ast.Subscript) and not self._holds(target):
            base = self.value(target.value, parent)
            if base:
                changes = any(self.builder.kind(source) == "InterventionProtocol" for source in base)
                made = self._node("Operation", "setitem", target, parent, [*base, *sources], changes)
                if isinstance(target.value, ast.Name):
                    self.names[target.value.id] = [made]

    def _is_module(self, func: ast.Attribute) -> bool:
        name = root(func)
        return name is not None and (name.id in self.models or self.place(name) is not None)

    def _holds(self, node: ast.Subscript) -> bool:
        """Whether it is a part of a list or the like."""
        return isinstance(node.value, ast.Name) and node.value.id in self.holders and node.value.id not in self.names

    def _bind(self, target: ast.expr, sources: list[str]) -> None:
        """The names that a loop binds stand for what its items come from."""
        for part in ast.walk(target):
            if isinstance(part, ast.Name):
                self.names[part.id] = sources

    # -- expressions -----------------------------------------------------------------------------------------------------

    def value(self, node: Any, parent: str | None) -> list[str]:
        """The nodes that an expression's value comes from, made as they are met."""
        if self.ran is not None:
            done = self.ran(node)
            if done is not None:
                return done
        if isinstance(node, ast.Name):
            return self.names[node.id] if node.id in self.names else self.look(node.id)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, parent)
        if isinstance(node, ast.Call):
            return self._call(node, parent)
        if isinstance(node, COMPREHENSIONS):
            header = " ".join(ast.unparse(generator) for generator in node.generators).strip()
            for generator in node.generators:
                self._bind(generator.target, self.value(generator.iter, parent))
            parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            made: list[str] = self._inside(node, "for", header, parent, lambda at: self._all(parts, at))
            return [id_ for id_ in made if self.builder.has(id_)]
        if isinstance(node, FUNCTIONS) or not isinstance(node, ast.expr):
            return []
        sources = self._all([part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)], parent)
        operator: Any = None
        if isinstance(node, (ast.BinOp, ast.UnaryOp)):
            operator = _OPERATORS.get(type(node.op))
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            operator = _OPERATORS.get(type(node.ops[0]))
        elif (
            isinstance(node, ast.Subscript) and not self._holds(node) and not (_is_location(node.value) and _whole(node.slice))
        ):
            operator = "getitem"  # an index right after a location picks a part of a module's several outputs
        return [self._node("Operation", operator, node, parent, sources)] if operator and sources else sources

    def _all(self, parts: Iterable[ast.AST], parent: str | None) -> list[str]:
        return [source for part in parts for source in self.value(part, parent)]

    def _attribute(self, node: ast.Attribute, parent: str | None) -> list[str]:
        if node.attr in LOCATIONS:
            missing = [source for source in (self.ran and self.ran(node.value)) or () if self.builder.lost(source)]
            return [self._node("InterventionProtocol", self._location(node), node, parent, missing)]
        sources = self.value(node.value, parent)
        if node.attr == "grad" and sources:
            return [self._node("GradProtocol", self._location(node), node, parent, sources)]
        if node.attr == "result" and not sources:
            return [self._node("InterventionProtocol", "result", node, parent, [])]
        return sources

    def _call(self, node: ast.Call, parent: str | None) -> list[str]:
        func = node.func
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else None
        if name == "save":
            held = (
                self._all(given, parent) if given else self.value(func.value, parent) if isinstance(func, ast.Attribute) else []
            )
            self._node("LockProtocol", "save", node, parent, held)
            return held
        if name == "stop" and isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and not given:
            self._node("EarlyStopProtocol", "stop", node, parent, [], changes=True)
            return []
        if isinstance(func, ast.Attribute) and self._is_module(func) and not _has_location(func):
            sources = self._all(given, parent)
            if name == "skip":
                self._node("SkipProtocol", self._location(func), node, parent, sources, changes=True)
                return []
            return [self._node("ApplyModuleProtocol", self._location(func), node, parent, sources)] if sources else []
        sources = self.value(func.value, parent) if isinstance(func, ast.Attribute) else []
        sources = sources + self._all(given, parent)
        if not sources or name is None or name in _SILENT:
            return sources
        return [self._node("Operation", name, node, parent, sources)]

    def _location(self, node: ast.Attribute) -> str:
        """A location as a person writes it, without the model's own name: ``transformer.h.0.output``."""
        parts: list[str] = []
        at: ast.expr = node
        while isinstance(at, (ast.Attribute, ast.Subscript)):
            if isinstance(at, ast.Attribute):
                parts.append(at.attr)
            else:
                parts.append(str(at.slice.value) if isinstance(at.slice, ast.Constant) else f"[{ast.unparse(at.slice)}]")
            at = at.value
            place = self.place(at) if node.attr != "grad" else None
            if place is not None:
                parts.extend([place] if place != "model" else [])
                return ".".join(reversed(parts)).replace(".[", "[")
        if isinstance(at, ast.Name) and (at.id not in self.models or node.attr == "grad"):
            parts.append(at.id)
        return ".".join(reversed(parts)).replace(".[", "[")

    # -- making ----------------------------------------------------------------------------------------------------------

    def _group(self, kind: str, label: str, node: Any, parent: str | None, name: str | None = None, **over: Any) -> str:
        line = over.get("line", node.lineno)
        id_: str = self.builder.new_id(parent, name or label, line)
        taken = None if self.status == "planned" or kind != "Branch" else False
        file = self.builder.file_name(self.file.name)
        self.builder.put(Group(id_, kind, label, parent, file=file, line=node.lineno, taken=taken, status=self.status))
        return id_

    def _node(self, kind: str, label: str, node: Any, parent: str | None, sources: list[str], changes: bool = False) -> str:
        sources = list(dict.fromkeys(sources))
        site = self.file.site(node)
        lost = any(self.builder.lost(source) for source in sources)
        status = "not reached" if lost and self.status == "never run" else self.status
        id_: str = self.builder.new_id(parent, label, node.lineno)
        self.count += 1
        self.seq += 1e-6
        self.builder.add(
            Node(id_, kind, label, parent, variable=site.variable, **self.builder.where(site), status=status, changes=changes),
            self.seq,
        )
        for index, source in enumerate(sources):
            self.builder.connect([source], id_, str(index))
        return id_


def _is_location(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in LOCATIONS


def _has_location(node: ast.expr) -> bool:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if _is_location(node):
            return True
        node = node.value
    return False


def _whole(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)
