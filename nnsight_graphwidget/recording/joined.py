"""Whether autograd joins two values: numbers are left at the one, and found again on the way back from the other.

A number stands in the metadata of the node of autograd's graph that made a value, so nothing is kept alive by it: neither the
node nor the tensors that the node saved.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, NamedTuple

import torch

from .describe import tensors

#: A value in autograd's graph: the node that made it, and which of the node's outputs it is.
Edge = tuple[Any, int]

#: Under this name a node's metadata have (whose, number, which output) of each number that was left at it.
_KEY = "nnsight_graphwidget"
#: What takes elements at places that were computed: autograd does not see what the places depend on.
_PICKS = ("Index", "Gather", "Scatter", "Topk", "Sort", "Take", "MaskedSelect")
#: So many nodes are walked at most.
_FAR = 500_000

_names = itertools.count()


class Met(NamedTuple):
    """What a number means to a walk that meets it.

    Arguments:
        counts: whether it is one of those that are looked for.
        past: whether what is behind it leads to the value too.
        kept: None if all that its node was made of does; if only what was there before it was written over does, the numbers,
            as bits, of which it is sure that the writing has left them.
    """

    counts: bool
    past: bool
    kept: int | None


class Behind(NamedTuple):
    """What is behind a value.

    Arguments:
        found: the numbers that lead to it, as the bits of a whole number.
        sure: those of them that lead to it on a way on which nothing is picked by computed places.
        picked: the newest node behind it that picks so, -1 for none.
    """

    found: int
    sure: int
    picked: int


_NOTHING = (0, 0, -1)


class _Step:
    """A node on a walk: where it leads, how far that was followed, and what was found so far."""

    __slots__ = ("found", "kept", "key", "node", "onward", "picked", "position", "sure")

    def __init__(self, node: Any, key: Hashable, onward: Any, kept: int | None) -> None:
        self.node, self.key, self.onward, self.kept = node, key, onward, kept
        self.position = self.found = self.sure = 0
        self.picked = -1

    def behind(self) -> tuple[int, int, int]:
        """What is behind its node, when all of that was walked."""
        if type(self.node).__name__.startswith(_PICKS):
            return self.found, 0, max(self.picked, self.node._sequence_nr())
        return self.found, self.sure if self.kept is None else self.sure & self.kept, self.picked


class Joined:
    """The numbers of one run of a model."""

    def __init__(self) -> None:
        self._name = next(_names)
        self._places: set[int] = set()
        #: what is behind each node that was walked, for each way of walking
        self._behind: dict[Hashable, dict[Hashable, tuple[int, int, int]]] = {}

    def leave(self, edge: Edge, number: int) -> list[int]:
        """Leave a number at a value; the numbers that were there before."""
        node, output = edge
        left = node.metadata.setdefault(_KEY, [])
        before = [other for name, other, at in left if name == self._name and at == output]
        left.append((self._name, number, output))
        self._places.add(node._sequence_nr())
        return before

    def walk(self, edges: Iterable[Edge], way: Hashable, meet: Callable[[int], Met]) -> Behind | None:
        """The numbers that lead to values.

        Arguments:
            way: what ``meet`` depends on; the same for the same answers.
            meet: told a number, says what it means.

        Returns:
            None when there is too much to walk.
        """
        known = self._behind.setdefault(way, {})
        places, walked = self._places, 0
        stack = [root := _Step(None, None, tuple(edges), None)]
        while root.position < len(root.onward) or len(stack) > 1:
            step = stack[-1]
            if step.position < len(step.onward):
                edge = step.onward[step.position]
                step.position += 1
                onward = () if edge[0] is None else edge[0].next_functions
                if not onward:
                    continue  # a parameter, or what has no gradient
                node, kept, number = edge[0], None, edge[0]._sequence_nr()
                if number in places:
                    bits, onward, kept = self._enter(edge, onward, meet)
                    step.found |= bits
                    step.sure |= bits
                    if not onward:
                        continue
                # each thread counts its own nodes, so their number is not enough
                first = onward[0][0]
                key = (number, type(node), len(onward), -1 if first is None else first._sequence_nr()) if kept is None else None
                behind = None if key is None else known.get(key)
                if behind is None:
                    walked += 1
                    if walked > _FAR:
                        return None
                    stack.append(_Step(node, key, onward, kept))
                    continue
            else:
                behind = stack.pop().behind()
                if step.key is not None:
                    known[step.key] = behind
                step = stack[-1]
            if behind != _NOTHING:
                step.found |= behind[0]
                step.sure |= behind[1]
                step.picked = max(step.picked, behind[2])
        return Behind(root.found, root.sure, root.picked)

    def _enter(self, edge: Edge, onward: Any, meet: Callable[[int], Met]) -> tuple[int, Any, int | None]:
        """The numbers at a value, as bits; the values to go on to, or None; what of what is behind it is surely still there."""
        bits, kept = 0, None
        for name, number, at in edge[0].metadata.get(_KEY, ()):
            if name == self._name and at == edge[1]:
                met = meet(number)
                bits |= met.counts << number
                if not met.past or onward is None:
                    onward = None
                elif met.kept is not None:
                    onward, kept = onward[:1], met.kept if kept is None else kept & met.kept
        return bits, onward, kept


def edge_of(tensor: Any) -> Edge | None:
    """A tensor in autograd's graph, or None if it is not there."""
    with torch._C.DisableTorchFunction():
        node = tensor.grad_fn
        return None if node is None else (node, tensor.output_nr)


def edges_of(value: Any) -> Iterator[Edge | None]:
    """Each tensor in a value in autograd's graph."""
    for _, tensor in tensors(value):
        yield edge_of(tensor)


def written_edge(tensor: Any) -> Edge | None:
    """The memory of a tensor in autograd's graph, after it was written: a view's is that of what it is a view of."""
    with torch._C.DisableTorchFunction():
        base = tensor._base
    return edge_of(tensor if base is None else base)


def name_of(edge: Edge) -> tuple[int, int]:
    """What tells a value from others, without keeping it."""
    return edge[0]._sequence_nr(), edge[1]
