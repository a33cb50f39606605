"""Writes the files of a folder that is dropped in the browser to the disk as they arrive.

Fault: Streamlit holds every upload in memory until its session ends.
Shows: a folder of 300 photos, 300 MB, takes 660 MB of the server.
Streamlit: 1.67 and before, https://github.com/streamlit/streamlit/issues/10828
"""

import atexit
import contextlib
import hashlib
from collections import defaultdict
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from core.storage import data_home
from pages.streamlit_patches.replacing import replace

# Of one session; what comes beyond is not kept, and `place_of` finds none. A browser sends some ten files a second.
MOST_BYTES, MOST_FILES = 4_000_000_000, 5_000

_add = MemoryUploadedFileManager.add_file
_remove = MemoryUploadedFileManager.remove_file
_remove_session = MemoryUploadedFileManager.remove_session_files
# By session, and then by the file's id: where it is, and how large.
_kept: dict[str, dict[str, tuple[Path, int]]] = defaultdict(dict)
_open = ExitStack()
_folders: list[Path] = []


def apply() -> None:
    """From now on, keep in memory what comes by itself only."""
    replace(MemoryUploadedFileManager, "add_file", _add, _add_to_disk, digest="b30368a136190487")
    replace(MemoryUploadedFileManager, "remove_file", _remove, _remove_from_disk, digest="bdfd356bc620dd13")
    replace(
        MemoryUploadedFileManager,
        "remove_session_files",
        _remove_session,
        _remove_all_from_disk,
        digest="745083e6cd389eb0",
    )


def place_of(file_id: str) -> Path | None:
    """Return where an uploaded file is; `None`: it is in memory, or was too much to be kept."""
    found = next((files[file_id] for files in list(_kept.values()) if file_id in files), None)
    return found[0] if found else None


def content(file: UploadedFile) -> bytes:
    """Return the bytes of an uploaded file, wherever they are: a name with a slash may come to any uploader."""
    place = place_of(file.file_id)
    return file.getvalue() if place is None else place.read_bytes()


def let_go(file_ids: Collection[str]) -> None:
    """Remove uploaded files that are needed no more, before their session ends."""
    for files in list(_kept.values()):
        for file_id in files.keys() & set(file_ids):
            _unlink(files.pop(file_id, None))


def _add_to_disk(manager: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec) -> None:
    """Stand in for `add_file`, which the server calls with each file that has arrived; of a folder it has a path."""
    if "/" not in file.name:
        _add(manager, session_id, file)
        return
    kept, size = _kept[session_id], len(file.data)
    if len(kept) < MOST_FILES and sum(each for _, each in kept.values()) + size <= MOST_BYTES:
        # Both are a browser's words, and no path.
        place = _folder() / hashlib.sha256(f"{session_id} {file.file_id}".encode()).hexdigest()
        # A full disk fails this file's upload, which the browser shows.
        place.write_bytes(file.data)
        kept[file.file_id] = (place, size)
    _add(manager, session_id, file._replace(data=b""))


def _remove_from_disk(manager: MemoryUploadedFileManager, session_id: str, file_id: str) -> None:
    """Stand in for `remove_file`, which the server calls where a user takes one away."""
    _remove(manager, session_id, file_id)
    _unlink(_kept[session_id].pop(file_id, None))


def _remove_all_from_disk(manager: MemoryUploadedFileManager, session_id: str) -> None:
    """Stand in for `remove_session_files`, which the server calls when a session has ended."""
    _remove_session(manager, session_id)
    for each in _kept.pop(session_id, {}).values():
        _unlink(each)


def _unlink(kept: tuple[Path, int] | None) -> None:
    if kept is not None:
        with contextlib.suppress(OSError):
            kept[0].unlink(missing_ok=True)


def _folder() -> Path:
    """Return a folder of this process, which is removed with it; what a killed one left goes before."""
    if not _folders or not _folders[-1].exists():
        parent = data_home.common() / "arriving"
        parent.mkdir(parents=True, exist_ok=True)
        data_home.sweep(parent)
        _folders.append(_open.enter_context(data_home.filling(parent)))
        atexit.register(_open.close)
    return _folders[-1]
