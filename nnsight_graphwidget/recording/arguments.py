"""Which expression in the source gave an event's argument, and what else its syntax tree says about it."""

from __future__ import annotations

import ast
from typing import Any

from .events import Event, Scope
from .plan import CONTEXTS
from .source import COMPREHENSIONS, Site

#: Where the arguments of a run stand in its call; -1 is what the method is called on.
INPUTS = {"input": 0, "tensor": -1}


def opener(node: ast.With | ast.AsyncWith, kind: str) -> ast.withitem:
    """The item of a ``with`` that opens a scope of this kind: by the method that it calls, or else the first."""
    for item in node.items:
        func = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
        if isinstance(func, ast.Attribute) and CONTEXTS.get(func.attr) == kind:
            return item
    return node.items[0]


def header(scope: Scope) -> str | None:
    if scope.site is None or scope.site.source is None or scope.node is None:
        return None
    return scope.site.source.text(opener(scope.node, scope.kind).context_expr)


def call_of(scope: Scope) -> ast.Call | None:
    if scope.node is None:
        return None
    call = opener(scope.node, scope.kind).context_expr
    return call if isinstance(call, ast.Call) else None


def argument(call: ast.Call | None, name: str, positions: dict[str, int]) -> ast.expr | None:
    """The expression of a call's argument, by keyword or position."""
    if call is None:
        return None
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    name = name.partition("[")[0]
    position = positions.get(name, int(name) if name.isdigit() else None)
    if position == -1:
        return call.func.value if isinstance(call.func, ast.Attribute) else None
    if position is None or any(isinstance(arg, ast.Starred) for arg in call.args[: position + 1]):
        return None
    return call.args[position] if position < len(call.args) else None


def operand(site: Site | None, event: Event, name: str) -> ast.expr | None:
    """The expression in the source that gave an event's argument, if the source says so."""
    if not event.direct:
        return None
    node = site.node if site is not None else None
    if node is None or ("[" in name and not isinstance(node, ast.Subscript)):
        base = name.partition("[")[0]
        return operand(site, event, base) if node is not None and base != name else None
    base = name.partition("[")[0]
    if isinstance(node, ast.Call):
        saved = event.kind == "LockProtocol" and not node.args
        method = event.kind != "LockProtocol" and (event.target or "").startswith("torch.Tensor.")
        if (saved or method) and isinstance(node.func, ast.Attribute):
            shifted = str(int(base) - 1) if base.isdigit() else base
            return node.func.value if base == "0" else argument(node, shifted, {})
        return argument(node, base, {"value": 0})
    parts: list[ast.expr | None] = []
    if isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.Compare):
        parts = [node.left, *node.comparators]
    elif isinstance(node, ast.UnaryOp):
        parts = [node.operand]
    elif isinstance(node, ast.Subscript):
        parts = [node.value, node.slice]
        if isinstance(site, Site) and isinstance(site.statement, ast.Assign):
            parts.append(site.statement.value)
        if event.kind == "SwapProtocol":
            parts = []
    elif isinstance(node, ast.AugAssign):
        parts = [node.target, node.value]
    elif isinstance(node, ast.Attribute):
        parts = [node.value]
    if event.kind == "SwapProtocol" and site is not None and isinstance(site.statement, ast.Assign):
        return site.statement.value if base == "value" else None
    return parts[int(base)] if base.isdigit() and int(base) < len(parts) else None


def name_of(site: Site) -> str:
    """A short name for an expression: its last part."""
    node = site.node
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else type(node).__name__.lower()


def splatted(site: Site | None) -> bool:
    node = site.node if site is not None else None
    return not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords)


def constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant))


def text_of(site: Site | None, expression: ast.expr | None) -> str | None:
    if expression is None or site is None or site.source is None:
        return None
    text = site.source.site(expression).flat if isinstance(expression, ast.expr) else None
    if not text or len(text) > 80:
        return None
    return f"({text})" if isinstance(expression, ast.Tuple) and not text.startswith("(") else text


def branches(node: Any) -> int:
    """How many branches a test has."""
    return len(node.cases) if hasattr(node, "cases") else 2


def branch(node: Any, number: int) -> tuple[str, list[Any]]:
    """What a branch of a test is called, and what is in it."""
    if hasattr(node, "cases"):
        case = node.cases[number]
        return f"case {ast.unparse(case.pattern)}", case.body
    body = node.orelse if number else node.body
    return ("else" if number else "then"), body if isinstance(body, list) else [body]


def heading(node: Any, site: Site) -> str:
    """What a loop or a test is called: as its header reads, on one line."""

    def text(part: ast.AST) -> str:
        return (site.source.site(part).flat if site.source is not None else None) or ast.unparse(part)

    if isinstance(node, COMPREHENSIONS):
        node = node.generators[0]
        tests = "".join(f" if {text(test)}" for test in node.ifs)
        return f"for {text(node.target)} in {text(node.iter)}{tests}"
    if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        return f"for {text(node.target)} in {text(node.iter)}"
    if hasattr(node, "subject"):
        return f"match {text(node.subject)}"
    return f"{'while' if isinstance(node, ast.While) else 'if'} {text(node.test)}"


def called(name: str, node: Any, source: Any) -> str:
    """What a function is called: a module's ``forward`` by its class."""
    parent = (
        source.parent(node) if name in ("forward", "__call__") and source is not None and isinstance(node, ast.AST) else None
    )
    return parent.name if isinstance(parent, ast.ClassDef) else name


def parameters(node: Any) -> set[str]:
    """The names of a function's parameters."""
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return {each.arg for each in every if each is not None}
