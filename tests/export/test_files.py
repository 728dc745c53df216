"""A file is written whole or not at all, and what goes wrong is one clear line."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from samples import GOLDEN, seed

from nnsight_graphwidget import save
from nnsight_graphwidget.cli import main
from nnsight_graphwidget.errors import ExportError, OptionError, UnreadableError
from nnsight_graphwidget.export.files import write

LONG = "x" * 300


def test_missing_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b c" / "g.json"
    assert save(seed(), str(path)) == path
    assert path.stat().st_size


def test_suffix_in_capitals_and_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert save(seed(), "~/g.JSON") == tmp_path / "g.JSON"


@pytest.mark.parametrize("name", ["g", "g.xyz", "g.", ".json"])
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


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "~nosuchuser/g.json",
            "cannot be written: ~nosuchuser is no user's home folder; a folder of that name is ./~nosuchuser",
        ),
        ("~no\0user/g.json", r"cannot be written: ~no\\x00user is no user's home folder"),
        (f"{LONG}.json", "cannot be written: File name too long"),
        (f"new/folder/{LONG}/g.json", "cannot be written: File name too long"),
        ("a\0b.json", r"a\\x00b.json: cannot be written: no file can have this name: embedded null byte"),
        ("\ud800.json", r"\\ud800.json: cannot be written: no file can have this name: .*surrogates not allowed"),
        ("loop/g.json", "cannot be written: Too many levels of symbolic links"),
    ],
)
def test_what_is_no_path_is_one_clear_line(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(ExportError, match=said) as caught:
        save(seed(), name)
    assert str(caught.value).isprintable()
    assert main(["render", str(GOLDEN / "seed.graph.json"), "-o", name]) == 1
    assert capsys.readouterr().err == f"nnsight-graphwidget: {caught.value}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["loop"]


def test_a_folder_that_may_not_be_searched(tmp_path: Path) -> None:
    """In a process of its own, which is not root's when it writes."""
    folder = tmp_path / "folder"
    folder.mkdir()
    program = (
        "import os, sys; from nnsight_graphwidget.export.files import write; from pathlib import Path\n"
        "if os.geteuid() == 0: os.seteuid(65534)\n"
        "try: write(Path(sys.argv[1]), b'x')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    folder.chmod(0)
    try:
        done = subprocess.run([sys.executable, "-c", program, str(folder / "g")], capture_output=True, text=True, check=True)
    finally:
        folder.chmod(0o700)
    assert done.stdout == f"ExportError {folder / 'g'}: cannot be written: Permission denied\n"


def test_a_failed_write_leaves_no_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old").mkdir()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match=r"new/er/g: cannot be written: No space left on device"):
        write(tmp_path / "old" / "new" / "er" / "g", b"x")
    assert [path.name for path in tmp_path.rglob("*")] == ["old"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ExportError, match="cannot be written: Permission denied"):
        save(seed(), tmp_path / "g.json")


def test_permissions_are_those_of_any_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mask = os.umask(0o027)
    try:
        assert stat.S_IMODE(write(tmp_path / "masked", b"x").stat().st_mode) == 0o640
    finally:
        os.umask(mask)
    # The mask is every thread's: another's new file must not be open to all for the moment of a write.
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("the mask was set"))
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
    with pytest.raises(OptionError):
        save(seed(), path, only="nothing")
    assert path.read_bytes() == before


def test_save_is_ours_after_nnsight_put_its_own_on_every_object() -> None:
    program = "import nnsight, nnsight_graphwidget as ngw; print(ngw.save.__module__, ngw.load.__module__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "nnsight_graphwidget.export.saving nnsight_graphwidget.graph.file\n"
