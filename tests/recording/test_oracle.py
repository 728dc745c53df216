"""Random programs: the same results on and off, and the data flow of an oracle that shares nothing with the recorder.

The oracle runs the same source once more on symbols in place of tensors: each symbol is a cell that knows which operation made
or last changed it, and operations on symbols write down where their arguments came from.
"""

from __future__ import annotations

import itertools
import linecache
from collections import Counter
from typing import Any

import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnsight_graphwidget import Graph, record
from tests.models import tiny_net

NAMES = ("a", "b", "c")
MODEL = tiny_net()
X = torch.rand(1, 5, generator=torch.Generator().manual_seed(5))
_files = itertools.count()

name = st.sampled_from(NAMES)
number = st.sampled_from(["0.5", "2", "-1.5"])
column = st.integers(0, 9)
simple = st.one_of(
    st.builds("{} = {} {} {}".format, name, name, st.sampled_from("+-*"), name),
    st.builds("{} = {} {} {}".format, name, name, st.sampled_from("+-*"), number),
    st.builds("{} = {} {} {}".format, name, number, st.sampled_from("+-*"), name),
    st.builds("{} = ({} + {}).relu() * {}".format, name, name, name, name),
    st.builds("{} = torch.stack([{}, {}]).sum(0)".format, name, name, name),
    st.builds("{} = torch.add({}, {})".format, name, name, name),
    st.builds("{} = {}".format, name, name),
    st.builds("{} += {}".format, name, name),
    st.builds("{}.mul_({})".format, name, number),
    st.builds("{}[:, {}] = {}[:, {}]".format, name, column, name, column),
    st.builds("{}[:, {}] = {}".format, name, column, number),
    st.builds("{} = model.layer1.output".format, name),
    st.builds("model.layer1.output = {}".format, name),
    st.builds("s = {}.mean().item()".format, name),
    st.builds("{} = {} * s".format, name, name),
    st.builds("{}.save()".format, name),
    st.builds("items.append({})".format, name),
    st.builds("{} = torch.stack(items).sum(0)".format, name),
    st.builds("{} = twice({}, {})".format, name, name, number),
)  # fmt: skip


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def looped(count: int, body: list[str]) -> list[str]:
    return [f"for i in range({count}):", *indented(body)]


def chosen(test: bool, body: list[str], other: list[str]) -> list[str]:
    return [f"if {'s == s' if test else 's != s'}:", *indented(body), "else:", *indented(other)]


def flat(blocks: list[list[str]]) -> list[str]:
    return [line for block in blocks for line in block]


def several(inner: Any) -> Any:
    return st.lists(inner, min_size=1, max_size=3).map(flat)


block = st.recursive(
    st.builds(lambda line: [line], simple),
    lambda inner: st.one_of(
        st.builds(looped, st.integers(1, 3), several(inner)),
        st.builds(chosen, st.booleans(), several(inner), several(inner)),
    ),
    max_leaves=6,
)  # fmt: skip
programs = st.lists(block, min_size=1, max_size=8).map(flat)

HEAD = [
    "def twice(t, k):",
    "    u = t * k",
    "    return u + t",
    "with model.trace(x):",
    "    items, s = [], 1.0",
    "    a = model.layer1.output",
    "    b = a * 2",
    "    c = a + b",
    "    items.append(c)",
]
TAIL = ["    result = (a + b + c).save()"]


def run(lines: list[str], model: Any, recorded: bool) -> tuple[Any, Graph | None]:
    file = f"oracle{next(_files)}.py"
    text = "\n".join(lines) + "\n"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope = {"model": model, "x": X.clone(), "torch": torch}
    code = compile(text, file, "exec")
    if not recorded:
        exec(code, scope)
        return scope["result"], None
    with record() as recording:
        exec(code, scope)
    return scope["result"], recording.graph


class Symbol:
    """A tensor's cell: ``made`` is the (line, label) that made or last changed it."""

    def __init__(self, oracle: Oracle, made: Any) -> None:
        self.oracle, self.made = oracle, made

    def op(self, label: str, *arguments: Any) -> Symbol:
        return Symbol(self.oracle, self.oracle.note(label, [self, *arguments]))

    def change(self, label: str, *arguments: Any) -> Symbol:
        self.made = self.oracle.note(label, [self, *arguments])
        return self

    def __add__(self, other: Any) -> Symbol:
        return self.op("add", other)

    def __sub__(self, other: Any) -> Symbol:
        return self.op("sub", other)

    def __mul__(self, other: Any) -> Symbol:
        return self.op("mul", other)

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: Any) -> Symbol:
        return self.op("sub", other)

    def __iadd__(self, other: Any) -> Symbol:
        return self.change("add_", other)

    def mul_(self, other: Any) -> Symbol:
        return self.change("mul_", other)

    def __getitem__(self, index: Any) -> Symbol:
        return self.op("getitem")

    def __setitem__(self, index: Any, value: Any) -> None:
        self.change("setitem", value)

    def relu(self) -> Symbol:
        return self.op("relu")

    def sum(self, dim: int) -> Symbol:
        return self.op("sum")

    def mean(self) -> Symbol:
        return self.op("mean")

    def item(self) -> Symbol:
        return Number(self.oracle, self.oracle.note("item", [self]))

    def save(self) -> Symbol:
        self.oracle.note("save", [self])
        return self


class Number(Symbol):
    """What ``.item()`` gives; equal to itself, so that branches go as they do with real numbers."""

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other


class Oracle:
    """Stands for the model and for torch while the same program runs on symbols."""

    def __init__(self) -> None:
        self.edges: Counter[tuple[Any, Any]] = Counter()
        self.nodes: Counter[Any] = Counter()
        self.layer1 = self
        self._serves: Any = None
        self._read: Any = None
        self._swap: Any = None
        self.line = 0
        self.path: tuple[Any, ...] = ()

    def note(self, label: str, arguments: list[Any]) -> Any:
        at = (self.line, label)
        self.nodes[at] += 1
        for argument in arguments:
            for each in argument if isinstance(argument, list) else [argument]:
                if isinstance(each, Symbol):
                    self.edges[(each.made, at)] += 1
        return at

    @property
    def output(self) -> Symbol:
        if self._serves is None:
            self._serves = Symbol(self, None)
            self._serves.made = self._read = self.note("layer1.output", [])
            self._path = self.path
        elif self._swap is not None or self._serves.made != self._read:
            before = Symbol(self, self._swap or self._serves.made)
            self._serves.made = self._read = self.note("layer1.output", [before])
            self._swap, self._path = None, self.path
        elif self.path != self._path:
            self._serves.made = self._read = self.note("layer1.output", [])
            self._path = self.path
        return self._serves

    @output.setter
    def output(self, value: Symbol) -> None:
        self._swap = self.note("layer1.output", [value])
        self._serves = value

    def stack(self, parts: list[Symbol]) -> Symbol:
        return Symbol(self, self.note("stack", [parts]))

    def add(self, a: Symbol, b: Symbol) -> Symbol:
        return Symbol(self, self.note("add", [a, b]))


def expected(lines: list[str]) -> Oracle:
    """Run the program on symbols, with its line and its loops' passes told as it goes."""
    oracle = Oracle()
    body: list[str] = []
    for number, line in enumerate(lines, 1):
        indent = line[: len(line) - len(line.lstrip())]
        if line.lstrip().startswith("with "):
            body.append(f"{indent}if True:")
            continue
        if not line.lstrip().startswith(("else", "def")):
            body.append(f"{indent}at({number}, {{k: v for k, v in globals().items() if k == 'i'}}, {len(indent)})")
        body.append(line)
    loops: list[tuple[int, int]] = []

    def at(number: int, names: dict[str, Any], indent: int) -> None:
        oracle.line = number
        oracle.path = path(lines, number, passes)

    passes: dict[int, int] = {}

    def enter(loop: int, index: int) -> None:
        passes[loop] = index

    text = "\n".join(body)
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("for "):
            count = line.partition("range(")[2].partition(")")[0]
            text = text.replace(line, line.replace(f"range({count})", f"told({number}, {count})"), 1)

    def told(loop: int, count: int) -> Any:
        for index in range(count):
            enter(loop, index)
            yield index

    exec(text, {"model": oracle, "torch": oracle, "at": at, "told": told})
    del loops
    return oracle


def path(lines: list[str], number: int, passes: dict[int, int]) -> tuple[Any, ...]:
    """The loops and branches around a line, with their passes."""
    found: list[Any] = []
    indent = len(lines[number - 1]) - len(lines[number - 1].lstrip())
    for at in range(number - 1, 0, -1):
        line = lines[at - 1]
        depth = len(line) - len(line.lstrip())
        if depth < indent:
            indent = depth
            word = line.split()[0]
            if word in ("for", "if", "else:"):
                found.append((at, passes.get(at)))
    return tuple(found)


def seen(graph: Graph) -> tuple[Counter[Any], Counter[Any]]:
    """Nodes and data edges as the oracle writes them."""
    kinds = ("Operation", "InterventionProtocol", "SwapProtocol", "LockProtocol")
    nodes = {node.id: (node.line, node.label) for node in graph.nodes if node.kind in kinds and node.status == "ok"}
    edges = Counter(
        (nodes[edge.source], nodes[edge.target]) for edge in graph.edges if edge.source in nodes and edge.target in nodes
    )
    return Counter(nodes.values()), edges


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs)
def test_results_and_data_flow(body: list[str]) -> None:
    lines = [*HEAD, *indented(body), *TAIL]
    plain, _ = run(lines, MODEL, recorded=False)
    value, graph = run(lines, MODEL, recorded=True)
    assert torch.equal(plain.nan_to_num(), value.nan_to_num())
    assert graph is not None and graph.complete, graph.reason
    oracle = expected(lines)
    nodes, edges = seen(graph)
    program = "\n".join(lines)
    assert nodes == oracle.nodes, f"{program}\nonly recorded {nodes - oracle.nodes}\nonly expected {oracle.nodes - nodes}"
    assert edges == oracle.edges, f"{program}\nonly recorded {edges - oracle.edges}\nonly expected {oracle.edges - edges}"
