"""Runs in the process of another nnsight: ``runner.py program.py result.json`` calls its functions, writes what they return."""

import importlib.util
import json
import sys
import traceback
from inspect import isfunction
from pathlib import Path


def accept_newer_keywords() -> None:
    """nnsight 0.3 and 0.4.0 patch ``FakeTensor.__new__`` for an older torch, which then lacks the keywords of this one."""
    from torch._subclasses.fake_tensor import FakeTensor

    made = FakeTensor.__new__
    known = made.__code__.co_varnames[: made.__code__.co_argcount + made.__code__.co_kwonlyargcount]
    if "pytype" not in known and not made.__code__.co_flags & 0x08:
        FakeTensor.__new__ = staticmethod(
            lambda *args, **kwargs: made(*args, **{name: value for name, value in kwargs.items() if name in known})
        )


def main(program: str, result: str) -> None:
    # nnsight 0.6 and later mount ``save`` on ``object``, which breaks some later imports; anyio's must come first.
    import anyio.from_thread  # noqa: F401
    import nnsight

    from nnsight_graphwidget.generations import version

    accept_newer_keywords()
    spec = importlib.util.spec_from_file_location("program", program)
    module = importlib.util.module_from_spec(spec)
    sys.modules["program"] = module
    spec.loader.exec_module(module)
    outcome = {"nnsight": version(nnsight)}
    for name, function in list(vars(module).items()):
        if isfunction(function) and function.__module__ == "program" and not name.startswith("_"):
            try:
                outcome[name] = {"returned": function()}
            except Exception:
                outcome[name] = {"raised": traceback.format_exc()}
    Path(result).write_text(json.dumps(outcome), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
