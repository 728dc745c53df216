"""How a graph or a recording is printed, shown and saved: one way for both.

What draws lies above this room, so it is not imported here. The top of the package registers it when it is imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..view import SaveOptions, WidgetOptions, takes

if TYPE_CHECKING:
    from typing_extensions import Unpack

#: What each method of :class:`Shown` calls, by the method's name.
_presenters: dict[str, Callable[..., Any]] = {}


def register(**presenters: Callable[..., Any]) -> None:
    """Say what ``heading`` (one line), ``outline``, ``show``, ``save`` and ``bundle`` (mime types → data) do with a graph."""
    _presenters.update(presenters)


class Shown:
    """Something that has a graph: it prints as an outline, shows itself in a notebook, and has ``show`` and ``save``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {_presenters['heading'](self)}>"

    def __str__(self) -> str:
        text: str = _presenters["outline"](self)
        return text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return _presenters["bundle"](self, include=include, exclude=exclude)

    @takes(WidgetOptions)
    def show(self, **options: Unpack[WidgetOptions]) -> Any:
        """A live graph in the notebook: a :class:`~nnsight_graphwidget.GraphWidget`.

        Arguments:
            {options}

        Raises:
            OptionError: naming the option, what was given and what is expected.
        """
        return _presenters["show"](self, **options)

    @takes(SaveOptions)
    def save(self, path: str | os.PathLike[str], **options: Unpack[SaveOptions]) -> Path:
        """Write the graph to a file; see :func:`nnsight_graphwidget.save`.

        Arguments:
            path: where; the suffix is the format.
            {options}

        Returns:
            The path written.

        Raises:
            OptionError: naming the option, what was given and what is expected.
            ExportError: the file cannot be made; what was at ``path`` is untouched.
        """
        written: Path = _presenters["save"](self, path, **options)
        return written
