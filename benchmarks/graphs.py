"""Graphs of any size, shaped as the recorder makes them: sessions of traces, each with a read, operations on it and a save."""

from __future__ import annotations

from nnsight_graphwidget import Edge, Graph, Group, Node

#: (label, kind, target, source text) of the nodes of a trace; the operations repeat until the trace is full.
READ = (
    "transformer.h.{trace}.output",
    "InterventionProtocol",
    "model.transformer.h.{trace}.output",
    "model.transformer.h[layer].output",
)
OPERATIONS = [
    ("getitem", "Operation", "torch.Tensor.getitem", "hidden[:, -1]"),
    ("mean", "Operation", "torch.Tensor.mean", "last.mean(dim=-1, keepdim=True)"),
    ("sub", "Operation", "torch.Tensor.sub", "last - last.mean(dim=-1, keepdim=True)"),
    ("norm", "Operation", "torch.Tensor.norm", "centred.norm()"),
    ("mul", "Operation", "torch.Tensor.mul", "0.5 * centred"),
    ("softmax", "Operation", "torch.nn.functional.softmax", "torch.nn.functional.softmax(scaled, dim=-1)"),
]
SAVE = ("save", "LockProtocol", "save", "probabilities.save()")
ARGUMENTS = (("0", "last"), ("dim", "-1"), ("keepdim", "True"))
TRACES = 20  # of a session


def sessions(nodes: int, inner: int = 20) -> Graph:
    """A graph of about ``nodes`` nodes (at least one trace) and 1.2 times as many edges.

    Arguments:
        nodes: how many in all.
        inner: how many of them each trace holds; a trace's value goes into the next trace too.
    """
    groups: list[Group] = []
    made: list[Node] = []
    edges: list[Edge] = []

    def join(source: str, target: str, label: str, kind: str = "data") -> None:
        edges.append(Edge(f"e{len(edges)}", source, target, kind, label))

    carried: str | None = None
    for trace in range(max(1, nodes // inner)):
        line = 1 + trace % TRACES * (inner + 1)
        if trace % TRACES == 0:
            session = f"session@{1 + trace * (inner + 1)}"
            groups.append(
                Group(session, "Session", "session", file="sweep.py", line=line, text="with model.session() as session:")
            )
        group = f"{session}/trace@{line}"
        text = "with model.trace(prompt):"
        groups.append(
            Group(group, "Tracer", "trace", session, file="sweep.py", line=line, column=4, text=text, order=len(made))
        )
        body = [READ, *(OPERATIONS[step % len(OPERATIONS)] for step in range(inner - 2)), SAVE]
        ids: list[str] = []
        for step, (label, kind, target, text) in enumerate(body):
            at = line + step + 1
            ids.append(f"{group}/{label.format(trace=trace % 48)}@{at}")
            made.append(
                Node(
                    ids[-1], kind, label.format(trace=trace % 48), group, target.format(trace=trace % 48),
                    ARGUMENTS[: step % 4], shape=(1, 10, 768), dtype="float32", device="cpu", requires_grad=True,
                    variable=f"value_{step}" if step % 2 else None, file="sweep.py", line=at, column=8, end_line=at,
                    end_column=8 + len(text), text=text, order=len(made),
                )
            )  # fmt: skip
            if step:
                join(ids[step - 1], ids[step], "0")
            if step > 2 and step % 5 == 0:
                join(ids[step - 3], ids[step], "1")
        if carried:
            join(carried, ids[min(2, inner - 1)], "1", "bridge")
        carried = ids[-2]
    return Graph(tuple(made), tuple(groups), tuple(edges), title=f"{nodes:,} nodes", nnsight="0.8.1")
