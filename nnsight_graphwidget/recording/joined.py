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

    def and_(self, other: Behind) -> Behind:
        """What is behind two values."""
        return Behind(self.found | other.found, self.sure | other.sure, max(self.picked, other.picked))


_NOTHING = Behind(0, 0, -1)


class _Step:
    """A node on a walk."""

    __slots__ = ("found", "node", "onward", "position", "whole")

    def __init__(self, node: Any, onward: Any) -> None:
        self.node, self.onward, self.position, self.found = node, onward, 0, _NOTHING
        self.whole = len(onward) == len(node.next_functions)

    def behind(self) -> Behind:
        """What is behind its node, after all of that was walked."""
        if not type(self.node).__name__.startswith(_PICKS):
            return self.found
        return Behind(self.found.found, 0, max(self.found.picked, self.node._sequence_nr()))


class Joined:
    """The numbers of one run of a model."""

    def __init__(self) -> None:
        self._name = next(_names)
        self._places: set[int] = set()
        #: what is behind each node that was walked, for each way of walking
        self._behind: dict[Hashable, dict[Hashable, Behind]] = {}

    def leave(self, edge: Edge, number: int) -> list[int]:
        """Leave a number at a value; the numbers that were there before."""
        node, output = edge
        left = node.metadata.setdefault(_KEY, [])
        before = [other for name, other, at in left if name == self._name and at == output]
        left.append((self._name, number, output))
        self._places.add(node._sequence_nr())
        return before

    def walk(self, edges: Iterable[Edge], way: Hashable, meet: Callable[[int], tuple[bool, bool, bool]]) -> Behind | None:
        """The numbers that lead to values.

        Arguments:
            way: what ``meet`` depends on; the same for the same answers.
            meet: told a number, says whether it counts, whether to go on past it, and if so whether only by what was there
                before it was left.

        Returns:
            None when there is too much to walk.
        """
        known = self._behind.setdefault(way, {})
        total, walked = _NOTHING, 0
        for edge in edges:
            bits, onward = self._enter(edge, meet)
            total = total.and_(Behind(bits, bits, -1))
            stack = [] if onward is None else [_Step(edge[0], onward)]
            while stack:
                step = stack[-1]
                if step.position == len(step.onward):
                    stack.pop()
                    behind = step.behind()
                    if step.whole:
                        known[_key(step.node)] = behind
                    if stack:
                        stack[-1].found = stack[-1].found.and_(behind)
                    else:
                        total = total.and_(behind)
                    continue
                edge = step.onward[step.position]
                step.position += 1
                if edge[0] is None:
                    continue
                bits, onward = self._enter(edge, meet)
                if bits:
                    step.found = step.found.and_(Behind(bits, bits, -1))
                if not onward:
                    continue
                child = _Step(edge[0], onward)
                seen = known.get(_key(child.node)) if child.whole else None
                if seen is not None:
                    step.found = step.found.and_(seen)
                    continue
                walked += 1
                if walked > _FAR:
                    return None
                stack.append(child)
        return total

    def _enter(self, edge: Edge, meet: Callable[[int], tuple[bool, bool, bool]]) -> tuple[int, Any]:
        """The numbers at a value, as bits, and the values to go on to, or None."""
        node, output = edge
        onward = node.next_functions
        bits = 0
        if node._sequence_nr() in self._places:
            for name, number, at in node.metadata.get(_KEY, ()):
                if name == self._name and at == output:
                    counts, past, before = meet(number)
                    bits |= counts << number
                    onward = None if not past or onward is None else onward[:1] if before else onward
        return bits, onward


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


def _key(node: Any) -> Hashable:
    """What tells a node from others, without keeping it: each thread counts its own nodes, so their number is not enough."""
    onward = node.next_functions
    first = onward[0][0] if onward else None
    return node._sequence_nr(), type(node), len(onward), -1 if first is None else first._sequence_nr()
