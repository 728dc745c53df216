"""Text made legible, whatever is in it."""

from __future__ import annotations

MAX_LABEL = 500


def legible(text: str, limit: int = MAX_LABEL) -> str:
    """``text`` in one line with nothing invisible in it: control, bidirectional and lone surrogate characters are spelled
    out (``\\u202e``), and what is longer than ``limit`` characters is cut with ``…``."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
