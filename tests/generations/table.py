"""The README's table of what each nnsight gives, from what the tests find: ``python tests/generations/table.py`` writes it."""

from __future__ import annotations

from harness import OWN, READ, RECORDED, ROOT, returned
from test_golden import PICTURES, Picture
from test_recorded import DIFFERENCES, PROGRAMS, comparable, golden

README = ROOT / "README.md"
BEGIN, END = "<!-- generations -->", "<!-- /generations -->"
ON_PURPOSE = "[on purpose](tests/golden/generations/differences.json)"
HEAD = f"""\
| nnsight | the graph is | of what its own `.vis()` drew (the rest: {ON_PURPOSE}) | as on 0.8 | `.vis()`, inside and after |
|---|---|---|---|---|
"""


def table() -> str:
    return HEAD + "\n".join(row(version) for version in (*READ, *RECORDED))


def row(version: str) -> str:
    graph = "nnsight's own, lines with `install()`" if version in READ else "recorded as it runs"
    cells = [version, graph, drawn(version), same(version), drop_in(version)]
    return f"| {' | '.join(cells)} |"


def drawn(version: str) -> str:
    """How many of the nodes and edges of the old pictures are in our graphs."""
    pictures = [Picture(version, name) for of, name in PICTURES if of == version]
    if not pictures:
        return "–"
    counts = []
    for what in ("nodes", "edges"):
        total, missing = (sum(each) for each in zip(*((p.drawn[what], len(p.missing[what])) for p in pictures)))
        counts.append(f"{total - missing} of {total} {what}")
    return ", ".join(counts)


def same(version: str) -> str:
    """Whether the golden programs have the golden graph, those aside that run otherwise there."""
    if version not in RECORDED:
        return "–"
    runs = returned(version, "recorded", "all_programs")
    there = [name for name in PROGRAMS if version == OWN or version not in DIFFERENCES.get(name, {}).get("versions", ())]
    found = sum(comparable(runs[name][1]["graph"]) == comparable(golden(name)) for name in there)
    otherwise = len(PROGRAMS) - len(there)
    kept = "every program" if found == len(there) else f"{found} of {len(there)} programs"
    return f"{kept}, {otherwise} run otherwise" if otherwise else kept


def drop_in(version: str) -> str:
    files = returned(version, "drop_in", "the_seeds_own_lines")["files"]
    after = returned(version, "drop_in", "after_the_block")
    return "yes" if files and all(files.values()) and after["inside"] == after["after"] else "no"


def written(readme: str, table: str) -> str:
    """The README with the table between its marks."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


if __name__ == "__main__":
    new = table()  # takes minutes: the README is read after it
    README.write_text(written(README.read_text("utf-8"), new), "utf-8")
