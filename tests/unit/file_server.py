"""A server of files for the tests of downloads, which can do all that real ones do wrong."""

import contextlib
import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class FileServer:
    """What it gives and how; a test changes it while it runs.

    Attributes:
        files: content by path.
        etag: of every file.
        with_ranges: whether a request for a part gets that part.
        cut_after: how many bytes of an answer come before the connection breaks; `None`: all.
        asked: the path and `Range` of every request so far.
    """

    files: dict[str, bytes]
    address: str = ""
    etag: str = '"one"'
    with_ranges: bool = True
    cut_after: int | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[FileServer]:
    """Serve files on a port of this machine."""
    served = FileServer(files)

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            served.asked.append((self.path, wanted))
            if re.fullmatch(r"/\d{3}", self.path):
                self.send_error(int(self.path[1:]))
                return
            content = served.files[self.path]
            same = self.headers.get("If-Range", served.etag) == served.etag
            begin = int(wanted[len("bytes=") : -1]) if wanted and served.with_ranges and same else 0
            if begin >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if begin else 200)
            if begin:
                self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - begin))
            self.send_header("ETag", served.etag)
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(content[begin:][: served.cut_after])

        def log_message(self, *_arguments: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    served.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
