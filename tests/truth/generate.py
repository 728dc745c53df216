"""Random programs over the constructs that a graph must tell the truth about, as source text.

Names say what they hold: ``t`` a tensor of shape (2, 4), ``n`` a number, ``l`` a list of tensors, ``m`` a list of numbers,
``d`` a dict of numbers, ``o`` a ``Pair``, ``s`` a text. Each layer is read in one place only, in the order of the model,
because a read in a wrong order is an error of nnsight's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

LAYERS = 8

HEAD = """\
from dataclasses import dataclass

import nnsight
import torch


@dataclass
class Pair:
    one: float
    two: float


class Scaler:
    def __init__(self, factor):
        self.factor = factor

    def apply(self, t0):
        return t0 * self.factor


def score(t0):
    return t0.norm().item()


def scaled(t0, n0=2.0):
    t1 = t0 * n0
    return t1 + t0


def first_high(l0, n0):
    for t1 in l0:
        if t1.mean() > n0:
            return t1
    return l0[-1] * 3


def halved(t0, k):
    if k == 0:
        return t0
    return halved(t0 * 0.5, k - 1) + 1


def shrunk(t0):
    k = 0
    while t0.norm() > 0.5 and k < 3:
        t0 = t0 * 0.5
        k += 1
    return t0


def doubled(l0):
    for t1 in l0:
        yield t1 * 2


def indexed(l0):
    for k, t1 in enumerate(l0):
        t2 = t1.relu()
        yield k, t2
        t2.sum()


def gathered(*ts, scale=1.0):
    total = 0
    for t1 in ts:
        total = total + t1 * scale
    return total


def both(t0):
    return t0 * 2, t0.sum().item()


def maker(n0):
    def made(t0):
        return t0 * n0

    return made


class Meter:
    def __init__(self):
        self.total = 0
        self.seen = []

    def add(self, t0):
        self.total += t0.mean().item()
        self.seen.append(t0)
        return self


n9 = 0.25
t9 = torch.linspace(-1, 1, 8).reshape(2, 4)
bad = torch.ones(3)
layers = [model.layer0, model.layer1, model.layer2, model.layer3, model.layer4, model.layer5, model.layer6, model.layer7]
"""


@dataclass(frozen=True)
class Scope:
    """What a statement can use where it stands."""

    tensors: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()  # each holds a tensor at least
    number_lists: tuple[str, ...] = ()  # each holds a number at least
    dicts: tuple[str, ...] = ()  # each holds "a"
    pairs: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    loop: bool = False
    depth: int = 0

    def more(self, kind: str, name: str) -> Scope:
        return self if name in getattr(self, kind) else replace(self, **{kind: (*getattr(self, kind), name)})


@dataclass
class Writer:
    """One program under way: hands out names and the model's layers."""

    draw: Any
    layer: int = 1
    count: int = 0
    size: int = 0

    def pick(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def one_in(self, many: int) -> bool:
        return self.draw(st.integers(0, many - 1)) == many - 1

    def fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{10 + self.count}"

    # -- expressions -----------------------------------------------------------------------------------------------------

    def tensor(self, scope: Scope, depth: int = 2) -> str:
        name = self.pick(*scope.tensors)
        if depth == 0:
            return name
        forms = [
            "name", "binary", "number", "reflected", "method", "function", "mean", "stack", "choice", "helper",
            "lambda", "part", "max",
        ]  # fmt: skip
        if scope.lists:
            forms += ["element", "collected", "summed", "listed"]
        form = self.pick(*forms)

        def inner() -> str:
            return self.tensor(scope, depth - 1)

        if form == "binary":
            return f"({inner()} {self.pick('+', '-', '*')} {inner()})"
        if form == "number":
            return f"({inner()} {self.pick('+', '-', '*', '/')} {self.number(scope, depth - 1)})"
        if form == "reflected":
            return f"({self.number(scope, depth - 1)} {self.pick('+', '-', '*')} {inner()})"
        if form == "method":
            return f"{inner()}.{self.pick('relu()', 'abs()', 'tanh()', 'softmax(-1)', 'clone()', 'flip(0)')}"
        if form == "function":
            return self.pick(
                f"torch.add({inner()}, {inner()})",
                f"torch.where({inner()} > 0, {inner()}, {inner()})",
                f"torch.relu({inner()})",
                f"torch.full((2, 4), 1.0 * {self.number(scope, depth - 1)})",
                f"torch.clamp({inner()}, min={self.number(scope, 0)})",
            )
        if form == "mean":
            part = self.pick("mean()", "sum(dim=1, keepdim=True)", "norm()", "max(dim=1, keepdim=True).values")
            return f"({inner()} * {name}.{part})"
        if form == "stack":
            return f"torch.stack([{inner()}, {inner()}]).sum(0)"
        if form == "choice":
            return f"({inner()} if {self.test(scope)} else {inner()})"
        if form == "helper":
            number = self.number(scope, depth - 1)
            return self.pick(
                f"scaled({inner()})",
                f"scaled({inner()}, {number})",
                f"halved({inner()}, 2)",
                f"shrunk({inner()})",
                f"gathered({inner()}, {inner()})",
                f"gathered({inner()}, scale={number})",
                f"maker({number})({inner()})",
                f"both({inner()})[0]",
                f"Meter().add({inner()}).seen[0]",
                f"Scaler({number}).apply({inner()})",
                *(f"{call}({inner()})" for call in scope.calls),
            )
        if form == "lambda":
            return f"(lambda t5: t5 * {self.number(scope, depth - 1)})({inner()})"
        if form == "part":
            return f"{name}.split(2, dim=1)[{self.pick(0, 1)}].repeat(1, 2)"
        if form == "max":
            return f"({name} * max({inner()}.sum(), {inner()}.mean()))"
        if form == "element":
            return f"{self.pick(*scope.lists)}[{self.pick(0, -1)}]"
        if form == "collected":
            return f"torch.stack({self.pick(*scope.lists)}).mean(0)"
        if form == "summed":
            return f"sum({self.pick(*scope.lists)})"
        if form == "listed":
            listed = self.pick(*scope.lists)
            return self.pick(
                f"sum(t6 * {self.number(scope, 0)} for t6 in {listed})",
                f"torch.stack(list(t6.relu() for t6 in {listed})).sum(0)",
                f"torch.stack([t6 + {name} for t6 in {listed}]).sum(0)",
                f"first_high({listed}, {self.number(scope, 0)})",
            )
        return name

    def number(self, scope: Scope, depth: int = 1) -> str:
        plain = ["0.5", "2", "-1.5", *scope.numbers]
        if depth <= 0:
            return self.pick(*plain)
        forms = ["plain", "item", "float", "binary", "helper", "choice", "array", "listed", "count"]
        forms += ["element"] if scope.number_lists else []
        forms += ["key"] if scope.dicts else []
        forms += ["field"] if scope.pairs else []
        forms += ["text"] if scope.texts else []
        form = self.pick(*forms)

        def inner() -> str:
            return self.number(scope, depth - 1)

        if form == "item":
            return f"{self.tensor(scope, depth - 1)}.{self.pick('sum()', 'mean()', 'norm()')}.item()"
        if form == "float":
            return f"float({self.tensor(scope, depth - 1)}.{self.pick('sum()', 'mean()')})"
        if form == "binary":
            return f"({inner()} {self.pick('+', '-', '*')} {inner()})"
        if form == "helper":
            inside = self.tensor(scope, depth - 1)
            return self.pick(f"score({inside})", f"both({inside})[1]", f"Meter().add({inside}).total")
        if form == "choice":
            return f"({inner()} if {self.test(scope)} else {inner()})"
        if form == "array":
            return f"float(({self.tensor(scope, depth - 1)}.numpy() * {inner()}).mean())"
        if form == "listed":
            return f"{self.tensor(scope, depth - 1)}.tolist()[{self.pick(0, 1)}][{self.pick(0, 3)}]"
        if form == "count":
            return f"int(({self.tensor(scope, depth - 1)} > 0).sum())"
        if form == "element":
            listed = self.pick(*scope.number_lists)
            return self.pick(f"{listed}[0]", f"{listed}[-1]", f"sum({listed})", f"sum(n6 * 2 for n6 in {listed})")
        if form == "key":
            return f"{self.pick(*scope.dicts)}['a']"
        if form == "field":
            return f"{self.pick(*scope.pairs)}.{self.pick('one', 'two')}"
        if form == "text":
            return f"float({self.pick(*scope.texts)})"
        return self.pick(*plain)

    def test(self, scope: Scope, depth: int = 1) -> str:
        name = self.pick(*scope.tensors)
        forms = ["tensor", "any", "number", "not", "means", "bool", "item"]
        forms += ["and", "or", "chain"] if depth else []
        forms += ["any_of"] if scope.lists else []
        form = self.pick(*forms)
        if form == "tensor":
            return f"{name}.{self.pick('sum()', 'mean()')} > {self.number(scope, 0)}"
        if form == "any":
            return f"({name} > {self.number(scope, 0)}).{self.pick('any()', 'all()')}"
        if form == "number":
            return f"{self.number(scope, 0)} > {self.number(scope, 0)}"
        if form == "not":
            return f"not {name}.mean() > {self.number(scope, 0)}"
        if form == "means":
            return f"{name}.mean() < {self.pick(*scope.tensors)}.mean()"
        if form == "bool":
            return f"bool({name}.sum() > 0)"
        if form == "item":
            return f"{name}.sum().item() > {self.number(scope, 0)}"
        if form == "chain":
            return f"{name}.min() < {name}.mean() < {name}.max()"
        if form == "any_of":
            return f"{self.pick('any', 'all')}(t7.mean() > 0 for t7 in {self.pick(*scope.lists)})"
        return f"({self.test(scope, depth - 1)} {form} {self.test(scope, depth - 1)})"

    # -- statements ------------------------------------------------------------------------------------------------------

    def block(self, scope: Scope, most: int = 3) -> list[str]:
        """A few statements; what they bind is known inside of them only."""
        lines: list[str] = []
        for _ in range(self.draw(st.integers(1, most))):
            written, scope = self.statement(scope)
            lines += written
        return lines

    def statement(self, scope: Scope) -> tuple[list[str], Scope]:
        self.size += 1
        forms = [
            "tensor", "number", "tensor", "number", "append", "change", "total", "list", "numbers", "dict", "pair",
            "text", "local", "swap", "no_grad", "unpack",
        ]  # fmt: skip
        if self.layer < LAYERS and scope.depth == 0:
            forms += ["read", "write", "write_into", "augmented", "layers"]
        if scope.depth < 3 and self.size < 14:
            forms += ["items"] if scope.dicts else []
            forms += ["if", "for_list", "for_range", "while", "try", "generator", "zip", "if_else", "match"]
        if scope.loop:
            forms += ["leave", "leave"]
        form = self.pick(*forms)
        written: tuple[list[str], Scope] = getattr(self, "write_" + form)(scope)
        return written

    def write_tensor(self, scope: Scope) -> tuple[list[str], Scope]:
        name = self.pick(*(name for name in scope.tensors if name != "t9"), self.fresh("t"))
        return [f"{name} = {self.tensor(scope)}"], scope.more("tensors", name)

    def write_number(self, scope: Scope) -> tuple[list[str], Scope]:
        name = self.pick(*(name for name in scope.numbers if name not in ("n9", "i")), self.fresh("n"))
        if self.one_in(4):
            name = self.fresh("n")
            return [f"{name} = 0", f"{name} += {self.number(scope)}"], scope.more("numbers", name)
        return [f"{name} = {self.number(scope, 2)}"], scope.more("numbers", name)

    def write_append(self, scope: Scope) -> tuple[list[str], Scope]:
        if scope.lists and self.pick(True, False):
            return [f"{self.pick(*scope.lists)}.append({self.tensor(scope, 1)})"], scope
        if scope.number_lists:
            return [f"{self.pick(*scope.number_lists)}.append({self.number(scope)})"], scope
        return self.write_list(scope)

    def write_change(self, scope: Scope) -> tuple[list[str], Scope]:
        name = self.fresh("t")
        change = self.pick(
            f"{name} += {self.tensor(scope, 1)}",
            f"{name} *= {self.number(scope)}",
            f"{name}.mul_({self.number(scope)})",
            f"{name}[:, {self.pick(0, 1)}] = {self.number(scope)}",
            f"{name}[0] = {self.pick(*scope.tensors)}[1]",
        )
        return [f"{name} = {self.pick(*scope.tensors)} * 1", change], scope.more("tensors", name)

    def write_total(self, scope: Scope) -> tuple[list[str], Scope]:
        if not scope.lists:
            return self.write_list(scope)
        name, loop = self.fresh("t"), self.pick(*scope.lists)
        return [f"{name} = 0", f"for t8 in {loop}:", f"    {name} += {self.pick('t8', 't8.relu()')}"], scope.more(
            "tensors", name
        )

    def write_list(self, scope: Scope) -> tuple[list[str], Scope]:
        name = self.fresh("l")
        if scope.lists and self.pick(True, False):
            listed = self.pick(*scope.lists)
            if self.one_in(3):
                text = f"{name} = [t6 * 2 for t6 in {listed} if t6.mean() > {self.number(scope, 0)}]"
                return [text, f"{name}.append({self.pick(*scope.tensors)})"], scope.more("lists", name)
            text = self.pick(
                f"[t6 * {self.number(scope, 0)} for t6 in {listed}]",
                f"[t6.relu() for t6, n6 in zip({listed}, [1, 2, 3])]",
                f"[scaled(t6) for t6 in {listed}]",
                f"[(t6 if t6.mean() > 0 else -t6) for t6 in {listed}]",
            )
            return [f"{name} = {text}"], scope.more("lists", name)
        several = ", ".join(self.tensor(scope, 1) for _ in range(self.pick(1, 2, 3)))
        return [f"{name} = [{several}]"], scope.more("lists", name)

    def write_numbers(self, scope: Scope) -> tuple[list[str], Scope]:
        name = self.fresh("m")
        if scope.lists and self.pick(True, False):
            return [f"{name} = [t6.{self.pick('sum()', 'norm()')}.item() for t6 in {self.pick(*scope.lists)}]"], scope.more(
                "number_lists", name
            )
        return [f"{name} = [{self.number(scope)}, {self.number(scope)}]"], scope.more("number_lists", name)

    def write_dict(self, scope: Scope) -> tuple[list[str], Scope]:
        if scope.dicts and self.pick(True, False):
            name = self.pick(*scope.dicts)
            return [self.pick(f'{name}["a"] = {self.number(scope)}', f'{name}["a"] += {self.number(scope)}')], scope
        name = self.fresh("d")
        return [f'{name} = {{"a": {self.number(scope)}, "b": {self.number(scope)}}}'], scope.more("dicts", name)

    def write_pair(self, scope: Scope) -> tuple[list[str], Scope]:
        name = self.fresh("o")
        return [f"{name} = Pair({self.number(scope)}, two={self.number(scope)})"], scope.more("pairs", name)

    def write_text(self, scope: Scope) -> tuple[list[str], Scope]:
        name = self.fresh("s")
        return [f'{name} = f"{{{self.number(scope)}:.3f}}"'], scope.more("texts", name)

    def write_local(self, scope: Scope) -> tuple[list[str], Scope]:
        name = self.fresh("f")
        inside = replace(scope, tensors=("t4",), lists=(), calls=(), depth=max(scope.depth, 2), loop=False)
        body = [*self.block(inside, 2), f"return {self.tensor(replace(inside, tensors=('t4', *scope.tensors)), 1)}"]
        return [f"def {name}(t4):", *indented(body)], scope.more("calls", name)

    def write_read(self, scope: Scope) -> tuple[list[str], Scope]:
        name, self.layer = self.fresh("t"), self.layer + 1
        return [f"{name} = model.layer{self.layer - 1}.output"], scope.more("tensors", name)

    def write_write(self, scope: Scope) -> tuple[list[str], Scope]:
        self.layer += 1
        return [f"model.layer{self.layer - 1}.output = {self.tensor(scope)} * 1"], scope

    def write_write_into(self, scope: Scope) -> tuple[list[str], Scope]:
        self.layer += 1
        return [f"model.layer{self.layer - 1}.output[:] = {self.tensor(scope)}"], scope

    def write_augmented(self, scope: Scope) -> tuple[list[str], Scope]:
        self.layer += 1
        return [f"model.layer{self.layer - 1}.output += {self.tensor(scope)}"], scope

    def write_layers(self, scope: Scope) -> tuple[list[str], Scope]:
        first, self.layer = self.layer, min(LAYERS, self.layer + self.pick(1, 2, 3))
        over = f"layers[{first}:{self.layer}]"
        form = self.pick("list", "loop", "enumerate", "write", "genexp", "dict")
        if form == "list":
            name = self.fresh("l")
            return [f"{name} = [y.output for y in {over}]"], scope.more("lists", name)
        if form == "dict":
            name = self.fresh("q")
            listed = self.fresh("l")
            lines = [f"{name} = {{i: y.output for i, y in enumerate({over})}}", f"{listed} = list({name}.values())"]
            return lines, scope.more("lists", listed)
        if form == "write":
            return [f"for y in {over}:", f"    y.output = {self.tensor(scope, 1)} * 1"], scope
        name = self.fresh("t")
        inside = replace(scope.more("tensors", name), depth=1, loop=True)
        if form == "genexp":
            return [f"for {name} in (y.output for y in {over}):", *indented(self.block(inside, 2))], scope
        if form == "enumerate":
            inside = inside.more("numbers", "i")
            return [f"for i, y in enumerate({over}):", *indented([f"{name} = y.output", *self.block(inside, 2)])], scope
        return [f"for y in {over}:", *indented([f"{name} = y.output", *self.block(inside, 2)])], scope

    def deeper(self, scope: Scope, loop: bool | None = None) -> Scope:
        return replace(scope, depth=scope.depth + 1, loop=scope.loop if loop is None else loop)

    def write_if(self, scope: Scope) -> tuple[list[str], Scope]:
        test = self.test(scope)
        inside = self.deeper(scope)
        if self.one_in(4):
            name = self.fresh("n")
            test, inside = f"({name} := {self.pick(*scope.tensors)}.mean().item()) > 0", inside.more("numbers", name)
        return [f"if {test}:", *indented(self.block(inside, 2))], scope

    def write_if_else(self, scope: Scope) -> tuple[list[str], Scope]:
        inside = self.deeper(scope)
        lines = [f"if {self.test(scope)}:", *indented(self.block(inside, 2))]
        if self.one_in(3):
            lines += [f"elif {self.test(scope)}:", *indented(self.block(inside, 1))]
        return [*lines, "else:", *indented(self.block(inside, 2))], scope

    def write_match(self, scope: Scope) -> tuple[list[str], Scope]:
        inside = self.deeper(scope)
        lines = [f"match int(({self.pick(*scope.tensors)} > 0).sum()):"]
        for case in self.pick(["0", "_"], ["8", "4", "_"], ["0 | 8", "_"]):
            lines += [f"    case {case}:", *indented(indented(self.block(inside, 1)))]
        return lines, scope

    def write_for_list(self, scope: Scope) -> tuple[list[str], Scope]:
        if not scope.lists:
            return self.write_list(scope)
        name = self.fresh("t")
        listed = self.pick(*scope.lists)
        return self.looped(scope, f"for {name} in {self.pick(listed, listed, f'reversed({listed})', f'{listed}[:2]')}:", name)

    def write_items(self, scope: Scope) -> tuple[list[str], Scope]:
        number = self.fresh("n")
        return self.looped(scope.more("numbers", number), f"for _, {number} in {self.pick(*scope.dicts)}.items():", None, scope)

    def write_swap(self, scope: Scope) -> tuple[list[str], Scope]:
        if not {"t1", "t2"} <= set(scope.tensors):
            return self.write_tensor(scope)
        return [self.pick("t1, t2 = t2, t1", f"t1, t2 = {self.tensor(scope, 1)}, t1")], scope

    def write_unpack(self, scope: Scope) -> tuple[list[str], Scope]:
        name, number = self.fresh("t"), self.fresh("n")
        return [f"{name}, {number} = both({self.tensor(scope, 1)})"], scope.more("tensors", name).more("numbers", number)

    def write_no_grad(self, scope: Scope) -> tuple[list[str], Scope]:
        if scope.depth > 2:
            return self.write_tensor(scope)
        return ["with torch.no_grad():", *indented(self.block(self.deeper(scope), 2))], scope

    def write_zip(self, scope: Scope) -> tuple[list[str], Scope]:
        if not scope.lists:
            return self.write_list(scope)
        name, number, listed = self.fresh("t"), self.fresh("n"), self.pick(*scope.lists)
        numbers = self.pick("[1, 2]", *scope.number_lists)
        return self.looped(scope.more("numbers", number), f"for {name}, {number} in zip({listed}, {numbers}):", name, scope)

    def write_generator(self, scope: Scope) -> tuple[list[str], Scope]:
        if not scope.lists:
            return self.write_list(scope)
        name, listed = self.fresh("t"), self.pick(*scope.lists)
        header = self.pick(
            f"for {name} in doubled({listed}):",
            f"for _, {name} in indexed({listed}):",
            f"for {name} in (t6 - 1 for t6 in {listed}):",
            f"for _, {name} in enumerate(t6.abs() for t6 in {listed}):",
            f"for {name}, _ in zip(doubled({listed}), [1, 2]):",
        )
        return self.looped(scope, header, name)

    def write_for_range(self, scope: Scope) -> tuple[list[str], Scope]:
        return self.looped(scope, f"for i in range({self.pick(0, 1, 2, 3)}):", None)

    def looped(self, scope: Scope, header: str, name: str | None, after: Scope | None = None) -> tuple[list[str], Scope]:
        inside = self.deeper(scope if name is None else scope.more("tensors", name), loop=True)
        over = header.partition(" in ")[2]
        inside = replace(
            inside, lists=tuple(each for each in inside.lists if each not in over)
        )  # what it goes over must not grow
        lines = [header, *indented(self.block(inside, 2))]
        if self.one_in(5):
            lines += ["else:", *indented(self.block(self.deeper(scope if after is None else after), 1))]
        return lines, scope if after is None else after

    def write_while(self, scope: Scope) -> tuple[list[str], Scope]:
        name, counter = self.fresh("t"), self.fresh("k")
        inside = self.deeper(scope.more("tensors", name), loop=False)
        test = self.pick(
            f"{name}.norm() > 0.5 and {counter} < 3",
            f"{counter} < 2 and {name}.sum().item() > -5",
            f"{counter} < 2",
        )
        lines = [f"{name} = {self.tensor(scope, 1)}", f"{counter} = 0", f"while {test}:", f"    {counter} += 1"]
        lines += indented([*self.block(inside, 1), f"{name} = {name} * 0.5"])
        if self.one_in(4):
            lines += ["else:", f"    {name} = {name} + 1"]
        return lines, scope.more("tensors", name)

    def write_try(self, scope: Scope) -> tuple[list[str], Scope]:
        inside = self.deeper(scope)
        name = self.fresh("t")
        tried = self.pick(
            f"{name} = {self.pick(*scope.tensors)} @ bad",
            f"{name} = {self.pick(*scope.tensors)}.exp()",
            "raise ValueError('no')",
        )
        lines = ["try:", *indented([*self.block(inside, 1), tried]), "except (RuntimeError, ValueError):"]
        lines += indented(self.block(inside, 1))
        if self.one_in(4):
            lines += ["else:", *indented(self.block(inside, 1))]
        if self.one_in(3):
            lines += ["finally:", *indented(self.block(inside, 1))]
        return lines, scope

    def write_leave(self, scope: Scope) -> tuple[list[str], Scope]:
        return [f"if {self.test(scope)}:", f"    {self.pick('break', 'continue')}"], scope


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


@st.composite
def programs(draw: Any) -> str:
    """A program: helpers, and a block of a trace over a model of :data:`LAYERS` layers."""
    writer = Writer(draw)
    scope = Scope(tensors=("t1", "t2", "t9"), numbers=("n1", "n9"), lists=("l1",))
    lines = ["t1 = model.layer0.output", "t2 = t1 * 2", "l1 = [t1, t2]", "n1 = t2.mean().item()"]
    for _ in range(draw(st.integers(1, 6))):
        written, scope = writer.statement(scope)
        lines += written
    saved = [*scope.tensors[-2:], *scope.numbers[-1:], *scope.texts[-1:], *scope.lists[-1:]]
    lines.append(f"out = nnsight.save([{', '.join(saved)}])")
    return HEAD + "with model.trace(x):\n" + "\n".join(indented(lines)) + "\n"
