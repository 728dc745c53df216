"""What can be chosen about a view of a graph: the one list of options.

A row of :class:`ViewOptions` is a keyword of ``save`` and ``show``, a flag of ``nnsight-graphwidget render``, a trait of the
widget that a cell which runs again may carry over, a part of what a page and the drawing process are told, and, by
``js/schema.py``, a type and a default in TypeScript. The sets of options are ``TypedDict`` classes because those are what type
checkers know as keywords; what else there is to know about an option stands beside its type, as an :class:`Option`.

This module knows no graph, so that a graph's own ``show`` and ``save`` can name its types: which ids and kinds there are comes
with each check, as :class:`Known`.
"""

import difflib
import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isfinite
from textwrap import fill
from types import NoneType
from typing import Annotated, Any, Literal, NamedTuple, TypedDict, TypeGuard, TypeVar, get_args, get_origin, get_type_hints

from .errors import OptionError

Expanded = Literal["auto", "all"] | Iterable[str]
Steps = Mapping[str, int | Literal["all"]]
Positions = Mapping[str, Sequence[float]]


class Known(NamedTuple):
    """The names that a graph's options can hold: ids of its sub-graphs, ids of its nodes and sub-graphs, kinds; and the short
    ids that may be given for ids."""

    groups: Collection[str]
    items: Collection[str]
    kinds: Collection[str]
    short: Mapping[str, str] = {}


@dataclass(frozen=True)
class Option:
    """What an option's type does not say.

    Arguments:
        meaning: what it does, for people.
        expected: what a value can be, for an error message.
        default: the value when none is given, as it is stored.
        read: gives a value as it is stored, or raises ValueError or TypeError.
        stored: its type then, where a caller may give more than what is stored.
        names: which of the names in :class:`Known` it holds.
        carried: whether a cell that runs again keeps what it was.
        flag: on the command line, where that is not its own name; None for no flag.
    """

    meaning: str
    expected: str
    default: Any
    read: Callable[[Any], Any]
    stored: Any = None
    names: Literal["groups", "items", "kinds"] | None = None
    carried: bool = False
    flag: str | None = ""

    def checked(self, name: str, value: Any, known: Known) -> Any:
        """``value`` as it is stored.

        Raises:
            OptionError: naming the option, what was given and what is expected.
        """
        try:
            stored = self.read(value)
        except _Part as part:
            raise OptionError(f"{name}: {self.expected}; got {part.args[0]!r} for {part.args[1]!r}") from None
        except (TypeError, ValueError, OverflowError):
            raise OptionError(f"{name}: {self.expected}; got {_short(value)}") from None
        if self.names is None or isinstance(stored, str):
            return stored
        whole = {given: known_as(given, self.names, known, f"{name}: ") for given in stored}
        if isinstance(stored, Mapping):
            return {whole[given]: value for given, value in stored.items()}
        return list(dict.fromkeys(whole.values()))


class _Part(Exception):
    """One entry of a dict is wrong: its value, and its key."""


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError
        return value

    return read


def _texts(value: Any) -> list[str]:
    if isinstance(value, (str, Mapping)):
        raise TypeError
    texts = list(dict.fromkeys(value))
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
    return texts


def _expanded(value: Any) -> str | list[str]:
    return value if isinstance(value, str) and value in ("auto", "all") else _texts(value)


def _only(value: Any) -> str | list[str]:
    return value if isinstance(value, str) else _texts(value)


def _by_id(good: Callable[[Any], bool], stored: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any]]:
    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping) or not all(isinstance(id_, str) for id_ in value):
            raise TypeError
        for id_, entry in value.items():
            if not good(entry):
                raise _Part(entry, id_)
        return {id_: stored(entry) for id_, entry in value.items()}

    return read


def _is_step(value: Any) -> bool:
    return value == "all" or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)


def _is_place(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(map(is_number, value))


def _of(*types: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise TypeError
        return value

    return read


def _size(value: Any) -> float:
    if not (is_number(value) and value > 0):
        raise ValueError
    return value


def _height(value: Any) -> str:
    return f"{value}px" if is_number(value) else str(_of(str)(value))


def _anything(value: Any) -> Any:
    return value


_TWO = "True or False"


class GraphOptions(TypedDict, total=False):
    """Options of every file, whatever its format."""

    title: Annotated[
        str | None, Option("what the graph is called; the graph's own title by default", "a text", None, str, stored=str)
    ]
    only: Annotated[
        str | Iterable[str] | None,
        Option(
            "the part to show: the id of a sub-graph, which becomes the outermost one, so that values that come into it from"
            " outside are drawn as bridges; or ids of nodes and sub-graphs",
            "an id of a node or sub-graph, or a list of ids",
            None,
            _only,
            stored=list[str],
        ),
    ]


class FoldingOptions(GraphOptions, total=False):
    """Options of the formats that are text: what is open, and what is left out."""

    expanded: Annotated[
        Expanded,
        Option(
            'which sub-graphs are open: "auto" (as many as can be drawn well), "all", or a list of ids',
            "'auto', 'all' or a list of ids of sub-graphs",
            "auto",
            _expanded,
            stored=list[str],
            names="groups",
            carried=True,
        ),
    ]
    hidden_kinds: Annotated[
        Iterable[str],
        Option(
            'kinds that are left out (default: ["Value"]; literals are still in the text of what uses them)',
            "a list of kinds of the legend, such as ['Value']",
            ["Value"],
            _texts,
            stored=list[str],
            names="kinds",
            carried=True,
            flag="--hide",
        ),
    ]


class ViewOptions(FoldingOptions, total=False):
    """Options of everything that draws: pictures, pages and the widget."""

    theme: Annotated[
        Literal["auto", "light", "dark"],
        Option(
            '"light", "dark", or "auto": as the notebook or the reader of the page; a picture is light then',
            "'auto', 'light' or 'dark'",
            "auto",
            _one_of("auto", "light", "dark"),
        ),
    ]
    steps: Annotated[
        Steps | None,
        Option(
            'id of a loop → the pass that is shown, from 0 (the default), or "all"',
            "a dict of ids of loops, each with a pass (0, 1 …) or 'all'",
            {},
            _by_id(_is_step, lambda step: step),
            stored=dict[str, int | Literal["all"]],
            names="groups",
            carried=True,
        ),
    ]
    positions: Annotated[
        Positions | None,
        Option(
            "id → (x, y): how far, in px, it was dragged from where layout puts it",
            "a dict of ids, each with two numbers, (x, y) in px",
            {},
            _by_id(_is_place, list),
            stored=dict[str, tuple[float, float]],
            names="items",
            carried=True,
        ),
    ]
    arrangement: Annotated[
        Literal["flow", "lanes"],
        Option(
            '"flow" (values run down), or "lanes" (a column for each run, in the order of execution)',
            "'flow' or 'lanes'",
            "flow",
            _one_of("flow", "lanes"),
            carried=True,
        ),
    ]


class PictureOptions(ViewOptions, total=False):
    """Options of ``.svg`` and ``.pdf``."""

    legend: Annotated[bool, Option("whether the picture has a legend", _TWO, True, _of(bool))]
    footer: Annotated[
        bool | str,
        Option(
            "True for a line with nnsight's version and today's date, or the text of one; off by default, so that the"
            " same graph gives the same bytes",
            "True, False or a text",
            False,
            _of(bool, str),
        ),
    ]
    transparent: Annotated[bool, Option("no page behind the picture", _TWO, False, _of(bool))]


class SaveOptions(PictureOptions, total=False):
    """Options of ``.png``, which are all that a file can have."""

    scale: Annotated[
        float | None,
        Option("pixels of a .png per px of the drawing (default 2, or 1 if large)", "a number, more than 0", None, _size),
    ]
    dpi: Annotated[float | None, Option("the same as dots per inch: 96 is scale 1", "a number, more than 0", None, _size)]
    width: Annotated[int | None, Option("the same as the picture's width in pixels", "a number, more than 0", None, _size)]


class WidgetOptions(ViewOptions, total=False):
    """Options of the widget: its state, each a trait of the same name."""

    selected: Annotated[
        Iterable[str],
        Option(
            "ids of the nodes and sub-graphs that are selected",
            "a list of ids",
            [],
            _texts,
            stored=list[str],
            names="items",
            carried=True,
        ),
    ]
    collapsed: Annotated[
        bool,
        Option(
            "one line, which opens on a click, as the graphs that come by themselves are at first",
            _TWO,
            False,
            _of(bool),
            carried=True,
        ),
    ]
    search: Annotated[str, Option("what is searched for", "a text", "", _of(str))]
    height: Annotated[
        str | int | None,
        Option(
            'of the cell, as CSS ("600px") or a number of px; by default as high as the graph needs, within reason',
            "a text or a number",
            None,
            _height,
            stored=str | None,
        ),
    ]
    cytoscape_style: Annotated[list[Any], Option("style rules added to the graph's own", "a list of rules", [], _anything)]
    cytoscape_layout: Annotated[
        dict[str, Any], Option("another layout than ours, by its name", "a dict with a name", {}, _anything)
    ]
    min_zoom: Annotated[float, Option("how far one can zoom out", "a number", 0.02, _size)]
    max_zoom: Annotated[float, Option("how far one can zoom in", "a number", 4.0, _size)]
    wheel_sensitivity: Annotated[float, Option("how fast the wheel zooms", "a number", 1.0, _size)]
    user_zooming_enabled: Annotated[bool, Option("whether one can zoom", _TWO, True, _of(bool))]
    user_panning_enabled: Annotated[bool, Option("whether one can pan", _TWO, True, _of(bool))]
    auto_ungrabify: Annotated[bool, Option("whether boxes cannot be dragged", _TWO, False, _of(bool))]


@cache
def options_of(kinds: type) -> dict[str, tuple[Any, Option]]:
    """name → (type, :class:`Option`) of each option in a set, in the order in which they are listed."""
    hints = get_type_hints(kinds, include_extras=True)
    return {name: (hint.__origin__, hint.__metadata__[0]) for name, hint in hints.items()}


def stored_type(hint: Any, option: Option) -> Any:
    """The type of an option as a trait and in TypeScript."""
    return hint if option.stored is None else option.stored


def default_of(hint: Any, option: Option) -> Any:
    """An option's default as a trait and in TypeScript: empty, where what is given decides it (``"auto"``, a graph's title)."""
    stored = stored_type(hint, option)
    if get_origin(stored) is Literal or NoneType in get_args(stored):
        return option.default
    empty = get_origin(stored) or stored
    return option.default if isinstance(option.default, empty) else empty()


def checked(kinds: type, given: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """Every option of a set, as it is stored: what was given after a check, and the default of what was not, or was None.

    Raises:
        OptionError: naming the option, what was given and what is expected.
    """
    result = {}
    for name, (_, option) in options_of(kinds).items():
        if given.get(name) is None:
            result[name] = option.default
        else:
            result[name] = option.checked(name, given[name], known)
    return result


def refuse_unknown(given: Iterable[str], known: Collection[str], whose: str) -> None:
    """Refuse the first option that is not one of ``known``.

    Raises:
        OptionError: with what is close to it, and all that there are.
    """
    for name in given:
        if name not in known:
            near = close_to(name, known)
            raise OptionError(f"{name!r} is not an option of {whose}{near}; its options are {', '.join(known)}")


def known_as(name: str, names: Literal["groups", "items", "kinds"], known: Known, where: str = "") -> str:
    """``name``, which is one of the ``names`` in ``known``, or the id that it is short for.

    Raises:
        OptionError: it is not; the message names those that are close to it.
    """
    there = getattr(known, names)
    if name not in there and known.short.get(name) in there:
        return known.short[name]
    if name not in there:
        missing = {
            "groups": f"no sub-graph has the id {name!r}",
            "items": f"no node or sub-graph has the id {name!r}",
            "kinds": f"no kind {name!r} in the legend or the graph",
        }[names]
        near = close_to(name, there)
        raise OptionError(f"{where}{missing}{near or f'; there are {len(there)}' if there else '; there is none'}")
    return name


def narrowed(shown: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """What was stored for one graph, as far as another one, or a part of it, has the same ids."""
    every = options_of(WidgetOptions)
    result = {}
    for name, value in shown.items():
        names = every[name][1].names if name in every else None
        if names is not None and isinstance(value, Mapping):
            value = {id_: entry for id_, entry in value.items() if id_ in getattr(known, names)}
        elif names is not None and not isinstance(value, str):
            value = [id_ for id_ in value if id_ in getattr(known, names)]
        result[name] = value
    return result


def close_to(name: str, names: Iterable[str]) -> str:
    """The end of an error message about ``name``: what was perhaps meant, or nothing."""
    names = list(names)
    tails = {other.rpartition("/")[2]: other for other in names}
    close = [
        *difflib.get_close_matches(name, names, 3, 0.5),
        *(tails[match] for match in difflib.get_close_matches(name, tails, 3, 0.5)),
    ]
    return f"; close to it: {', '.join(repr(match) for match in dict.fromkeys(close[:4]))}" if close else ""


def is_number(value: Any) -> TypeGuard[float]:
    """Whether it is a number that a drawing can have."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return abs(value) < 1e9 and isfinite(value)


Function = TypeVar("Function", bound=Callable[..., Any])


def takes(kinds: type) -> Callable[[Function], Function]:
    """Tell a function's readers of its ``**options``: its signature has each by name, for Tab, and ``{options}`` in its
    docstring becomes the list of them."""

    def tell(function: Function) -> Function:
        options = options_of(kinds)
        signature = inspect.signature(function)
        others = (parameter for name, parameter in signature.parameters.items() if name not in options)
        fixed = [parameter for parameter in others if parameter.kind is not inspect.Parameter.VAR_KEYWORD]
        named = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=option.default, annotation=hint)
            for name, (hint, option) in options.items()
        ]
        function.__signature__ = signature.replace(parameters=[*fixed, *named])  # type: ignore[attr-defined]
        before, _, after = (function.__doc__ or "").partition("{options}")
        margin = before.rpartition("\n")[2]
        listed = [f"{margin}{name}: {option.meaning}." for name, (_, option) in options.items()]
        wrapped = "\n".join(fill(line, 120, subsequent_indent=margin + "    ") for line in listed)
        function.__doc__ = f"{before}{wrapped.removeprefix(margin)}{after}"
        return function

    return tell


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # of a number of more than 4,300 digits Python writes none
        text = f"a {type(value).__name__} too long to write"
    return text if len(text) < 60 else f"{text[:59]}…"
