"""The data home, the one folder where Pixelwise keeps datasets and runs, and writing there without halves."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import platformdirs

from core.errors import StorageError, reading
from core.storage import processes

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")

# Which home the code that runs now works in, where that is not the process's own.
_at: ContextVar[Path | None] = ContextVar("data_home", default=None)
# Asked where `_at` says nothing: a server of many users finds the home of the session that asks.
_finder: Callable[[], Path] | None = None
# Tells a process started from a user's space where the server keeps what is everybody's.
COMMON = "PIXELWISE_COMMON"


def data_home() -> Path:
    """Return the data home of the code that asks; it may not exist yet.

    That is the one of the innermost `at`; else what a server's finder says; else `$PIXELWISE_HOME`, or the user data
    folder of this operating system.

    Raises:
        StorageError: the finder knows of no user, or `$PIXELWISE_HOME` names no folder.
    """
    chosen = _at.get()
    if chosen is not None:
        return chosen
    return _finder() if _finder is not None else _home(os.environ.get("PIXELWISE_HOME"))


def common() -> Path:
    """Return the home for what belongs to nobody: `$PIXELWISE_COMMON`, `$PIXELWISE_HOME`, else the user data folder."""
    return _home(os.environ.get(COMMON) or os.environ.get("PIXELWISE_HOME"))


def cluster_file() -> Path:
    """Return the file that has the address of a cluster which was chosen in the app."""
    return common() / "cluster-address.json"


def around(folder: Path) -> tuple[Path, Path]:
    """Return the homes for a process that works in a run's, sweep's or job's folder: the one it is in, and `common`."""
    return folder.parent.parent, common()


@contextmanager
def at(home: Path) -> Iterator[None]:
    """Have the block work in a home, whatever the process's is."""
    token = _at.set(home)
    try:
        yield
    finally:
        _at.reset(token)


def call_at(home: Path, function: Callable[..., _Result], *arguments: Any) -> _Result:
    """Return what a function says in a home; made for a process that works for several users."""
    with at(home):
        return function(*arguments)


def carried(function: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Return a function that works in the home of now, for a thread: that knows of no session and no `at` of others."""
    home = data_home()

    def called(*arguments: _Given.args, **named: _Given.kwargs) -> _Result:
        with at(home):
            return function(*arguments, **named)

    return called


def find_by(finder: Callable[[], Path] | None) -> None:
    """From now on, ask a function whose home is meant; it raises `StorageError` where nobody's is. `None`: ask none."""
    global _finder
    _finder = finder


@lru_cache(maxsize=4)
def _home(chosen: str | None) -> Path:
    if not chosen:
        return Path(platformdirs.user_data_dir("pixelwise", False))
    if "://" in chosen:
        raise StorageError(f"PIXELWISE_HOME must be the path of a folder, and no address; received {chosen!r}.")
    try:
        return Path(chosen).expanduser().resolve()
    except (RuntimeError, OSError, ValueError) as error:
        # Links that lead round in a circle, or a home folder that nobody has.
        raise StorageError(f"PIXELWISE_HOME names no folder: {chosen!r} ({error}). Choose another.") from error


def look_at() -> None:
    """Make sure that the data home can be read, where it is there.

    Raises:
        StorageError: it cannot, or it is no folder.
    """
    folder = data_home()
    with suppress(FileNotFoundError), reading(folder), os.scandir(folder) as entries:
        next(entries, None)


def folders_in(folder: Path) -> list[str]:
    """Return the names of the folders in one, and of what cannot be read there, sorted; hidden ones are left out.

    Raises:
        StorageError: the folder is there and cannot be read.
    """
    try:
        with reading(folder), os.scandir(folder) as entries:
            return sorted(each.name for each in entries if not each.name.startswith(".") and not _is_file(each))
    except FileNotFoundError:
        return []


def names_in(folder: Path, ending: str) -> list[str]:
    """Return the names in a folder that end so, sorted; hidden ones are left out.

    Raises:
        StorageError: the folder is there and cannot be read.
    """
    try:
        with reading(folder), os.scandir(folder) as entries:
            return sorted(each.name for each in entries if each.name.endswith(ending) and each.name[0] != ".")
    except FileNotFoundError:
        return []


def _is_file(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def remove(path: Path) -> None:
    """Delete a file, a folder with all in it, or a link, but not what it leads to; nothing happens where none is.

    Raises:
        OSError: it may not be deleted.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def version(path: Path | str) -> tuple[int, int]:
    """Return what differs after a file has changed: its time and size; zeros where it is not there or not to be read.

    What is worked out from a file can be kept by it.
    """
    try:
        found = os.stat(path)  # noqa: PTH116 three times as fast
    except (OSError, ValueError):
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


# A half-written file or folder names the process that writes it: `.PID-BEGAN-…` or `.new-PID-BEGAN-…`.
_HALF = re.compile(r"\.(?:new-)?(\d+)-([0-9a-f.]+)-")
# What another machine writes is left alone for so long.
_LONGEST_WRITING_S = 24 * 3600.0
# So many files are made safe at once: the disk then does it in one go (2,000 files of 20 kB: 0.25 s; one by one 7 s).
_AT_ONCE = 16


@contextmanager
def replacing(path: Path, *, lasting: bool = False) -> Iterator[Path]:
    """Yield a new file's path beside `path`; put it in `path`'s place when the block ends, remove it when it fails.

    The new file's name ends as `path`'s does, since some writers look at the ending.

    Args:
        path: what is replaced, or made.
        lasting: whether it is on the disk when this ends, so that a power cut leaves the old file or the new one and
            never an empty one. That took 5 to 10 ms for a small file, without it 0.3 ms (a virtual disk, ext4).
    """
    pid, began = processes.own()
    beside = path.with_name(f".{pid}-{began}-{os.urandom(4).hex()}-{path.name}")
    try:
        yield beside
        if lasting:
            _make_safe(beside)
        beside.replace(path)
        if lasting:
            _make_safe(path.parent)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def replace_text(path: Path, text: str, *, lasting: bool = True) -> None:
    """Write `text` as UTF-8 to `path`: a reader sees the old file or the whole new one; `lasting` as in `replacing`."""
    with replacing(path, lasting=lasting) as beside:
        beside.write_text(text, encoding="utf-8")


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a folder beside `path` to fill; it becomes `path` when the block ends and is removed when it fails.

    It is on the disk then with all that is in it. What killed processes left beside `path` is removed first.

    Raises:
        FileExistsError: `path` came to exist meanwhile; what was written beside it is removed.
    """
    with filling(path.parent) as beside:
        yield beside
        put(beside, path)


@contextmanager
def filling(parent: Path) -> Iterator[Path]:
    """Yield a folder in `parent` to fill, which `put` gives its name; without that it is removed when the block ends.

    What killed processes left in `parent` is removed first.
    """
    parent.mkdir(parents=True, exist_ok=True)
    sweep(parent)
    pid, began = processes.own()
    beside = Path(tempfile.mkdtemp(prefix=f".new-{pid}-{began}-", dir=parent))
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def put(beside: Path, path: Path) -> None:
    """Give a folder that `filling` made its name, once all that is in it is on the disk.

    Raises:
        FileExistsError: there is `path` already.
    """
    beside.chmod(0o755)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        list(threads.map(_make_safe, [*beside.rglob("*"), beside]))
    try:
        beside.rename(path)
    except OSError as error:
        if path.exists():
            raise FileExistsError(path) from error
        raise
    _make_safe(path.parent)


def sweep(folder: Path) -> None:
    """Remove what processes that are gone left half-written in a folder; what cannot be removed stays."""
    with suppress(OSError):
        for left in list(os.scandir(folder)):
            maker = _HALF.match(left.name)
            # Earlier versions named no begin, or the second of it: none of them is at work any more.
            if maker and not processes.is_alive(int(maker[1]), maker[2]) and not _may_be_elsewhere(maker[2], left):
                if left.is_dir(follow_symlinks=False):
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    with suppress(OSError):
                        Path(left).unlink()


def _may_be_elsewhere(began: str, left: "os.DirEntry[str]") -> bool:
    """Tell whether a process of another machine, of a cluster that shares this folder, may be writing something."""
    shares = processes.shares_home() or cluster_file().exists()
    if not shares or not processes.is_of_another_boot(began):
        return False
    try:
        return time.time() - left.stat(follow_symlinks=False).st_mtime < _LONGEST_WRITING_S
    except OSError:
        return False


def sweep_all() -> None:
    """Remove what processes that are gone left half-written anywhere in the data home, all spaces of users included."""
    for folder, folders, _files in os.walk(common()):
        sweep(Path(folder))
        # Where the images of a dataset are, which may be very many; what is half-written has been looked at.
        folders[:] = [each for each in folders if each != "files" and not _HALF.match(each)]


def _make_safe(path: Path) -> None:
    """Have the system put a file, or the names in a folder, on the disk now.

    Raises:
        OSError: a file cannot be put there. Some systems cannot do so with folders, and do it by themselves.
    """
    folder = path.is_dir()
    try:
        handle = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError:
        if not folder:
            raise
