"""Files from published addresses: with progress, checked, whole or not at all."""

import hashlib
import http.client
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core import home
from core.datasets.store import DatasetError
from core.errors import storing

_CHUNK = 1 << 16
_TIMEOUT_S = 20


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


def fetch(published: Published, path: Path, progress: Callable[[int, int], None] | None = None) -> None:
    """Download a file to `path`.

    Args:
        published: what to fetch.
        path: where it goes; nothing is there unless all of it came and its sum is right.
        progress: called with bytes so far and bytes in all.

    Raises:
        DatasetError: no connection, or what came is not what was published.
        StorageError: the disk is full or may not be written.
    """
    digest, done = hashlib.sha256(), 0
    host = urllib.parse.urlsplit(published.address).hostname
    with storing(published.file_name):
        path.parent.mkdir(parents=True, exist_ok=True)
        with home.replacing(path) as beside, beside.open("wb") as file, _open(published, host) as answer:
            while chunk := _read(answer, host):
                done += len(chunk)
                if done > published.bytes:
                    break
                digest.update(chunk)
                file.write(chunk)
                if progress:
                    progress(done, published.bytes)
            if done != published.bytes or digest.hexdigest() != published.sha256:
                raise DatasetError(
                    f"{host} sent something else than the published {published.file_name} (its size or checksum "
                    f"differs). Nothing was kept; try again later, or add the data set from a file."
                )


def _open(published: Published, host: str | None) -> http.client.HTTPResponse:
    try:
        # The addresses are the catalogue's own.
        return urllib.request.urlopen(published.address, timeout=_TIMEOUT_S)  # noqa: S310
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise DatasetError(
            f"Could not download {published.file_name} from {host} ({reason}). Without a network, add the data set "
            f"from a file that you already have."
        ) from error


def _read(answer: http.client.HTTPResponse, host: str | None) -> bytes:
    try:
        return answer.read(_CHUNK)
    except (http.client.HTTPException, OSError) as error:
        raise DatasetError(f"The connection to {host} broke off ({error}). Nothing was kept; try again.") from error
