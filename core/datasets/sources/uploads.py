"""Uploaded files and folders until their import."""

import contextlib
import itertools
import os
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from core.datasets.sources.readers.base import clean
from core.errors import as_storage_error
from core.spaces import limits
from core.storage import data_home

_UPLOAD_KEPT_S = 24 * 3600
# What Windows takes in no name, and how many bytes other systems take.
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_LONGEST_PART = 240


def folder() -> Path:
    """Return where uploaded files wait for their import."""
    return data_home.data_home() / "uploads"


def keep_upload(path: Path, data: bytes | memoryview) -> None:
    """Write an upload, and remove those of yesterday, whose import nobody began.

    Raises:
        LimitError: the user's space is full.
        StorageError: the disk is full or may not be written.
    """
    limits.require_room(len(data))
    with as_storage_error("the upload"):
        _remove_old(path.parent)
        with data_home.replacing(path) as beside:
            beside.write_bytes(data)


def keep_folder(path: Path, files: Sequence[tuple[str, Path | memoryview]]) -> None:
    """Write a folder that was uploaded, once: with the paths that its files had, as far as they can be such here.

    Args:
        path: where to.
        files: the path of each, as a browser tells it, and where it lies or its bytes.

    Raises:
        LimitError: the user's space is full.
        StorageError: the disk is full or may not be written.
    """
    if path.exists():
        return
    limits.require_room(sum(each.stat().st_size if isinstance(each, Path) else len(each) for _, each in files))
    with as_storage_error("the uploaded folder"):
        _remove_old(path.parent)
        with contextlib.suppress(FileExistsError), data_home.new_folder(path) as beside:
            for name, file in files:
                place = _free(beside.joinpath(*_safe(name)))
                place.parent.mkdir(parents=True, exist_ok=True)
                if isinstance(file, Path):
                    _link(file, place)
                else:
                    place.write_bytes(file)


def _safe(name: str) -> tuple[str, ...]:
    """Return the parts of a path that a browser tells, none of which leads anywhere else or is too long for a disk."""
    parts = clean(part for part in name.replace("\\", "/").split("/") if part != "..")
    return tuple(_FORBIDDEN.sub("_", part).encode()[-_LONGEST_PART:].decode(errors="ignore") for part in parts)


def _free(place: Path) -> Path:
    """Return a place, numbered where there is a file already: two names may be one here."""
    numbered = (place.with_name(f"{place.stem} ({number}){place.suffix}") for number in itertools.count(2))
    return place if not place.exists() else next(each for each in numbered if not each.exists())


def _link(file: Path, place: Path) -> None:
    try:
        os.link(file, place)
    except OSError:
        shutil.copyfile(file, place)


def _remove_old(parent: Path) -> None:
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.iterdir():
        if time.time() - old.stat().st_mtime > _UPLOAD_KEPT_S:
            data_home.remove(old)


def remove_upload(path: Path) -> None:
    """Remove a file or folder if it is an upload; a user's own stays."""
    if path.parent == folder():
        data_home.remove(path)
