"""The data home: where it is, and that writing there leaves no halves."""

import errno
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.errors import StorageError, as_storage_error
from core.storage import data_home as home
from core.storage.data_home import data_home, new_folder, replace_text, replacing
from core.storage.jobs import Job, JobStatus


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


_PREPARES = """
import sys, time
from core.datasets.sources import catalogue
from core.training.data import prepared_images
from core.preprocessing import Pipeline, Resize

def progress(*_now):
    print("half", flush=True)
    time.sleep(600)

prepared_images(catalogue.open_dataset("digits"), Pipeline((Resize(16, 16),)), progress)
"""


def halves(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob(".*") if path.name.split("-")[0].strip(".new").isdigit())


def test_what_a_process_killed_while_preparing_left_goes_at_the_next_start(data_home: Path) -> None:
    (data_home / "runs" / "a-run").mkdir(parents=True)
    (data_home / "runs" / "a-run" / ".4194305-1a2b3c4d-status.json").write_text("{")
    with ExitStack() as living:
        process = subprocess.Popen([sys.executable, "-c", _PREPARES], stdout=subprocess.PIPE, text=True)
        living.callback(process.kill)
        assert process.stdout
        assert process.stdout.readline() == "half\n"
        assert len(halves(data_home / "prepared")) == 1
        mine = living.enter_context(replacing(data_home / "prepared" / "mine.npy"))
        mine.write_bytes(b"half")
        home.sweep_all()
        assert len(halves(data_home / "prepared")) == 2, "they are being written"
        assert not halves(data_home / "runs"), "its maker, of an earlier version, is gone"
        process.send_signal(signal.SIGKILL)
        process.wait()
        home.sweep_all()
        assert halves(data_home / "prepared") == [mine.name]


def test_what_a_user_would_miss_is_on_the_disk_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, rename, replace = os.fsync, Path.rename, Path.replace

    def syncing(handle: int) -> None:
        steps.append(f"safe {Path(f'/proc/self/fd/{handle}').readlink().name.rpartition('-')[2]}")
        fsync(handle)

    def replacing_(path: Path, to: Path) -> Path:
        steps.append(f"now {to.name}")
        return replace(path, to)

    def renaming(path: Path, to: Path) -> Path:
        steps.append(f"now {to.name}")
        return rename(path, to)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(Path, "replace", replacing_)
    monkeypatch.setattr(Path, "rename", renaming)
    kept = tmp_path / "kept"
    with new_folder(kept) as beside:
        (beside / "files").mkdir()
        (beside / "files" / "photo.jpg").write_bytes(b"photo")
    assert "safe photo.jpg" in steps[: steps.index("now kept")]
    assert steps[-1] == f"safe {tmp_path.name.rpartition('-')[2]}"
    steps.clear()
    Job(kept).write_status(JobStatus("finished", 1.0))
    assert steps == ["safe status.json", "now status.json", "safe kept"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "Could not save the run: the disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "PIXELWISE_HOME"),
        (errno.EIO, "the operating system reported"),
    ],
)
def test_what_the_disk_refuses_is_said_in_words(code: int, said: str) -> None:
    with pytest.raises(StorageError, match=said), as_storage_error("the run"):
        raise OSError(code, "as the system says it")


@pytest.mark.parametrize("address", ["s3://bucket/home", "gs://bucket", "file:///tmp/home", "memory://home"])
def test_an_address_is_no_data_home(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXELWISE_HOME", address)
    for asked in (data_home, home.common):
        with pytest.raises(StorageError, match="PIXELWISE_HOME must be the path of a folder, and no address"):
            asked()
