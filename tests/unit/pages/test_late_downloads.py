"""What a download button makes can still be had for a while after the page was drawn anew."""

import time

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from pages.streamlit_patches import late_downloads


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> MediaFileManager:
    monkeypatch.setattr("streamlit.runtime.media_file_manager._get_session_id", lambda: "session")
    made = MediaFileManager(MemoryMediaFileStorage("/media"))
    monkeypatch.setattr(
        MediaFileManager, late_downloads._remove.__name__, MediaFileManager._remove_orphaned_deferred_callables
    )
    late_downloads.apply()
    return made


def draw(manager: MediaFileManager) -> str:
    """Draw a page with a button anew; return the number of its file."""
    manager.clear_session_refs("session")
    number = manager.add_deferred(lambda: b"text", "text/plain", "download", "a.txt")
    manager.remove_orphaned_files()
    return number


def test_a_click_on_the_button_as_it_was_drawn_before_gives_the_file(manager: MediaFileManager) -> None:
    before = draw(manager)
    draw(manager)
    assert manager.execute_deferred(before)


@pytest.mark.xfail(strict=True, raises=MediaFileStorageError, reason="in Streamlit 1.67: else late_downloads can go")
def test_streamlit_by_itself_gives_the_file(manager: MediaFileManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MediaFileManager, late_downloads._remove.__name__, late_downloads._remove)
    before = draw(manager)
    draw(manager)
    assert manager.execute_deferred(before)


def test_it_is_let_go_after_a_while(manager: MediaFileManager, monkeypatch: pytest.MonkeyPatch) -> None:
    before = draw(manager)
    draw(manager)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    last = draw(manager)
    with pytest.raises(MediaFileStorageError):
        manager.execute_deferred(before)
    assert manager.execute_deferred(last)
