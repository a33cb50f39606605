"""The trash: folders that were deleted and can be brought back, hidden beside those of their kind."""

import os
import re
import shutil
import time
from pathlib import Path

KEPT_S = 7 * 24 * 3600.0
_TRASH = ".trash"
# When it was put there, in seconds since 1970, and what it was called.
_TRASHED = re.compile(r"^(\d+)-(.+)$", re.DOTALL)


def put(folder: Path) -> None:
    """Move a folder to the trash of its parent.

    Raises:
        OSError: it may not be moved.
    """
    trash = folder.parent / _TRASH
    trash.mkdir(exist_ok=True)
    removed = round(time.time())
    # One of this name may have been removed in the same second, and another have taken its place.
    while os.path.lexists(trash / f"{removed}-{folder.name}"):
        removed += 1
    folder.rename(trash / f"{removed}-{folder.name}")


def names(parent: Path) -> list[str]:
    """Return what the folders in the trash were called, those removed last first."""
    return [name for _, name, _ in _all(parent)]


def find(folder: Path) -> Path | None:
    """Return where in the trash the folder lies that was here last; `None`: nowhere."""
    return next((path for _, name, path in _all(folder.parent) if name == folder.name), None)


def empty(parent: Path, older_than_s: float = KEPT_S) -> None:
    """Delete what has been in the trash for longer, a week as a rule; what may not be deleted stays."""
    for removed, _, path in _all(parent):
        if time.time() - removed >= older_than_s:
            shutil.rmtree(path, ignore_errors=True)


def _all(parent: Path) -> list[tuple[int, str, Path]]:
    matches = ((_TRASHED.match(path.name), path) for path in (parent / _TRASH).glob("*"))
    return sorted(((int(found[1]), found[2], path) for found, path in matches if found), reverse=True)
