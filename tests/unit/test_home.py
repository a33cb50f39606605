"""The data home: where it is, and that writing there leaves no halves."""

import errno
from pathlib import Path

import pytest

from core.errors import StorageError, storing
from core.home import data_home, new_folder, replace_text, replacing


def test_the_home_follows_the_variable_and_has_a_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIXELWISE_HOME", str(tmp_path / "x"))
    assert data_home() == tmp_path / "x"
    monkeypatch.delenv("PIXELWISE_HOME")
    assert data_home().name == "pixelwise"


def test_a_file_is_replaced_whole_or_stays(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    replace_text(path, "old")
    with pytest.raises(RuntimeError), replacing(path) as beside:
        beside.write_text("half of the ne")
        assert beside.suffix == ".json"
        raise RuntimeError
    assert path.read_text() == "old"
    replace_text(path, "new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    with pytest.raises(RuntimeError), new_folder(folder) as beside:
        (beside / "a").write_text("a")
        raise RuntimeError
    assert not list(tmp_path.iterdir())
    with new_folder(folder) as beside:
        (beside / "a").write_text("a")
        assert not folder.exists()
    with pytest.raises(FileExistsError), new_folder(folder):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["made", "a"]


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    (tmp_path / ".new-4194305-1-abc").mkdir()
    (tmp_path / ".new-of-the-users-own").mkdir()
    with new_folder(tmp_path / "first"), new_folder(tmp_path / "second"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [".new-of-the-users-own", "first", "second"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "Could not store the run: the disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "PIXELWISE_HOME"),
        (errno.EIO, "the system answered"),
    ],
)
def test_what_the_disk_refuses_is_said_in_words(code: int, said: str) -> None:
    with pytest.raises(StorageError, match=said), storing("the run"):
        raise OSError(code, "as the system says it")
