"""Keeps what a download button makes for a minute after the page has been drawn anew.

Fault: a button whose file is made at a click has another number each time that the page is drawn, and the one before
counts no longer from that drawing's end on; of a page that another session's drawing overtakes, at once.
Shows: a click on Download just as the page is drawn anew gives "Failed to generate file for download", and a traceback
in the server's log, `Deferred file … not found`.
Streamlit: 1.67, since files are made at a click; no issue is known.
"""

import time

from streamlit.runtime.media_file_manager import MediaFileManager

from pages.streamlit_patches.replacing import replace

_KEPT_S = 60.0
_LEFT = "_pixelwise_left_at"

_remove = MediaFileManager._remove_orphaned_deferred_callables


def apply() -> None:
    """From now on, keep what a button makes for a while after it was drawn last."""
    replace(MediaFileManager, _remove.__name__, _remove, _remove_later, digest="77905a5d0094e911")


def _remove_later(manager: MediaFileManager) -> None:
    """Stand in for `MediaFileManager._remove_orphaned_deferred_callables`, which is called at the end of each run."""
    now = time.monotonic()
    drawn = {each for files in manager._files_by_session_and_coord.values() for each in files.values()}
    left_before: dict[str, float] = manager.__dict__.get(_LEFT, {})
    left = {each: left_before.get(each, now) for each in manager._deferred_callables if each not in drawn}
    for each, since in list(left.items()):
        if now - since >= _KEPT_S:
            manager._drop_deferred_id(each)
            del left[each]
    manager.__dict__[_LEFT] = left
