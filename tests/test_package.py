"""The package as a whole: its public names, what importing it costs, its data files, and what a wheel and an sdist hold."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import get_args

import pytest

import nnsight_graphwidget as ngw
from nnsight_graphwidget.graph.kinds import Behaviour, legend, style

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"

PUBLIC = {
    "Edge", "ExportError", "Graph", "GraphWidget", "GraphWidgetError", "Group", "IncompleteGraphWarning", "InvalidGraphError",
    "Node", "OptionError", "Recording", "Source", "UnreadableError", "UnsupportedError", "from_elements", "install", "load",
    "read", "record", "save", "show", "to_elements", "to_ipycytoscape", "to_networkx", "uninstall",
}  # fmt: skip
HEAVY = {
    "torch",
    "nnsight",
    "transformers",
    "ipywidgets",
    "ipycytoscape",
    "anywidget",
    "py_mini_racer",
    "resvg_py",
    "pypdfium2",
    "networkx",
}


def test_public_names_are_these_and_no_others() -> None:
    assert set(ngw.__all__) == PUBLIC
    assert set(dir(ngw)) == {*PUBLIC, "__version__"}
    assert ngw.__all__ == sorted(ngw.__all__)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(ngw, name)
    assert value.__doc__, f"{name} has no docstring"
    assert name in dir(ngw)


def test_public_names_are_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert {name for name in PUBLIC if not re.search(rf"`[^`\n]*\b{name}\b[^`\n]*`", readme)} == set()


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = ngw.no_such_name


def test_importing_loads_nothing_heavy() -> None:
    code = "import sys, nnsight_graphwidget, json; json.dump(sorted({m.partition('.')[0] for m in sys.modules}), sys.stdout)"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT).stdout)
    assert "nnsight_graphwidget" in loaded
    assert not HEAVY & set(loaded)


def test_version_is_the_same_everywhere() -> None:
    assert f'version = "{ngw.__version__}"' in (ROOT / "pyproject.toml").read_text("utf-8")


# ---- legend.json: the ground truth, and a twin for each theme that can be read

LOOK = {"name", "role", "color", "light", "dark", "shape", "class", "verb", "meaning"}
BEHAVIOUR = {"noun", "noun_of_change", *get_args(Behaviour)}
OLD_VIS = {
    "InterventionProtocol": ("green", "box"),
    "GradProtocol": ("green", "box"),
    "SwapProtocol": ("green", "ellipse"),
    "BridgeProtocol": ("brown", "box"),
    "LockProtocol": ("brown", "ellipse"),
    "ValueProtocol": ("blue", "box"),
    "ApplyModuleProtocol": ("blue", "hexagon"),
    "UpdateProtocol": ("blue", "ellipse"),
    "Value": ("grey", "box"),
    "Operation": ("black", "ellipse"),
    "LocalBackendExecuteProtocol": ("purple", "hexagon"),
    "EarlyStopProtocol": ("red", "hexagon"),
    "Conditional": ("#FF8C00", "hexagon"),
}


@pytest.mark.parametrize("kind", OLD_VIS)
def test_legend_keeps_the_colours_and_shapes_of_the_old_vis(kind: str) -> None:
    assert (legend()[kind]["color"], legend()[kind]["shape"]) == OLD_VIS[kind]


@pytest.mark.parametrize("kind", sorted(legend()))
def test_legend_entry_is_whole(kind: str) -> None:
    entry = legend()[kind]
    assert set(entry) - {"family", *BEHAVIOUR} == LOOK
    assert entry["role"] in ("node", "group")
    assert entry["shape"] in ("box", "ellipse", "hexagon")
    assert re.fullmatch(r"[a-z][a-z0-9-]*", entry["class"])
    # 3:1 is what WCAG 2.2 asks of a graphical object, here a border on the theme's page.
    assert _contrast(entry["light"], "#ffffff") >= 3, "too faint on white"
    assert _contrast(entry["dark"], "#15181d") >= 3, "too faint on dark"
    if "family" in entry:
        head = legend()[entry["family"]]
        assert (entry["color"], entry["light"], entry["dark"]) == (head["color"], head["light"], head["dark"])


def test_legend_classes_are_shared_by_one_thing_under_two_names_only() -> None:
    names: dict[str, list[str]] = {}
    for kind, entry in legend().items():
        names.setdefault(entry["class"], []).append(kind)
    assert [kinds for kinds in names.values() if len(kinds) > 1] == [["EarlyStopProtocol", "StopProtocol"]]


def test_unknown_kind_still_has_a_style() -> None:
    assert style("NoSuchProtocol") == legend()["Operation"]
    assert style("NoSuchContext", group=True) == legend()["Subgraph"]


def _contrast(a: str, b: str) -> float:
    """WCAG's contrast ratio of two ``#rrggbb`` colours."""
    dim, bright = sorted((_luminance(a), _luminance(b)))
    return (bright + 0.05) / (dim + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# ---- elements: the golden pair that the JavaScript tests read too


@pytest.fixture(params=sorted(path.name.removesuffix(".graph.json") for path in GOLDEN.glob("*.graph.json")))
def golden(request: pytest.FixtureRequest) -> tuple[ngw.Graph, list[dict[str, object]] | None]:
    graph = ngw.Graph.from_dict(json.loads((GOLDEN / f"{request.param}.graph.json").read_text("utf-8")))
    elements = GOLDEN / f"{request.param}.elements.json"
    return graph, json.loads(elements.read_text("utf-8")) if elements.exists() else None


def test_elements_are_those_of_the_golden_file(golden: tuple[ngw.Graph, list[dict[str, object]] | None]) -> None:
    graph, elements = golden
    if elements is not None:
        assert ngw.to_elements(graph) == elements


def test_elements_and_dicts_round_trip(golden: tuple[ngw.Graph, object]) -> None:
    graph, _ = golden
    back = ngw.from_elements(json.loads(json.dumps(ngw.to_elements(graph))))
    assert (back.nodes, back.groups, back.edges) == (graph.nodes, graph.groups, graph.edges)
    assert ngw.Graph.from_dict(json.loads(json.dumps(graph.to_dict()))) == graph


def test_every_golden_kind_is_in_the_legend(golden: tuple[ngw.Graph, object]) -> None:
    graph, _ = golden
    assert {item.kind for item in (*graph.nodes, *graph.groups)} <= set(legend())


# ---- what is shipped


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist that this source gives."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(out)], check=True, cwd=ROOT, capture_output=True)
    return out


def test_wheel_holds_the_code_and_its_data(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    tracked = subprocess.run(["git", "ls-files", "nnsight_graphwidget"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert set(tracked.stdout.split()) <= names
    assert {"nnsight_graphwidget/graph/kinds.json", "nnsight_graphwidget/static/THIRD_PARTY_NOTICES.txt"} <= names
    assert any(re.fullmatch(r"nnsight_graphwidget/static/.*\.js", name) for name in names), "the bundle"
    assert any(name.endswith(".ttf") for name in names), "without a font, pictures lose their text"
    strangers = {
        name
        for name in names
        if not name.startswith(("nnsight_graphwidget/", f"nnsight_graphwidget-{ngw.__version__}.dist-info/"))
    }
    assert not strangers
    assert not {name for name in names if "__pycache__" in name or "node_modules" in name}


HOLDERS = (
    "The Cytoscape Consortium", "Ralf S. Engelschall", "jQuery", "Gaetan Renaudeau", "Koen Bok", "Eclipse Public License",
    "https://github.com/kieler/elkjs", "Guava", "Google Web Toolkit", "Apache License", "Arjun Barrett", "Bitstream",
)  # fmt: skip


def test_whoever_wrote_what_is_inside_is_named_beside_the_bundle_and_in_each_page(tmp_path: Path) -> None:
    notices = (ROOT / "nnsight_graphwidget" / "static" / "THIRD_PARTY_NOTICES.txt").read_text("utf-8")
    page = ngw.save(ngw.load(GOLDEN / "seed.graph.json"), tmp_path / "g.html").read_text("utf-8")
    inside = re.search(r'<script type="text/plain" id="licences">(.*?)</script>', page, re.S)
    assert inside is not None
    for holder in HOLDERS:
        assert holder in notices
        assert holder in inside[1]
    assert inside[1].strip().replace("‹", "<") == notices.strip()


def test_wheel_draws_with_no_source_beside_it(dist: Path, tmp_path: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    code = "import sys; from nnsight_graphwidget.cli import main; sys.exit(main(['demo', '--out', 'pictures']))"
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env=env)
    written = {path.name for path in (tmp_path / "pictures").iterdir()}
    assert {f"{name}.svg" for name in ("session", "tracer_1", "tracer_2", "iterator")} <= written


def test_sdist_can_be_built_from_but_is_light(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    assert {"pyproject.toml", "README.md", "LICENSE", "nnsight_graphwidget/graph/kinds.json", "js/package.json"} <= names
    assert not {name for name in names if "node_modules" in name or name.startswith((".venv", "artifacts", ".generations"))}
    assert sdist.stat().st_size < 5_000_000


def test_nothing_of_the_builders_machine_is_shipped(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            assert str(ROOT).encode() not in archive.read(name), name
