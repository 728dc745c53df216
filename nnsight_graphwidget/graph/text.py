"""Text made legible, whatever is in it. ``js/src/core/text.ts`` leaves out the same: ``tests/golden/questions.json``."""

from __future__ import annotations

import re

MAX_LABEL = 500

#: Control characters, bidirectional controls, other invisibles (tags, too), halves of pairs, and what XML forbids. Spelled out,
#: since what Python calls printable changes with its version.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def legible(text: str, limit: int = MAX_LABEL) -> str:
    """``text`` in one line with nothing invisible in it: control, bidirectional and lone surrogate characters are spelled
    out (``\\u202e``), and what is longer than ``limit`` characters is cut with ``…``."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
