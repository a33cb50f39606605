"""What lists show of runs: kept for each, and looked at anew where it may have changed.

A page lists a thousand runs for the sake of one, and a look at a file takes 3 µs. Those that go on, those of the last
seconds and those that this process has written to are looked at in each listing, file by file. Of the others, each
listing looks at so many by turns, which are all where there are no more: at folders, whose time changes with all that
Pixelwise puts in place there; and at fewer of them file by file, for what people change within a file.
"""

import itertools
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from core.runs.status import ALIVE, Status
from core.storage import data_home

# So many folders are looked at in each listing, and so many runs file by file.
_FOLDERS, _FILE_BY_FILE = 240, 24
# Within so long, two versions of a folder may have the same time.
_SETTLED_NS = 2_000_000_000
_FILES = (
    "status.json",
    "recipe.json",
    "dataset.json",
    "decisions.json",
    "about.json",
    "terms.json",
    "metrics.jsonl",
    "model.keras",
    "evaluation.npz",
)


@dataclass(frozen=True, eq=False)
class Listed:
    """A run as it was when it was listed; while nothing changes, it is the same object.

    Attributes:
        folder: the run's.
        status: where it stands; `None` where the run is damaged.
        damage: what keeps it from being used, in a sentence; empty: nothing does.
        remark: what else is damaged and no longer counts, in a sentence; empty: nothing.
        has_model: whether it can predict.
        has_evaluation: whether its predictions are there to look at.
        generates: whether it makes images, and so never classifies any.
    """

    folder: Path
    status: Status | None
    damage: str
    remark: str
    has_model: bool
    has_evaluation: bool
    generates: bool = False

    @property
    def is_alive(self) -> bool:
        """Whether it goes on or waits."""
        return self.status is not None and self.status.state in ALIVE


@dataclass(eq=False)
class _Kept:
    """A run's folder, what is known of it, and what it was like when that was found out."""

    folder: str
    version: tuple[int, int]
    files: tuple[tuple[int, int], ...]
    listed: Listed
    settled: bool


class _Known(NamedTuple):
    """The runs of a data home, newest first, and what was known of them last."""

    names: list[str]
    kept: list[_Kept]
    listed: tuple[Listed, ...]


_kept: dict[str, _Kept] = {}
_known: dict[str, _Known] = {}
_turns = itertools.count()
_lock = threading.Lock()


def look(folder: str, make: Callable[[Path], Listed]) -> Listed:
    """Return what is known of one run, made anew where a file has changed or the run goes on."""
    with _lock:
        return _look(folder, make).listed


def has_changed(folder: Path) -> None:
    """Have a run looked at again, to which this process has written."""
    with _lock:
        kept = _kept.get(str(folder))
        if kept is not None:
            kept.settled = False


def look_at_all(root: Path, make: Callable[[Path], Listed], *, thorough: bool = False) -> tuple[Listed, ...]:
    """Return what is known of each run in a folder, newest first; while none changes, the same tuple.

    Args:
        root: where runs are kept.
        make: what finds out about a run.
        thorough: whether the files of all runs are looked at, not of some by turns.

    Raises:
        StorageError: the folder cannot be read.
    """
    names = data_home.folders_in(root)
    names.reverse()
    with _lock:
        return _look_at(f"{root}/", names, make, thorough=thorough)


def _look_at(prefix: str, names: list[str], make: Callable[[Path], Listed], *, thorough: bool) -> tuple[Listed, ...]:
    known = _known.get(prefix)
    if known is None or known.names != names:
        if len(_kept) > 2 * len(names) + 1000:
            # Runs that are gone, or of other data homes.
            _kept.clear()
        before = set(known.names) & {*names} if known and _kept else ()
        kept = [_kept[prefix + name] if name in before else _look(prefix + name, make) for name in names]
        known = _known[prefix] = _Known(names, kept, ())
    turn = next(_turns)
    by_file = 1 if thorough else -(-len(names) // _FILE_BY_FILE) or 1
    by_folder = -(-len(names) // _FOLDERS) or 1
    for place, each in enumerate(known.kept):
        if (
            not each.settled
            or (place + turn) % by_file == 0
            or ((place + turn) % by_folder == 0 and _version(each.folder) != each.version)
        ):
            _look(each.folder, make)
    listed = tuple([each.listed for each in known.kept])
    if listed == known.listed:
        return known.listed
    _known[prefix] = _Known(names, known.kept, listed)
    return listed


def _look(folder: str, make: Callable[[Path], Listed]) -> _Kept:
    """Look at a run file by file; what is kept of it stays one object."""
    version, kept = _version(folder), _kept.get(folder)
    files = tuple(data_home.version(f"{folder}/{name}") for name in _FILES)
    if kept is None:
        kept = _kept[folder] = _Kept(folder, version, files, make(Path(folder)), settled=False)
    elif kept.files != files or kept.version != version or kept.listed.is_alive:
        kept.listed = make(Path(folder))
        kept.version, kept.files = version, files
    kept.settled = not kept.listed.is_alive and abs(time.time_ns() - version[0]) > _SETTLED_NS
    return kept


def _version(folder: str) -> tuple[int, int]:
    try:
        found = os.stat(folder)  # noqa: PTH116 a page asks for a thousand
    except (OSError, ValueError):
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)
