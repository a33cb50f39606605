"""The trash: folders that were deleted and can be brought back, hidden beside those of their kind."""

import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from core.errors import PixelwiseError, as_storage_error

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


def restore(parent: Path, name: str, what: str, refusal: Callable[[str], PixelwiseError]) -> Path:
    """Bring back the folder of a name that was removed last; return where it is again.

    Args:
        parent: of its kind.
        name: its whole name. What is no name of a folder, such as a path, is not in the trash.
        what: one of its kind is called.
        refusal: makes the error of its kind from a sentence.

    Raises:
        PixelwiseError: by `refusal`: it is not there, or there is one of its name again.
        StorageError: it may not be moved.
    """
    found = next((path for _, trashed, path in _all(parent) if trashed == name), None)
    if found is None:
        raise refusal(f"There is no {what} {name[:80]!r} in the trash: what is removed stays there for a week.")
    folder = parent / name
    if folder.exists():
        raise refusal(f"There is a {what} {name} again: it would be overwritten.")
    with as_storage_error(f"the {what} {name}"):
        found.rename(folder)
    return folder


def empty(parent: Path, older_than_s: float = KEPT_S) -> None:
    """Delete what has been in the trash for longer, a week as a rule; what may not be deleted stays."""
    for removed, _, path in _all(parent):
        if time.time() - removed >= older_than_s:
            shutil.rmtree(path, ignore_errors=True)


def _all(parent: Path) -> list[tuple[int, str, Path]]:
    matches = ((_TRASHED.match(path.name), path) for path in (parent / _TRASH).glob("*"))
    return sorted(((int(found[1]), found[2], path) for found, path in matches if found), reverse=True)
