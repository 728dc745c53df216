"""Which expression in the source gave an event's argument, and what else its syntax tree says about it."""

from __future__ import annotations

import ast

from .events import Event, Scope
from .plan import CONTEXTS
from .source import LOOPS, Site


def assigned(scope: Scope, name: str, before: int) -> ast.expr | None:
    """What a name is bound to by the last assignment before a place that was no event, such as ``half = size / 2``.

    One that calls a method would have been an event if it had run.
    """
    file = scope.site.source if scope.site is not None else None
    found = [
        statement.value
        for statement in (ast.walk(scope.node) if scope.node is not None and file is not None else ())
        if isinstance(statement, ast.Assign)
        and any(isinstance(to, ast.Name) and to.id == name for to in statement.targets)
        and file is not None
        and file.order(statement) < before
        and not any(isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) for part in ast.walk(statement.value))
    ]
    return (
        found[-1] if found and not any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(found[-1])) else None
    )


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
    """The expression in the source that gave an event's argument."""
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
        if constant(node.left) or (event.label.startswith("r") and event.target and ".__r" in event.target):
            parts.reverse()
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
    text = site.source.text(expression)
    if not text or len(text) > 80:
        return None
    text = " ".join(text.split())
    return f"({text})" if isinstance(expression, ast.Tuple) and not text.startswith("(") else text


def tested(site: Site) -> ast.AST | None:
    """The ``if`` or ``while`` whose test an expression is."""
    child, parent = site.node, site.source.parent(site.node) if site.source and site.node else None
    while isinstance(parent, (ast.BoolOp, ast.UnaryOp)):
        child, parent = parent, site.source.parent(parent) if site.source else None
    return parent if isinstance(parent, (ast.If, *LOOPS)) and getattr(parent, "test", None) is child else None
