"""Files from published addresses: whole and checked or not at all, going on where a cut connection left off."""

import hashlib
import re
import socket
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.datasets.store import DatasetError
from core.errors import as_storage_error
from core.storage.progress import Progress, quiet

if TYPE_CHECKING:
    from requests import Response

_CHUNK = 1 << 16
_TIMEOUT_S = 20
_NO_SUCH_RANGE = 416
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


@dataclass(frozen=True)
class Published:
    """A file as its publisher describes it: address, size in bytes, sha256 in hexadecimal."""

    address: str
    bytes: int
    sha256: str

    @property
    def file_name(self) -> str:
        """The last part of the address."""
        return self.address.rsplit("/", 1)[-1]

    @property
    def host(self) -> str:
        """The name of the machine that has it."""
        return urllib.parse.urlsplit(self.address).hostname or self.address

    def received(self, folder: Path) -> int:
        """Return how many of its bytes are in `folder`, in part or whole."""
        for path in (folder / self.file_name, _part(self, folder)):
            if path.exists():
                return path.stat().st_size
        return 0


def fetch(published: Published, folder: Path, progress: Progress = quiet) -> Path:
    """Download a file into `folder`; only one process at a time may do so.

    What came before the connection broke or the user cancelled is kept as `<file name>.part`, and the next call goes
    on from there. Under its own name a file is always whole and of the published checksum.

    Args:
        published: what to fetch.
        folder: where it goes.
        progress: told the bytes so far and in all.

    Returns:
        Where the file is.

    Raises:
        DatasetError: no connection, or what came is not what was published.
        StorageError: the disk is full or may not be written.
        Cancelled: the user cancelled.
    """
    path, part = folder / published.file_name, _part(published, folder)
    with as_storage_error(published.file_name):
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.replace(part)
        if published.received(folder) != published.bytes:
            _receive(published, part, progress)
        progress(f"checking {published.file_name}", published.bytes, published.bytes, "bytes")
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != published.sha256:
            raise _something_else(published, part, "its checksum differs")
        part.replace(path)
        _version(part).unlink(missing_ok=True)
    return path


def _part(published: Published, folder: Path) -> Path:
    return folder / f"{published.file_name}.part"


def _version(part: Path) -> Path:
    """Return where the server's mark of the version that `part` is of is kept: its ETag or date."""
    return part.with_name(f"{part.name}.version")


def _receive(published: Published, part: Path, progress: Progress) -> None:
    """Bring `part` to its full length, from where it ends if the server agrees."""
    import requests

    done = part.stat().st_size if part.exists() else 0
    # The sum is of the bytes as they are kept, so the server must not pack them for the way.
    headers = {"Accept-Encoding": "identity"}
    if 0 < done < published.bytes:
        headers["Range"] = f"bytes={done}-"
        if _version(part).exists():
            headers["If-Range"] = _version(part).read_text(encoding="utf-8")
    with _asked(published, headers) as answer:
        if answer.status_code == _NO_SUCH_RANGE:
            # What came is more than the server has, so it is of another file: without it, all is asked for.
            _forget(part)
            return _receive(published, part, progress)
        begin, total = _offered(answer)
        if total not in (None, published.bytes) or begin not in (0, done):
            raise _something_else(published, part, f"its size is {total:,} bytes, expected {published.bytes:,}")
        done = begin
        with part.open("ab" if begin else "wb") as file:
            if not begin:
                _keep_version(part, answer)
            try:
                for chunk in answer.iter_content(_CHUNK):
                    done += len(chunk)
                    if done > published.bytes:
                        break
                    file.write(chunk)
                    progress(f"downloading from {published.host}", done, published.bytes, "bytes")
            except requests.RequestException as error:
                raise _cut(published, done) from error
    if done > published.bytes:
        raise _something_else(published, part, f"it is longer than {published.bytes:,} bytes")
    if done < published.bytes:
        raise _cut(published, done)
    return None


@contextmanager
def _asked(published: Published, headers: dict[str, str]) -> Iterator["Response"]:
    """Yield the server's answer, or say why there is none."""
    import requests

    host, file = published.host, published.file_name
    try:
        answer = requests.get(published.address, headers=headers, timeout=_TIMEOUT_S, stream=True)
    except requests.exceptions.SSLError as error:
        raise DatasetError(
            f"{host} could not prove that it is {host}. Look whether this machine's clock is right, and whether a "
            f"login page or a proxy stands between it and the network."
        ) from error
    except requests.Timeout as error:
        raise DatasetError(f"{host} did not respond within {_TIMEOUT_S} seconds. Try again later.") from error
    except requests.RequestException as error:
        if any(isinstance(each, socket.gaierror) for each in _causes(error)):
            raise DatasetError(f"{host} was not found: there is no network here, or its name is blocked.") from error
        raise DatasetError(f"{host} could not be reached: there is no network here, or it is down.") from error
    with answer:
        code = answer.status_code
        if code in (404, 410):
            raise DatasetError(f"{host} has no {file} any more (HTTP {code}).")
        if code in (401, 403, 407, 451):
            raise DatasetError(f"{host}, or a proxy before it, refuses to give {file} (HTTP {code}).")
        if code not in (200, 206) and not (code == _NO_SUCH_RANGE and "Range" in headers):
            raise DatasetError(f"{host} cannot give {file} now (HTTP {code}). Try again later.")
        yield answer


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, what it came from, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _offered(answer: "Response") -> tuple[int, int | None]:
    """Return at which byte an answer begins, and how many bytes the server's whole file has, `None` if not told."""
    part = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if answer.status_code == 206 and part:
        return int(part[1]), int(part[2])
    length = answer.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None


def _keep_version(part: Path, answer: "Response") -> None:
    """Keep the mark that `If-Range` will ask for; a weak ETag may not stand there (RFC 9110, 13.1.5)."""
    tag = answer.headers.get("ETag", "")
    mark = tag if tag.startswith('"') else answer.headers.get("Last-Modified", "")
    _version(part).unlink(missing_ok=True)
    if mark:
        _version(part).write_text(mark, encoding="utf-8")


def _something_else(published: Published, part: Path, how: str) -> DatasetError:
    """Remove what came, since going on from it leads nowhere; return the error to raise."""
    _forget(part)
    return DatasetError(
        f"{published.host} sent something else than the published {published.file_name} ({how}). Nothing was kept. "
        f"Perhaps a login page answered in its place: open a web page, then try again."
    )


def _forget(part: Path) -> None:
    """Remove what came."""
    part.unlink(missing_ok=True)
    _version(part).unlink(missing_ok=True)


def _cut(published: Published, done: int) -> DatasetError:
    decimals = 0 if published.bytes >= 10_000_000 else 1
    so_far = f"{done / 1e6:.{decimals}f} of {published.bytes / 1e6:.{decimals}f} MB"
    return DatasetError(f"Connection to {published.host} lost. Try again; the download resumes from {so_far}.")
