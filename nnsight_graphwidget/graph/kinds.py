"""The legend: what each kind looks like and means, read from ``kinds.json``."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=1)
def legend() -> dict[str, dict[str, Any]]:
    """kind → ``name``, ``role``, ``color`` (the old ``.vis()``'s), ``light``, ``dark``, ``shape``, ``class``, ``meaning``."""
    data: dict[str, dict[str, Any]] = json.loads(files(__package__).joinpath("kinds.json").read_text("utf-8"))
    return data


def style(kind: str, group: bool = False) -> dict[str, Any]:
    """The legend's entry for ``kind``; a kind that it does not know looks like an ``Operation`` (or a ``Subgraph``)."""
    return legend().get(kind) or legend()["Subgraph" if group else "Operation"]
