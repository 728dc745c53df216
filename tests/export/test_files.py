"""A file is written whole or not at all, and what goes wrong is one clear line."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from samples import seed

from nnsight_graphwidget import save
from nnsight_graphwidget.errors import ExportError, UnreadableError
from nnsight_graphwidget.export.files import write


def test_missing_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b c" / "g.json"
    assert save(seed(), str(path)) == path
    assert path.stat().st_size


def test_suffix_in_capitals_and_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert save(seed(), "~/g.JSON") == tmp_path / "g.JSON"


@pytest.mark.parametrize("name", ["g", "g.txt", "g.", ".json"])
def test_unknown_suffix(name: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"the formats are \.svg \.png \.pdf \.html \.json") as caught:
        save(seed(), tmp_path / name)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_folder_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "g.json").mkdir()
    with pytest.raises(ExportError, match=r"g\.json: cannot be written: it is a folder"):
        save(seed(), tmp_path / "g.json")


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    with pytest.raises(ExportError, match=r"a/g\.json: cannot be written: (Not a directory|File exists)"):
        save(seed(), tmp_path / "a" / "g.json")


def test_nothing_readable_is_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="int"):
        save(3, tmp_path / "g.json")
    assert not list(tmp_path.iterdir())


def test_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """The system itself refuses: a limit on the size of files, in a process of its own."""
    path = tmp_path / "g.json"
    path.write_text("old")
    program = (
        "import resource, sys; from nnsight_graphwidget.export.files import write; from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write(Path(sys.argv[1]), b'x' * 5000)\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == f"ExportError {path}: cannot be written: File too large\n"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ExportError, match="cannot be written: Permission denied"):
        save(seed(), tmp_path / "g.json")


def test_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    assert write(tmp_path / "new", b"x").stat().st_mode == plain.stat().st_mode
    plain.chmod(0o640)
    write(plain, b"x")
    assert stat.S_IMODE(plain.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    save(seed(), link)
    assert link.is_symlink() and target.read_text() != "old"


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = save(seed(), tmp_path / "g.json")
    before = path.read_bytes()
    with pytest.raises(ExportError):
        save(seed(), path, only="nothing")
    assert path.read_bytes() == before


def test_save_is_ours_after_nnsight_put_its_own_on_every_object() -> None:
    program = "import nnsight, nnsight_graphwidget as ngw; print(ngw.save.__module__, ngw.load.__module__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "nnsight_graphwidget.export nnsight_graphwidget.export\n"
