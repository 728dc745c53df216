"""What writes truly reach: a random model runs with random interventions, each written value is changed, and what is read is
compared bit for bit. ``python -m tests.reach N`` compares N programs with the recorder's edges and prints the table.

Nothing is shared with the recorder: a program is text, each write adds a number of its own from ``eps``, each read is saved.
"""

from __future__ import annotations

import itertools
import linecache
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from nnsight_graphwidget import Graph, record

WIDTH, TOKENS = 6, 4
_WIDTHS = {"router": 3, "up": 2 * WIDTH, "head": 5}
_files = itertools.count()


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.up, self.down = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, x: Any) -> Any:
        return x + self.down(nn.functional.softplus(self.up(self.norm(x))))


class Parallel(nn.Module):
    """Two branches; one of them may lead nowhere."""

    def __init__(self, dead: bool) -> None:
        super().__init__()
        self.left, self.right, self.dead = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH), dead

    def forward(self, x: Any) -> Any:
        left, right = self.left(x), self.right(x)
        return left if self.dead else left + nn.functional.softplus(right)


class Convolution(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(WIDTH, WIDTH, 3, padding=1)

    def forward(self, x: Any) -> Any:
        return self.conv(x.transpose(1, 2)).transpose(1, 2)


class Experts(nn.Module):
    """A router that sees flattened rows. ``hard``: only its choice matters, which autograd does not see."""

    def __init__(self, hard: bool) -> None:
        super().__init__()
        self.router, self.hard = nn.Linear(WIDTH, 3), hard
        self.experts = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in range(3))

    def forward(self, x: Any) -> Any:
        flat = x.reshape(-1, WIDTH)
        weights = self.router(flat)
        chosen = weights.argmax(-1)
        out = torch.stack([expert(flat) for expert in self.experts], 1)
        picked = out.gather(1, chosen[:, None, None].expand(-1, 1, WIDTH))[:, 0]
        return (picked if self.hard else picked * weights.softmax(-1).max(-1, keepdim=True).values).reshape(x.shape)


class Recurrent(nn.Module):
    """One cell, called once a token."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, x: Any) -> Any:
        state, out = torch.zeros_like(x[:, 0]), []
        for at in range(x.shape[1]):
            state = nn.functional.softplus(self.cell(torch.cat([state, x[:, at]], -1)))
            out.append(state)
        return torch.stack(out, 1)


class Skipping(nn.Module):
    """A U: what goes in comes back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(WIDTH, WIDTH), nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, x: Any) -> Any:
        return self.outer(torch.cat([x, nn.functional.softplus(self.inner(x))], -1))


class Cut(nn.Module):
    """Some of what it is given goes on without a gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.weigh = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Any) -> Any:
        return self.weigh(x) + nn.functional.softplus(x)


class Model(nn.Module):
    def __init__(self, parts: list[nn.Module], tied: bool) -> None:
        super().__init__()
        self.parts, self.tied, self.head = nn.ModuleList(parts), tied, nn.Linear(WIDTH, 5)

    def forward(self, x: Any) -> Any:
        for part in self.parts:
            x = part(x)
        if self.tied:
            x = self.parts[0](x)
        return self.head(x)


#: class → (what it is made with, places in it in the order in which they run)
KINDS: list[tuple[Any, tuple[Any, ...], list[str]]] = [
    (Residual, (), ["norm.output", "up.output", "down.output", "output"]),
    (Parallel, (False,), ["left.output", "right.output", "output"]),
    (Parallel, (True,), ["left.output", "right.output", "output"]),
    (Convolution, (), ["conv.output", "output"]),
    (Experts, (False,), ["router.output", "experts.0.output", "experts.2.output", "output"]),
    (Experts, (True,), ["router.output", "experts.0.output", "experts.2.output", "output"]),
    (Recurrent, (), ["output"]),
    (Skipping, (), ["inner.output", "outer.output", "output"]),
    (Cut, (), ["weigh.output", "output"]),
    (nn.Linear, (WIDTH, WIDTH), ["output"]),
]


@dataclass
class Program:
    """A model, the text of an intervention, and the lines of its writes and reads."""

    model: Any
    text: str
    writes: list[int] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    #: how wide the last dimension of each written value is
    widths: list[int] = field(default_factory=list)
    #: whether the model's gradients run
    gradients: bool = True


def program(seed: int) -> Program:
    dice = random.Random(seed)
    torch.manual_seed(seed)
    parts, places = [], []
    for index in range(dice.randint(1, 4)):
        cls, given, inside = dice.choice(KINDS)
        parts.append(cls(*given))
        if dice.random() < 0.15:
            places.append(f"parts.{index}.input")
        places += [f"parts.{index}.{place}" for place in inside]
    places.append("head.output")
    model = Model(parts, tied=dice.random() < 0.15)
    lines = ["with model.trace(x):"]
    made = Program(model, "")
    made.gradients = dice.random() < 0.8
    names: list[str] = []
    for place in places:
        if dice.random() < 0.3 and place != "head.output":
            continue
        code = "model." + ".".join(f"[{part}]" if part.isdigit() else part for part in place.split(".")).replace(".[", "[")

        def write(line: str, width: int = _WIDTHS.get(place.split(".")[-2], WIDTH)) -> None:
            lines.append("    " + line.replace("EPS", f"eps[{len(made.writes)}]"))
            made.writes.append(len(lines))
            made.widths.append(width)

        if dice.random() < 0.6 or place == "head.output":
            name = f"r{len(made.reads)}"
            lines.append(f"    {name} = {code}.clone().save()" if dice.random() < 0.3 else f"    {name} = {code}")
            made.reads.append(len(lines))
            kept = name
            if ".clone" not in lines[-1]:
                lines.append(f"    s{len(made.reads) - 1} = {name}.clone().save()")
                kept = f"s{len(made.reads) - 1}"
            choice = dice.random()
            if choice < 0.2:
                write(f"{code} = {name} * 2 + EPS")
            elif choice < 0.3 and not place.endswith("input"):
                write(
                    f"{code}[:, {dice.randrange(TOKENS)}] = EPS"
                    if "router" not in place and "experts" not in place
                    else f"{code}[1] = EPS"
                )
            elif choice < 0.4:
                write(f"{code}[:] = EPS")
            elif choice < 0.45:
                write(f"{code}.mul_(0.5 + EPS)")
            elif choice < 0.5 and names:
                other = dice.choice(names)
                write(f"{code} = torch.zeros_like({name}) + {other}.sum() + EPS")
            names.append(kept)
        elif dice.random() < 0.4:
            write(f"{code} = torch.ones_like({code}) * 0.3 + EPS")
        elif dice.random() < 0.3:
            write(f"{code} = {code} + EPS")
            if dice.random() < 0.5:
                write(f"{code} = {code} * 0.5 + EPS")
    made.text = "\n".join(lines) + "\n"
    return made


#: Places of a tiny GPT-2 in the order in which they run, and how wide they are.
_BLOCK = [("ln_1.output", 16), ("attn.c_attn.output", 48), ("attn.c_proj.output", 16), ("mlp.c_fc.output", 64), ("output", 16)]
_GPT2 = [
    ("transformer.wte.output", 16), ("transformer.wpe.output", 16),
    *((f"transformer.h[{layer}].{place}", width) for layer in range(3) for place, width in _BLOCK),
    ("transformer.ln_f.output", 16), ("lm_head.output", 19),
]  # fmt: skip
_PROMPTS = ['"the cat sat on"', '"a dog ran to"', '["the mat is in", "a house is on"]']


def batched(seed: int) -> Program:
    """Several invokes of a tiny GPT-2, one of which may see all rows; or a few steps of a generation."""
    from tests.models import tiny_gpt2

    dice = random.Random(seed)
    made = Program(tiny_gpt2(3), "", gradients=dice.random() < 0.8)
    steps = dice.random() < 0.25
    lines = ["with model.generate('the cat sat', max_new_tokens=3) as tracer:" if steps else "with model.trace() as tracer:"]
    invokes = [""] if steps else dice.sample(_PROMPTS, dice.randint(2, 3)) + ([""] if dice.random() < 0.4 else [])
    for prompt in invokes:
        lines.append("    for step in tracer.iter[:3]:" if steps else f"    with tracer.invoke({prompt}):")
        some = False
        for place, width in _GPT2:
            if dice.random() < 0.75 and (some or place != "lm_head.output"):
                continue
            some = True
            if dice.random() < 0.6:
                name = f"r{len(made.reads)}"
                lines.append(f"        {name} = model.{place}")
                made.reads.append(len(lines))
                lines.append(f"        s{len(made.reads) - 1} = {name}.clone().save()")
            if dice.random() < 0.5:
                choice = dice.choice(
                    [
                        "{0}[:, :, :4] += EPS[:4]",
                        "{0}[:, :, 4:8] = EPS[4:8]",
                        "{0}[:, 1] = EPS",
                        "{0}[:] = EPS",
                        "{0} = {0} + EPS",
                        "{0} += EPS",
                        "{0}[:, -1] += EPS",
                    ]
                )
                if steps:
                    choice = choice.replace("[:, 1]", "[:, -1]")
                lines.append("        " + choice.format(f"model.{place}").replace("EPS", f"eps[{len(made.writes)}]"))
                made.writes.append(len(lines))
                made.widths.append(width)
        if lines[-1].endswith(":"):
            lines.append("        pass")
    made.text = "\n".join(lines) + "\n"
    return made


def run(made: Program, eps: list[float], recorded: bool) -> tuple[dict[str, Any], Graph | None]:
    from nnsight import NNsight

    file = f"reach{next(_files)}.py"
    linecache.cache[file] = (len(made.text), None, made.text.splitlines(keepends=True), file)
    model = made.model
    if isinstance(model, nn.Module):
        model = NNsight(model)
    model._module.requires_grad_(made.gradients)
    x = torch.randn(2, TOKENS, WIDTH, generator=torch.Generator().manual_seed(1))
    scope = {"model": model, "x": x, "torch": torch, "eps": [size * _direction(width) for size, width in zip(eps, made.widths)]}
    code = compile(made.text, file, "exec")
    graph = None
    if recorded:
        with record() as recording:
            exec(code, scope)
        graph = recording.graph
    else:
        exec(code, scope)
    return {name: value for name, value in scope.items() if name[0] in "rs" and name[1:].isdigit()}, graph


def _direction(width: int) -> Any:
    return torch.randn(width, generator=torch.Generator().manual_seed(width))


@dataclass
class Table:
    """Pairs of a write and a read after it, counted by what is said and what is true."""

    pairs: int = 0
    reached: int = 0
    proven: int = 0
    may: int = 0
    may_reached: int = 0
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def compare(make: Callable[[int], Program], seed: int, table: Table) -> None:
    made = make(seed)
    zero = [0.0] * len(made.writes)
    try:
        before, graph = run(made, zero, recorded=True)
    except Exception as error:
        if "nnsight" in type(error).__module__ or isinstance(error, RuntimeError):
            return  # the intervention itself is none, such as a write into a leaf
        raise
    assert graph is not None and graph.complete, graph.reason
    # a step of a loop that reads and writes is there once a step: the first write, and any read of the line
    writes = {line: [n.id for n in graph.nodes if n.line == line and n.writes and n.status == "ok"] for line in made.writes}
    reads = {line: [n.id for n in graph.nodes if n.line == line and n.kind == "InterventionProtocol"] for line in made.reads}
    for index, line in enumerate(made.writes):
        changed: set[int] = set()
        for size in (1.7, -2.9, 0.31):
            after, _ = run(made, [size if at == index else 0.0 for at in range(len(zero))], recorded=False)
            for at, _ in enumerate(made.reads):
                name = f"s{at}" if f"s{at}" in after else f"r{at}"
                if not torch.equal(after[name], before[name]):
                    changed.add(at)
        assert writes[line], f"seed {seed}: no write in line {line}\n{made.text}"
        looped = len(writes[line]) > 2  # each step saves over the one before: the last is left
        says = graph.reached(writes[line][0 if looped else -1])
        for at, read in enumerate(made.reads):
            if not reads[read]:
                continue
            said, true = says.get(reads[read][-1]), at in changed
            table.pairs += 1
            table.reached += true
            table.proven += said == "proven"
            table.may += said == "may"
            table.may_reached += said == "may" and true
            numbered = "\n".join(f"{at:3} {row}" for at, row in enumerate(made.text.splitlines(), 1))
            kinds = ", ".join(type(part).__name__ for part in getattr(made.model, "parts", [made.model]))
            where = f"seed {seed}: line {line} → line {read}; {kinds}, gradients={made.gradients}\n{numbered}"
            if said == "proven" and not true:
                table.false.append(where)
            if said is None and true:
                table.missed.append(where)
