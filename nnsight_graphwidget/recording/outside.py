"""The loops around traces, in code that runs already when recording begins and so bears no marks.

Of these only the traces are seen. They come in the order in which their statements are evaluated: one that comes at or
before the last one's place means that a loop which holds both went round, the outermost whose variable changed, or else the
innermost. Passes without a trace cannot be seen.
"""

from __future__ import annotations

import ast
import sys
import weakref
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from .events import Region
from .frames import variables
from .source import COMPREHENSIONS, LOOPS, Site, Sources


class Outside:
    """Where in the loops around them traces are.

    Arguments:
        sources: the files that code is from.
        library: whether a file is no user's.
        text: what a loop bound, in words.
    """

    def __init__(self, sources: Sources, library: Callable[[str], bool], text: Callable[[Any], str]) -> None:
        self._sources, self._library, self._text = sources, library, text
        #: the region of all that is recorded
        self.root = Region("block", None, None)
        self._begun: CodeType | None = None
        self._around: tuple[tuple[ast.AST, int], ...] = ()
        self._tracks: dict[tuple[Region, CodeType, Any], _Track] = {}

    def begun_at(self, frame: FrameType) -> None:
        """Say where recording began: loops around that are not part of what is recorded."""
        self._begun = frame.f_code
        file = self._sources.of(frame.f_code)
        found = file.with_at(frame.f_lineno or 0)
        if found is not None:
            self._around = file.site(found).around

    def region(self, frame: FrameType, site: Site) -> Region:
        """The region that an outermost trace is in: its own function's loops, and its callers' up to where recording began.

        Arguments:
            frame: that the trace is opened in.
            site: its ``with`` statement.
        """
        frames = [frame]
        while frames[-1].f_code is not self._begun and frames[-1].f_back is not None:
            frames.append(frames[-1].f_back)
        task = _task()
        if frames[-1].f_code is not self._begun:  # recording began elsewhere: in what began this task, or it is not known
            own = 1 if task is None else next((i for i, each in enumerate(frames) if self._library(each.f_code.co_filename)), 1)
            del frames[max(own, 1) :]
        whole = self.root
        for at in reversed(frames):
            code = at.f_code
            here = site if at is frame else self._sources.site(code, at.f_lasti)
            if self._library(code.co_filename) or here.order < 0:
                continue
            skip = len(self._around) if here.around[: len(self._around)] == self._around and code is self._begun else 0
            loops = [node for node, _ in here.around[skip:] if isinstance(node, (*LOOPS, *COMPREHENSIONS))]
            if loops:
                whole = self._tracks.setdefault((whole, code, task), _Track(whole)).region(
                    here, loops, at, at is frame, self._text
                )
        return whole


def _task() -> Any:
    """The asyncio task that runs, of which each has loops of its own."""
    asyncio = sys.modules.get("asyncio")
    try:
        task = None if asyncio is None else asyncio.current_task()
    except RuntimeError:  # no loop runs
        return None
    return None if task is None else weakref.ref(task)


class _Track:
    """The passes of the loops of one function."""

    def __init__(self, base: Region) -> None:
        self._base = base
        self._last: tuple[int, list[Any]] | None = None
        self._open: dict[ast.AST, Region] = {}
        self._told: dict[ast.AST, Any] = {}

    def region(self, site: Site, loops: list[Any], frame: FrameType, direct: bool, text: Callable[[Any], str]) -> Region:
        """The innermost pass that a site is in."""
        names = variables(frame)
        bound = {loop: {name: names[name] for name in _names(loop) if name in names} for loop in loops}
        told = {loop: tuple(v if type(v) in (int, float, str, bool) else id(v) for v in bound[loop].values()) for loop in loops}
        shared = 0
        if self._last is not None:
            shared = next(
                (i for i, (a, b) in enumerate(zip(loops, self._last[1])) if a is not b), min(len(loops), len(self._last[1]))
            )
            again = site.order < self._last[0] or (direct and site.order == self._last[0])
            moved = next((i for i in range(shared) if bound[loops[i]] and self._told.get(loops[i]) != told[loops[i]]), None)
            if moved is None and again and shared:
                moved = shared - 1
            if moved is not None:
                self._begin(loops[moved], self._open[loops[moved]].parent, bound[loops[moved]], text)
                shared = moved + 1
        for index in range(shared, len(loops)):
            base = self._open[loops[index - 1]] if index else self._base
            loop = base.new("loop", loops[index], None, site.source)
            loop.note = "passes without a trace are not counted"
            self._begin(loops[index], loop, bound[loops[index]], text)
        self._told.update(told)
        self._last = (site.order, loops)
        return self._open[loops[-1]]

    def _begin(self, node: ast.AST, loop: Region | None, bound: dict[str, Any], text: Callable[[Any], str]) -> None:
        assert loop is not None  # a pass is in a loop
        made = self._open[node] = loop.pending()
        made.begun = True
        made.values = {name: text(value) for name, value in bound.items()}
        loop.count += 1


def _names(loop: Any) -> list[str]:
    """The names that a loop binds on each pass."""
    targets = [each.target for each in getattr(loop, "generators", (loop,)) if hasattr(each, "target")]
    return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
