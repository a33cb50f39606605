"""Downloads, from a server of this test's own: whole and right, or nothing and a sentence."""

import hashlib
import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.datasets import catalogue
from core.datasets.download import Published, fetch
from core.datasets.store import DatasetError

CONTENT = bytes(range(256)) * 1000
SUM = hashlib.sha256(CONTENT).hexdigest()


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        half = len(CONTENT) // 2
        bodies = {"/other": CONTENT[::-1], "/cut": CONTENT[:half], "/longer": CONTENT + b"x"}
        self.wfile.write(bodies.get(self.path, CONTENT))

    def log_message(self, *_arguments: object) -> None: ...


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_download_arrives_whole_and_tells_its_progress(address: str, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    fetch(Published(f"{address}/file", len(CONTENT), SUM), tmp_path / "to" / "file", lambda *pair: seen.append(pair))
    assert (tmp_path / "to" / "file").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


@pytest.mark.parametrize(
    ("path", "said"),
    [("other", "checksum"), ("cut", "checksum"), ("longer", "checksum|Could not"), ("missing", "Not Found")],
)
def test_anything_else_leaves_nothing(address: str, tmp_path: Path, path: str, said: str) -> None:
    size = len(CONTENT) - 1 if path == "longer" else len(CONTENT)
    with pytest.raises(DatasetError, match=said):
        fetch(Published(f"{address}/{path}", size, SUM), tmp_path / "file")
    assert not list(tmp_path.iterdir())


def test_without_a_network_it_says_what_to_do(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{probe.getsockname()[1]}/mnist.npz"
    entry = catalogue.CATALOGUE["mnist"]
    unreachable = catalogue.Entry(entry.about, entry.good_for, Published(closed, 9, SUM), entry.build)
    monkeypatch.setitem(catalogue.CATALOGUE, "mnist", unreachable)
    with pytest.raises(DatasetError, match=r"datasets add mnist --from mnist\.npz"):
        catalogue.add("mnist")
    assert not [path for path in data_home.rglob("*") if path.is_file()]
