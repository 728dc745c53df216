"""Runs a script as ``python script.py arguments`` would, with recording on."""

from __future__ import annotations

import builtins
import os
import sys
from contextlib import AbstractContextManager, suppress
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def execute(
    source: bytes,
    script: str,
    path: str,
    arguments: list[str],
    watching: AbstractContextManager[Any],
    spec: ModuleSpec | None = None,
) -> int:
    """Run ``source`` as ``python script arguments`` would, inside ``watching``; ``path`` is the script's own.

    Arguments:
        spec: of a module, to run it as ``python -m`` would.

    Returns:
        The exit code.
    """
    main_module = ModuleType("__main__")
    names = main_module.__dict__
    names.update(__file__=path, __cached__=None, __loader__=SourceFileLoader("__main__", path), __builtins__=builtins)
    if spec is not None:
        names.update(__spec__=spec, __package__=spec.parent, __loader__=spec.loader)
    if "__annotations__" in sys.modules["__main__"].__dict__:  # Python gives a script one, or it does not: up to 3.13
        names["__annotations__"] = {}
    sys.modules["__main__"] = main_module
    sys.argv = [script, *arguments]
    if spec is None and not getattr(
        sys.flags, "safe_path", sys.flags.isolated
    ):  # before Python 3.11 -I alone leaves the folder out
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    try:
        code = compile(source, path, "exec", dont_inherit=True)
        with watching:
            exec(code, names)
    except SystemExit as stop:
        if stop.code is None or isinstance(stop.code, int):
            return stop.code or 0
        say(str(stop.code))
        return 1
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != path:  # this module's own frames
            trace = trace.tb_next
        error.__traceback__ = trace
        try:
            sys.excepthook(type(error), error, trace)
        except BaseException:  # the script's own hook
            sys.__excepthook__(type(error), error, trace)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def module(name: str) -> ModuleSpec:
    """The module that ``python -m name`` would run, looked for in the current folder first; packages around it are imported.

    Raises:
        ImportError: there is none that is Python source.
    """
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):
        sys.path[0] = os.getcwd()
    try:
        spec = find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = find_spec(f"{name}.__main__")
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ImportError(f"{name}: {error}") from error
    if spec is None or spec.origin is None or not isinstance(spec.loader, SourceFileLoader):
        raise ImportError(f"there is no module {name!r} of Python source that can be run")
    return spec


def say(text: str) -> None:
    """A line on stderr, if there is one: the exit code says it, too."""
    with suppress(AttributeError, ValueError, OSError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
