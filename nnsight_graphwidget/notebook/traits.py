"""The widget's options as traits, each synced with the page."""

from __future__ import annotations

from types import NoneType
from typing import Any, Literal, get_args, get_origin

import traitlets as t

from ..view import WidgetOptions, default_of, options_of, stored_type


def _trait(hint: Any, default: Any) -> t.TraitType[Any, Any]:
    """The trait whose values have this type."""
    kinds = [kind for kind in get_args(hint) if kind is not NoneType]
    if get_origin(hint) is Literal:
        return t.Enum(list(kinds), default)
    if NoneType in get_args(hint):
        return t.Unicode(default, allow_none=True)
    if get_origin(hint) is list:
        return t.List(t.Unicode() if kinds == [str] else None, default)
    if get_origin(hint) is dict:
        return t.Dict(default_value=default)
    scalar: type[t.TraitType[Any, Any]] = {str: t.Unicode, bool: t.Bool, float: t.CFloat}[hint]
    return scalar(default)


#: A class with a trait for each option of a widget.
ViewTraits: Any = t.MetaHasTraits(
    "ViewTraits",
    (t.HasTraits,),
    {
        name: _trait(stored_type(hint, option), default_of(hint, option)).tag(sync=True)
        for name, (hint, option) in options_of(WidgetOptions).items()
    },
)
