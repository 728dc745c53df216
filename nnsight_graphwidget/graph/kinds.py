"""The legend: what each kind looks like, is called and does, read from ``kinds.json``.

Every kind has a ``name``, a ``role`` (node or group), ``color`` (the old ``.vis()``'s), ``light`` and ``dark`` (the same on a
white and a black page), ``shape``, ``class``, ``verb`` (what a line of text says before its label; empty where that says it)
and ``meaning``; ``family`` is the kind that it takes its colour from. What else it has is how it behaves:

* ``noun``: what one of it is called where they are counted; ``noun_of_change``: if it changes what the model computes.
* ``literal``: its text is also in the node that uses it, so it is hidden until asked for.
* ``outside``: it comes into the block from outside, so it stays what it is where a part of the graph is shown alone.
* ``says_arguments``: its label is made of its literals already.
* ``loop``: its groups are passes; ``pass``: it is one, no level of its own where a loop shows one pass.
* ``inline``: a group that stays in the lane of what it is in. ``folded``: a group that is closed at first.
* ``reads``: it gives what the model has computed. ``saves``: it keeps a value past the block.
* ``rows``: a group that sees rows of a batch of its own, or all of them.
* ``standing``: it is there whether or not a pass does anything, as the loop's variable is.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

Behaviour = Literal[
    "literal", "outside", "says_arguments", "loop", "pass", "inline", "folded", "standing", "reads", "saves", "rows"
]


@lru_cache(maxsize=1)
def legend() -> dict[str, dict[str, Any]]:
    """kind → what is known of it, in the order in which a legend lists them."""
    data: dict[str, dict[str, Any]] = json.loads(files(__package__).joinpath("kinds.json").read_text("utf-8"))
    return data


def style(kind: str, group: bool = False) -> dict[str, Any]:
    """The legend's entry for ``kind``; a kind that it does not know looks like an ``Operation`` (or a ``Subgraph``)."""
    return legend().get(kind) or legend()["Subgraph" if group else "Operation"]


def behaves(kind: str, how: Behaviour) -> bool:
    """Whether a kind behaves so; one that the legend does not know does not."""
    entry = legend().get(kind)
    return entry is not None and entry.get(how, False)
