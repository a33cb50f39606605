"""A file that is made of others counts while it is no older than they are."""

import os
from pathlib import Path

import pytest

from core.storage.checked import DamagedError
from core.storage.derived import DerivedFile


def at(path: Path, text: str, changed_ns: int) -> Path:
    path.write_text(text)
    os.utime(path, ns=(changed_ns, changed_ns))
    return path


def test_it_counts_while_no_source_is_newer(tmp_path: Path) -> None:
    first, second = at(tmp_path / "first", "a", 2_000), tmp_path / "second"
    file = DerivedFile(tmp_path / "made", first, second)
    assert file.read(Path.read_text) is None, "it is not there"
    at(file.path, "made", 1_000)
    assert file.read(Path.read_text) is None
    at(file.path, "made", 2_000)
    assert file.read(Path.read_text) == "made", "one of its sources need not be there"
    at(second, "b", 3_000)
    assert file.read(Path.read_text) is None
    first.unlink()
    second.unlink()
    assert file.read(Path.read_text) is None, "nothing tells what it was made of"


def test_one_that_cannot_be_read_does_not_count(tmp_path: Path) -> None:
    file = DerivedFile(at(tmp_path / "made", "torn", 2_000), at(tmp_path / "source", "a", 1_000))

    def torn(path: Path) -> str:
        raise DamagedError(path, "is torn")

    assert file.read(torn) is None


def test_what_is_written_counts_until_a_source_changes(tmp_path: Path) -> None:
    source = at(tmp_path / "source", "a", 1_000)
    file = DerivedFile(tmp_path / "made", source)
    with file.write() as beside:
        beside.write_text("made of a")
    assert file.read(Path.read_text) == "made of a"
    at(source, "b", file.version[0] + 1_000)
    assert DerivedFile(file.path, source).read(Path.read_text) is None


def test_what_was_made_of_a_source_that_is_another_by_then_does_not_count(tmp_path: Path) -> None:
    source = at(tmp_path / "source", "a", 1_000)
    file = DerivedFile(tmp_path / "made", source)
    with file.write() as beside:
        beside.write_text("made of a")
        at(source, "b", 2_000)
    assert file.path.read_text() == "made of a"
    assert file.read(Path.read_text) is None


def test_a_file_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    file = DerivedFile(at(tmp_path / "made", "before", 2_000), at(tmp_path / "source", "a", 1_000))
    with pytest.raises(OSError, match="full"), file.write() as beside:
        beside.write_text("half")
        raise OSError(28, "full")
    assert file.read(Path.read_text) == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "source"]
