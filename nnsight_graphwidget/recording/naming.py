"""What the user's code calls a tensor, a parameter or a place in the model."""

from __future__ import annotations

import ast
import weakref
from types import FrameType
from typing import Any

import torch

from .records import Records, Watch
from .source import Site, own
from .values import lookup


class Naming:
    """Names in the code that one observer sees.

    Arguments:
        watch: the observer.
        records: of its frames.
    """

    def __init__(self, watch: Watch, records: Records) -> None:
        self._watch, self._records = watch, records
        self._modules: dict[int, weakref.ref[Any]] = {}
        self._parameters: dict[int, tuple[weakref.ref[Any], str]] = {}
        #: the last place at which the names of tensors were asked for: its expressions, by the addresses of what they were
        self._spelt_at: tuple[Site | None, dict[int, ast.AST]] = (None, {})

    def called(self, tensor: Any, frame: FrameType) -> str:
        """What the user's code calls a tensor that nothing recorded has made, or an empty text."""
        name = self._parameters.get(id(tensor))
        if name is not None and name[0]() is tensor:
            return name[1]
        found = self._records.frame(frame)
        word = None if found is None else found.word(tensor)
        if word is not None:
            return word
        site, names = self._records.site(frame), self._records.names(frame)
        part = self._spelt_at[1].get(id(tensor)) if self._spelt_at[0] is site else None
        if part is None or lookup(part, names) is not tensor:
            parts = [part for root in (site.node, site.statement) if root is not None for part in own(root)]
            parts = [part for part in parts if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript))]
            self._spelt_at = site, {id(lookup(part, names)): part for part in reversed(parts)}
            part = self._spelt_at[1].get(id(tensor))
        return "" if part is None else " ".join(ast.unparse(part).split())

    def spelt(self, frame: FrameType) -> str | None:
        """The place that a frame reads or writes as the source spells it, from the model on; None if it cannot be told."""
        node: Any = self._records.site(frame).node
        parts: list[str] = []
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            if isinstance(node, ast.Attribute):
                parts.append(node.attr)
            else:
                key = self._records.lookup(node.slice, frame)
                if type(key) is not int:
                    return None
                parts.append(str(key))
            node = node.value
        root = self._records.lookup(node, frame)
        place = None if root is None else self._watch.place(root)
        if place is None:
            return None
        return ".".join([*([] if place == "model" else [place]), *reversed(parts)])

    def owned(self, module: torch.nn.Module, call: ast.AST) -> None:
        """Remember what the parameters of a module that the block calls are called in it."""
        if id(module) in self._modules and self._modules[id(module)]() is module:
            return
        self._modules[id(module)] = weakref.ref(module)
        spelt = ast.unparse(call).rpartition(".")[2]
        for name, parameter in module.named_parameters():
            if id(parameter) not in self._parameters or self._parameters[id(parameter)][0]() is not parameter:
                self._parameters[id(parameter)] = (weakref.ref(parameter), name if "." in name else f"{spelt}.{name}")
