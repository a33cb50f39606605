"""Downloads, from a server of this test's own: whole and right, or a sentence and what is needed to go on."""

import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.datasets.sources.download import Published, fetch
from core.datasets.store import DatasetError
from core.errors import StorageError
from core.storage.progress import Cancelled
from tests.unit.file_server import FileServer, serving

CONTENT = os.urandom(1_000_000)
SUM = hashlib.sha256(CONTENT).hexdigest()
CUT = 400_000


@pytest.fixture
def server() -> Iterator[FileServer]:
    files = {"/file": CONTENT, "/other": CONTENT[::-1], "/longer": CONTENT + b"x", "/login": b"<html>Welcome!</html>"}
    with serving(files) as served:
        yield served


def published(server: FileServer, path: str = "file") -> Published:
    return Published(f"{server.address}/{path}", len(CONTENT), SUM)


def cut(server: FileServer, folder: Path) -> bytes:
    """Download until the connection breaks; return what is kept."""
    server.cut_after = CUT
    with pytest.raises(DatasetError, match=r"lost. Try again; the download resumes from 0\.\d of 1\.0 MB"):
        fetch(published(server), folder)
    server.cut_after = None
    assert not (folder / "file").exists()
    return (folder / "file.part").read_bytes()


def test_a_download_arrives_whole_and_tells_its_progress(server: FileServer, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int, str]] = []
    path = fetch(published(server), tmp_path / "to", lambda *told: seen.append(told))
    assert path == tmp_path / "to" / "file"
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]
    done = [each[1] for each in seen]
    assert done == sorted(done)
    assert len(done) > 10
    assert seen[-2] == ("downloading from 127.0.0.1", 1_000_000, 1_000_000, "bytes")


def test_a_cut_download_goes_on_from_where_it_was(server: FileServer, tmp_path: Path) -> None:
    kept = cut(server, tmp_path)
    assert 0 < len(kept) <= CUT
    assert published(server).received(tmp_path) == len(kept)
    seen: list[int] = []
    path = fetch(published(server), tmp_path, lambda _doing, done, _total, _unit: seen.append(done))
    assert path.read_bytes() == CONTENT
    assert seen[0] > len(kept)
    assert server.asked == [("/file", ""), ("/file", f"bytes={len(kept)}-")]
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("how", ["no ranges", "another version"])
def test_it_begins_again_where_the_server_cannot_go_on(server: FileServer, tmp_path: Path, how: str) -> None:
    cut(server, tmp_path)
    # Going on from these bytes would give a wrong sum.
    (tmp_path / "file.part").write_bytes(b"old" * 1000)
    server.with_ranges = how != "no ranges"
    server.etag = '"two"' if how == "another version" else server.etag
    assert fetch(published(server), tmp_path).read_bytes() == CONTENT
    assert server.asked[1] == ("/file", "bytes=3000-")


def test_it_begins_again_where_more_came_than_the_server_has(server: FileServer, tmp_path: Path) -> None:
    server.files["/file"] = CONTENT[:500_000]
    (tmp_path / "file.part").write_bytes(CONTENT[:600_000])
    with pytest.raises(DatasetError, match="its size is 500,000 bytes, expected 1,000,000"):
        fetch(published(server), tmp_path)
    assert not list(tmp_path.iterdir()), "it does not stand in the way of the next try"
    server.files["/file"] = CONTENT
    assert fetch(published(server), tmp_path).read_bytes() == CONTENT


def test_a_whole_file_is_checked_and_not_fetched_again(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(CONTENT)
    fetch(published(server), tmp_path)
    fetch(published(server), tmp_path)
    assert server.asked == []
    (tmp_path / "file").write_bytes(CONTENT[::-1])
    with pytest.raises(DatasetError, match="checksum"):
        fetch(published(server), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_cancelled_download_keeps_what_came(server: FileServer, tmp_path: Path) -> None:
    def cancel(_doing: str, done: int, _total: int, _unit: str) -> None:
        if done > CUT:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        fetch(published(server), tmp_path, cancel)
    assert (tmp_path / "file.part").stat().st_size > CUT
    assert fetch(published(server), tmp_path).read_bytes() == CONTENT
    assert server.asked[1][1].startswith("bytes=")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("other", "checksum differs"),
        ("longer", "its size is 1,000,001 bytes, expected 1,000,000"),
        ("login", "login page"),
        ("404", r"has no 404 any more \(HTTP 404\)"),
        ("403", r"refuses to give 403 \(HTTP 403\)"),
        ("503", r"cannot give 503 now \(HTTP 503\)\. Try again later"),
    ],
)
def test_anything_else_leaves_nothing(server: FileServer, tmp_path: Path, path: str, said: str) -> None:
    with pytest.raises(DatasetError, match=said):
        fetch(published(server, path), tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_error_of_the_server_keeps_what_came_before(server: FileServer, tmp_path: Path) -> None:
    kept = cut(server, tmp_path)
    (tmp_path / "file.part").rename(tmp_path / "503.part")
    with pytest.raises(DatasetError, match="503"):
        fetch(published(server, "503"), tmp_path)
    assert (tmp_path / "503.part").read_bytes() == kept


def test_without_a_network_it_says_so(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    with pytest.raises(DatasetError, match=r"127\.0\.0\.1 could not be reached"):
        fetch(Published(f"http://127.0.0.1:{closed}/file", 9, SUM), tmp_path)
    # A name that never is one: RFC 6761.
    with pytest.raises(DatasetError, match=r"nowhere\.invalid was not found"):
        fetch(Published("http://nowhere.invalid/file", 9, SUM), tmp_path)


def test_a_server_that_falls_silent_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.datasets.sources.download._TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(DatasetError, match="did not respond"):
            fetch(Published(f"http://127.0.0.1:{port}/file", 9, SUM), tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_named(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file.part").symlink_to("/dev/full")
    with pytest.raises(StorageError, match="the disk is full"):
        fetch(published(server), tmp_path)
