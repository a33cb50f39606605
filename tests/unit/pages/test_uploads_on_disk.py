"""The files of an uploaded folder go to the disk as they arrive, and from there into a folder with their paths."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from core.datasets.sources import uploads
from pages.streamlit_patches import uploads_on_disk
from pages.streamlit_patches.uploads_on_disk import content, place_of


@pytest.fixture
def manager(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryUploadedFileManager]:
    """What holds a server's uploads."""
    for name in ("add_file", "remove_file", "remove_session_files"):
        monkeypatch.setattr(MemoryUploadedFileManager, name, getattr(MemoryUploadedFileManager, name))  # Put back.
    uploads_on_disk.apply()
    made = MemoryUploadedFileManager("/upload")
    yield made
    made.remove_session_files("one")


def arrive(manager: MemoryUploadedFileManager, number: int, name: str, data: bytes = b"abc") -> str:
    manager.add_file("one", UploadedFileRec(f"file-{number}", name, "image/png", data))
    return f"file-{number}"


def held(manager: MemoryUploadedFileManager) -> int:
    """How many bytes are in memory."""
    return sum(len(each.data) for files in manager.file_storage.values() for each in files.values())


@pytest.mark.xfail(strict=True, reason="Streamlit 1.67 holds them: when it no longer does, uploads_on_disk can go")
def test_streamlit_by_itself_holds_no_folder_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryUploadedFileManager, "add_file", uploads_on_disk._add)
    manager = MemoryUploadedFileManager("/upload")
    arrive(manager, 1, "photos/cat/1.png")
    assert held(manager) == 0


def test_a_folder_goes_to_the_disk_and_a_single_file_stays(manager: MemoryUploadedFileManager) -> None:
    several = [arrive(manager, 1, "photos/cat/1.png"), arrive(manager, 2, "photos/../../dog/1.png", b"")]
    single = arrive(manager, 3, "photo.png", b"12345")
    assert held(manager) == 5
    assert place_of(single) is None
    places = [place for each in several if (place := place_of(each))]
    assert [place.read_bytes() for place in places] == [b"abc", b""]
    for file_id, data in ((several[0], b"abc"), (single, b"12345")):
        (record,) = manager.get_files("one", [file_id])
        assert content(UploadedFile(record, FileURLs())) == data
    manager.remove_file("one", several[0])
    assert [place.exists() for place in places] == [False, True]
    manager.remove_session_files("one")
    assert not any(place.exists() for place in places)
    assert place_of(several[1]) is None


def test_what_is_too_much_is_not_kept(manager: MemoryUploadedFileManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads_on_disk, "MOST_BYTES", 5)
    first, second = arrive(manager, 1, "a/1.png"), arrive(manager, 2, "a/2.png")
    assert place_of(first)
    assert place_of(second) is None
    assert held(manager) == 0


def test_a_folder_keeps_its_paths_and_leaves_the_uploads_in_none(data_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "arrived"
    file.write_bytes(b"abc")
    names = [
        "photos/cat/1.png",
        "photos/../../../out.png",
        "/etc/passwd",
        "photos\\dog\\2.png",
        "photos/what?.png",
        "photos/what*.png",
        f"photos/{'猫' * 190}.png",
        "..",
        "photos/\u202egnp.exe",
    ]
    path = uploads.folder() / "folder-1"
    uploads.keep_folder(path, [*((name, file) for name in names), ("photos/3.png", memoryview(b"xyz"))])
    found = {str(each.relative_to(path)): each.read_bytes() for each in path.rglob("*") if each.is_file()}
    assert len(found) == len(names) + 1
    assert {"photos/cat/1.png", "photos/out.png", "etc/passwd", "photos/dog/2.png"} <= found.keys()
    assert {"photos/what_.png", "photos/what_ (2).png"} <= found.keys()
    assert found.pop("photos/3.png") == b"xyz"
    assert set(found.values()) == {b"abc"}
    assert not list(tmp_path.rglob("out.png"))[1:]
    uploads.remove_upload(path)
    assert not path.exists()
    assert file.exists()
