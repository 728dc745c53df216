"""The programs of ``tests/golden/programs`` on the nnsight that runs: what they name, recorded and not, and their graphs."""

import warnings
from pathlib import Path

import nnsight
import torch
from models import tiny_gpt2, tiny_net

import nnsight_graphwidget as ngw

PROGRAMS = Path(ngw.__file__).parent.parent / "tests" / "golden" / "programs"


def _given():
    torch.manual_seed(423)
    return {
        "x": torch.rand((1, 5)), "x2": torch.rand((1, 5)), "model": tiny_net(), "gpt2": tiny_gpt2(), "torch": torch,
        "nnsight": nnsight,
    }  # fmt: skip


def _run(name, recorded):
    """What the program's names hold, as text, what it raised, and its graph."""
    file = f"{name}.py"
    scope = {**_given(), "__name__": name}
    given, error, graph = set(scope), None, None
    torch.manual_seed(0)
    code = compile(Path(file).read_text("utf-8"), file, "exec")
    if recorded:
        with ngw.record() as recording:
            error = _raised(code, scope)
        graph = recording.graph.to_dict()
    else:
        error = _raised(code, scope)
    names = {key: _text(value) for key, value in scope.items() if key not in given and not key.startswith("__")}
    return {"names": names, "error": error, "graph": graph}


def _raised(code, scope):
    try:
        exec(code, scope)
    except Exception as error:
        return [[cls.__name__ for cls in type(error).__mro__], str(error)]
    return None


def _text(value):
    if isinstance(value, torch.Tensor):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [_text(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _text(item) for key, item in value.items()}
    return value if isinstance(value, (int, float, str, bool, type(None))) else type(value).__name__


def without_running():
    """Statuses of the graph of a block that is not run, and whether its layers ran."""
    model, ran = tiny_net(), []
    model.layer1._module.register_forward_hook(lambda *_: ran.append(True))
    with ngw.record(run=False) as recording:
        with model.trace(torch.rand((1, 5))):
            (model.layer1.output + 1).save()
    return {"statuses": [[node.kind, node.status] for node in recording.graph.nodes], "ran": bool(ran)}


def all_programs():
    """By name: the run alone, the run that is recorded, and the run under install()."""
    return {name: _runs(name) for name in _programs()}


def _runs(name):
    plain, recorded = _run(name, recorded=False), _run(name, recorded=True)
    ngw.install()
    try:
        return [plain, recorded, _run(name, recorded=False)]
    finally:
        ngw.uninstall()


def _programs():
    """Names of the programs, each put where it is read from."""
    for path in sorted(PROGRAMS.glob("*.py")):
        Path(path.name).write_text(path.read_text("utf-8"), "utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield path.stem
