"""Uploaded files until their import."""

import time
from pathlib import Path

from core.errors import as_storage_error
from core.spaces import limits
from core.storage import data_home

_UPLOAD_KEPT_S = 24 * 3600


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
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.iterdir():
            if time.time() - old.stat().st_mtime > _UPLOAD_KEPT_S:
                old.unlink(missing_ok=True)
        with data_home.replacing(path) as beside:
            beside.write_bytes(data)


def remove_upload(path: Path) -> None:
    """Remove a file if it is an upload; a user's own stays."""
    if path.parent == folder():
        path.unlink(missing_ok=True)
