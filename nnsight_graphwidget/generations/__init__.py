"""What each nnsight is: the only place that names its private attributes."""

from __future__ import annotations

from typing import Any

from ..errors import UnsupportedError
from ..recording import Recording, record, register

__all__ = ["Recording", "installed", "keeping", "record"]


def keeping() -> Any | None:
    """The module that reads the graphs of the nnsight that is installed, or None if that one keeps none (0.5 and later)."""
    import nnsight

    version = str(nnsight.__version__)
    if version.startswith("0.4."):
        from .kept import v04

        return v04
    if version.startswith("0.3."):
        from .kept import v03

        return v03
    return None


def installed() -> tuple[Any, str]:
    """The hooks for the nnsight that is installed, and its version.

    Raises:
        UnsupportedError: it is not one that can be recorded.
    """
    import nnsight

    version = str(nnsight.__version__)
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if (0, 8) <= numbers < (0, 9):
        from .run import v08

        return v08, version
    if (0, 5) <= numbers < (0, 8):
        from .run import v05

        return v05, version
    raise UnsupportedError(
        f"nnsight {version} cannot be recorded: recording works on 0.5 to 0.8; on 0.3 and 0.4 pass the tracer itself to show()"
    )


register(installed)
