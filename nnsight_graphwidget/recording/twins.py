"""The functions of the user's that a block calls, and the same with marks."""

from __future__ import annotations

import ast
import functools
import os
from collections.abc import Callable
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType
from typing import Any

import torch

from .frames import conceal
from .marks import Table, mark_function
from .records import Marked, Watch
from .source import SourceFile, Twin

#: Where functions are that torch maps, differentiates or compiles: what they call is not the block's own.
_WHOLE = tuple(
    os.path.join(os.path.dirname(torch.__file__), name)
    for name in ("_functorch/", "_dynamo/", "func/", "autograd/functional.py")
)


class Twins:
    """The functions that one observer sees called.

    Arguments:
        watch: the observer.
        marks: makes what the marks of a code object call.
    """

    def __init__(self, watch: Watch, marks: Callable[[SourceFile], Marked]) -> None:
        self._watch, self._marks, self._sources = watch, marks, watch.sources
        #: functions by the address of their code, which is kept, and their code with marks
        self._twins: dict[int, tuple[CodeType, Twin | None]] = {}

    def twin(self, function: Any) -> Any:
        """The marked twin of a function of the user's, or the function itself."""
        cls = type(function)
        if cls is FunctionType:
            code = function.__code__
            if code.co_filename.startswith(_WHOLE):
                return self._watch.whole(function, code)
            if self._watch.library(code.co_filename):
                return function
            marked = self._marked(code)
            if marked is None or marked is code:
                return function
            made = FunctionType(marked, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
            made.__kwdefaults__ = function.__kwdefaults__
            made.__qualname__ = function.__qualname__
            return made
        if cls is MethodType:
            inner = self.twin(function.__func__)
            return function if inner is function.__func__ else MethodType(inner, function.__self__)
        if cls is functools.partial:
            inner = self.twin(function.func)
            return function if inner is function.func else functools.partial(inner, *function.args, **function.keywords)
        if cls is BuiltinFunctionType or issubclass(type(function), type):
            return function
        if issubclass(type(function), torch.nn.Module):
            return self._module(function)
        method = next((vars(base)["__call__"] for base in cls.__mro__ if "__call__" in vars(base)), None)
        if type(method) is FunctionType:
            inner = self.twin(method)
            return function if inner is method else MethodType(inner, function)
        return function

    def _module(self, module: Any) -> Any:
        """A call of a module of the user's whose ``forward`` is the marked twin meanwhile."""
        forward = next((vars(base)["forward"] for base in type(module).__mro__ if "forward" in vars(base)), None)
        if (
            type(forward) is not FunctionType
            or "forward" in module.__dict__
            or getattr(module, "_compiled_call_impl", None) is not None
        ):
            return module
        inner = self.twin(forward)
        if inner is forward:
            return module

        def call(*args: Any, **kwargs: Any) -> Any:
            module.__dict__["forward"] = MethodType(inner, module)
            try:
                return module(*args, **kwargs)
            except BaseException as error:
                conceal(error)
                raise
            finally:
                module.__dict__.pop("forward", None)

        return call

    def _marked(self, code: CodeType) -> CodeType | None:
        """The code of a function of the user's with marks, None if it cannot be marked."""
        if self._sources.marked(code):
            return code
        known = self._twins.get(id(code))
        if known is None:
            known = self._twins[id(code)] = (code, self._found(code))
        twin = known[1]
        if twin is None or twin.marked is None:
            return None
        self._sources.add(twin)
        return twin.marked

    def _found(self, code: CodeType) -> Twin | None:
        shift = self._sources.shift(code)
        file = self._sources.of(code, shift)
        for node, owner in file.functions(code, shift):

            def mark(node: ast.AST = node, owner: str | None = owner) -> tuple[CodeType, Table] | None:
                marks = self._marks(file)
                made = mark_function(code, node, shift, marks, owner)
                return None if made is None else (made, marks.table)

            twin = file.twin(node, code, shift, mark)
            if twin.marked is not None:
                return twin
        return None
