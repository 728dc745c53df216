"""The process of another nnsight: it imports what every program imports once, and forks for each program.

A line of its input is ``[program.py, result.json, output.txt, folder]``, as JSON: the program's public functions are called in
that folder, and what they return is written to the result. A line of its output is the exit status.
"""

import importlib.util
import json
import os
import sys
import traceback
from inspect import isfunction
from pathlib import Path


def prepare() -> None:
    # nnsight 0.6 and later mount ``save`` on ``object``, which breaks some later imports; anyio's must come first.
    import anyio.from_thread  # noqa: F401
    import nnsight  # noqa: F401

    accept_newer_keywords()
    import models  # noqa: F401
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast  # noqa: F401  # seconds, each time


def accept_newer_keywords() -> None:
    """nnsight 0.3 and 0.4.0 patch ``FakeTensor.__new__`` for an older torch, which then lacks the keywords of this one."""
    from torch._subclasses.fake_tensor import FakeTensor

    made = FakeTensor.__new__
    known = made.__code__.co_varnames[: made.__code__.co_argcount + made.__code__.co_kwonlyargcount]
    if "pytype" not in known and not made.__code__.co_flags & 0x08:
        FakeTensor.__new__ = staticmethod(
            lambda *args, **kwargs: made(*args, **{name: value for name, value in kwargs.items() if name in known})
        )


def call(program: str, result: str) -> None:
    """Calls every public function of the program and writes what they return."""
    import nnsight

    from nnsight_graphwidget.generations import version

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


def main() -> None:
    answers = os.dup(1)
    os.dup2(2, 1)  # what an import prints is no answer
    prepare()
    forks = hasattr(os, "fork")
    for line in sys.stdin:
        program, result, output, folder = json.loads(line)
        child = os.fork() if forks else 0
        if child == 0:
            for descriptor, file in ((0, os.devnull), (1, output), (2, output)):
                os.dup2(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND), descriptor)
            os.chdir(folder)
            call(program, result)
            if not forks:
                os.write(answers, b"0\n")
            return
        _, status = os.waitpid(child, 0)
        os.write(answers, f"{os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    main()
