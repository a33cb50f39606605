"""What a user keeps under a name of their own, such as a pipeline of steps: one JSON file each in the data home."""

import contextlib
import copy
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from core.errors import PixelwiseError, StorageError, as_storage_error, reading
from core.storage import checked, data_home
from core.storage.checked import DamagedError, Longest
from core.storage.names import slug

KINDS = ("pipeline", "augmentation", "booking", "recipe", "draft")
LONGEST_NAME = 80
_MOST = 10_000_000


class SavedError(PixelwiseError):
    """A name that cannot be used, or something saved that is not there or cannot be read."""


@dataclass(frozen=True)
class _Saved:
    """What a file says."""

    name: Annotated[str, Longest(LONGEST_NAME, fewest=1)]
    content: Any


def save(kind: str, name: str, content: Any) -> None:
    """Keep `content` under a name, in place of what was there.

    Args:
        kind: one of `KINDS`.
        name: any text of 1 to `LONGEST_NAME` characters; spaces around it are taken away.
        content: what JSON can hold.

    Raises:
        SavedError: the name is empty, too long or has characters that cannot be shown.
        StorageError: the disk is full or may not be written.
    """
    name = _checked(name)
    path = _path(kind, name)
    with as_storage_error(f"the {kind} {name}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        checked.write(path, {"name": name, "content": content}, indent=1)


def load(kind: str, name: str) -> Any:
    """Return what was saved under a name.

    Raises:
        SavedError: nothing was, or its file is damaged.
    """
    path = _path(kind, name)
    if not path.exists():
        raise SavedError(f"There is no saved {kind} called {name!r}.")
    try:
        return copy.deepcopy(_read(path).content)
    except DamagedError as error:
        raise SavedError(
            f"The saved {kind} {name!r} is damaged ({error}). Save it anew, or remove it from the list."
        ) from error


def names(kind: str) -> list[str]:
    """Return the names of what was saved, sorted without regard to case; a file that cannot be read has none."""
    found = []
    with contextlib.suppress(StorageError):
        for path in _files(kind):
            with contextlib.suppress(DamagedError):
                found.append(_read(path).name)
    return sorted(found, key=lambda name: (name.casefold(), name))


def damaged() -> dict[Path, str]:
    """Return the files and folders of what was saved that cannot be read, each with a sentence that says why."""
    found = {}
    for kind in KINDS:
        try:
            for path in _files(kind):
                try:
                    _read(path)
                except DamagedError as error:
                    found[path] = f"A saved {kind} is damaged: {error}."
        except StorageError as error:
            found[_folder(kind)] = str(error)
    return found


def remove_damaged(path: Path) -> None:
    """Delete a file or folder that `damaged` names.

    Raises:
        StorageError: it may not be deleted.
    """
    if path in damaged():
        with as_storage_error(f"the removal of {path.name}"):
            data_home.remove(path)


def remove(kind: str, name: str) -> None:
    """Delete what was saved under a name; nothing happens when there is nothing.

    Raises:
        StorageError: it may not be deleted.
    """
    with as_storage_error(f"the removal of the {kind} {name}"):
        _path(kind, name).unlink(missing_ok=True)


def _folder(kind: str) -> Path:
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}")
    return data_home.data_home() / "saved" / kind


def _path(kind: str, name: str) -> Path:
    """Return a name's file. The hash keeps apart what the readable part makes alike, such as `A b` and `a-b`."""
    unique = hashlib.sha256(name.strip().encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return _folder(kind) / f"{slug(name, otherwise='saved', longest=40, mark=unique)}.json"


def _checked(name: str) -> str:
    name = name.strip()
    if not name:
        raise SavedError("Enter a name.")
    if len(name) > LONGEST_NAME:
        raise SavedError(f"The name is too long ({len(name):,} characters; maximum {LONGEST_NAME}).")
    if not name.isprintable():
        raise SavedError("The name has characters that cannot be shown, such as a line break. Leave them out.")
    return name


def _files(kind: str) -> list[Path]:
    """Return the files of what was saved, sorted.

    Raises:
        StorageError: their folder cannot be read.
    """
    folder = _folder(kind)
    try:
        with reading(folder):
            return sorted(path for path in folder.iterdir() if path.suffix == ".json" and path.name[0] != ".")
    except FileNotFoundError:
        return []


def _read(path: Path) -> _Saved:
    """Return what a file says; it is read again only where it has changed.

    Raises:
        DamagedError: it cannot be read.
    """
    return _kept(path, data_home.version(path))


@lru_cache(maxsize=512)
def _kept(path: Path, _version: tuple[int, int]) -> _Saved:
    return checked.read_object(path, _Saved, most=_MOST)
