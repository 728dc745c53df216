"""Graphs that the export tests share."""

from __future__ import annotations

import json
import random
from pathlib import Path

from nnsight_graphwidget import Edge, Graph, Group, Node

GOLDEN = Path(__file__).parent.parent / "golden"


def seed() -> Graph:
    return Graph.from_dict(json.loads((GOLDEN / "seed.graph.json").read_text("utf-8")))


def chain(length: int) -> Graph:
    """One trace with ``length`` operations, each on the result of the one before."""
    group = Group(id="t", kind="Tracer", label="tracer")
    nodes = tuple(
        Node(id=f"t/op{i}", kind="Operation", label="add", parent="t", shape=(1, 10), dtype="float32", order=i)
        for i in range(length)
    )
    edges = tuple(Edge(id=f"e{i}", source=f"t/op{i}", target=f"t/op{i + 1}", label="0") for i in range(length - 1))
    return Graph(nodes=nodes, groups=(group,), edges=edges, title="chain")


def fan_in(width: int) -> Graph:
    """``width`` reads that one operation stacks."""
    group = Group(id="t", kind="Tracer", label="tracer")
    reads = tuple(
        Node(id=f"t/r{i}", kind="InterventionProtocol", label=f"layer{i}.output", parent="t", order=i) for i in range(width)
    )
    stack = Node(id="t/stack", kind="Operation", label="stack", parent="t", order=width)
    edges = tuple(Edge(id=f"e{i}", source=f"t/r{i}", target="t/stack", label=str(i)) for i in range(width))
    return Graph(nodes=(*reads, stack), groups=(group,), edges=edges, title="fan-in")


#: What a label can hold at its worst. ``alert`` and ``PWNED`` are looked for where something could run.
HOSTILE = {
    "markup": "<script>alert('PWNED')</script><img src=x onerror=\"alert('PWNED')\">",
    "script end": "</script><script>alert('PWNED')</script><!--",
    "cdata": "]]><x/>&lt;&#60;&amp;&bogus;",
    "quotes": "\"'`\\\" -->|x| end; style n0 fill:#f00 click n0 call alert('PWNED')",
    "dot": '\\N\\G\\l"]; evil [label="PWNED"]; a -> b [label="\\',
    "mermaid": '"]\n  evil["PWNED"]\n  click evil "javascript:alert(1)"\n%%{init: {"securityLevel": "loose"}}%%',
    "bidi": "abc\u202edcba\u2066x\u2069\u200f\u061c",
    "controls": "a\x00b\x07c\x1bd\x7fe\x85f\nnew\rline\ttab\ufffe\uffff",
    "surrogate": "half \ud800 and \udfff",
    "separators": "line\u2028paragraph\u2029\ufeff\u200b",
    "emoji": "𝕬 👩‍👩‍👧 é 漢字 \U000e0041",
    "backslash": "ends in a backslash \\",
    "template": "${alert('PWNED')} {{alert('PWNED')}} #{x} <%= x %>",
}


def hostile() -> Graph:
    """A graph with every hostile text in every field that takes one."""
    groups, nodes, edges = [], [], []
    for index, text in enumerate(HOSTILE.values()):
        group, node = f"g{index}", f"g{index}/n"
        groups.append(Group(id=group, kind="Tracer", label=text, target=text, variable=text, file=text, text=text, error=text))
        nodes.append(
            Node(
                id=node,
                kind=text,
                label=text,
                parent=group,
                target=text,
                arguments=((text, text),),
                value=text,
                dtype=text,
                shape=(1,),
                device=text,
                variable=text,
                file=text,
                text=text,
                status="failed",
                error=text,
                statistics={text: 1.5},
            )
        )
        if index:
            edges.append(Edge(id=f"e{index}", source=f"g{index - 1}/n", target=node, kind="bridge", label=text, output=text))
    return Graph(
        nodes=tuple(nodes), groups=tuple(groups), edges=tuple(edges), title=HOSTILE["script end"], reason=HOSTILE["bidi"]
    )


def dag(size: int) -> Graph:
    """``size`` operations, each on two earlier ones; the same every time."""
    pick = random.Random(0)
    group = Group(id="t", kind="Tracer", label="tracer")
    nodes = tuple(Node(id=f"t/op{i}", kind="Operation", label="add", parent="t", order=i) for i in range(size))
    edges = tuple(
        Edge(id=f"e{i}.{argument}", source=f"t/op{pick.randrange(i)}", target=f"t/op{i}", label=str(argument))
        for i in range(1, size)
        for argument in (0, 1)
    )
    return Graph(nodes=nodes, groups=(group,), edges=edges, title="dag")
