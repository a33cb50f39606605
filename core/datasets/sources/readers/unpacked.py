"""Packed bytes unpacked into a temporary file, which goes when nothing needs it any more."""

import io
import tempfile
from collections.abc import Callable
from threading import Lock
from typing import IO, Any

from core.datasets.store import DatasetError
from core.images.image_io import MAX_BYTES

MAX_TOTAL_BYTES = 50_000_000_000
# As for entries of a zip: Deflate cannot go beyond 1,032:1; images, compressed already, are nowhere near this.
_HIGHEST_RATIO, _RATIO_FROM_BYTES = 200, 100_000_000
_BLOCK = 1 << 20


class RandomAccess:
    """A file read at any place by several threads."""

    def __init__(self, file: IO[bytes]) -> None:
        """Take a file that is open for reading."""
        self._file, self._lock = file, Lock()

    def __del__(self) -> None:
        """Close it."""
        self._file.close()

    @property
    def whole(self) -> IO[bytes]:
        """The file itself, for one that reads it alone."""
        return self._file

    def at(self, offset: int, size: int) -> IO[bytes]:
        """Return so many bytes from a place on, never more than one above `MAX_BYTES`."""
        with self._lock:
            self._file.seek(offset)
            data = self._file.read(min(size, MAX_BYTES + 1))
        if len(data) < min(size, MAX_BYTES + 1):
            raise OSError("the archive ends before it")
        return io.BytesIO(data)


def unpacked(opened: Callable[[], Any], packed_bytes: int, title: str) -> RandomAccess:
    """Unpack a stream into a temporary file.

    Args:
        opened: opens the stream.
        packed_bytes: how long it is packed.
        title: what to call it.

    Raises:
        DatasetError: it is damaged, unpacks to far too much, or the disk is full.
    """
    most = min(MAX_TOTAL_BYTES, max(_RATIO_FROM_BYTES, _HIGHEST_RATIO * packed_bytes))
    file = tempfile.TemporaryFile()  # noqa: SIM115 it lives as long as what is returned
    try:
        with opened() as stream:
            while block := stream.read(_BLOCK):
                if file.tell() + len(block) > most:
                    raise DatasetError(f"{title} unpacks to more than {most / 1e6:,.0f} MB, as no images do.")
                _write(file, block, title)
    except DatasetError:
        file.close()
        raise
    except Exception as error:  # Whatever a decoder makes of forged bytes.
        file.close()
        raise DatasetError(f"{title} is incomplete or damaged. Download it again.") from error
    return RandomAccess(file)


def _write(file: IO[bytes], block: bytes, title: str) -> None:
    try:
        file.write(block)
    except OSError as error:
        raise DatasetError(
            f"{title} cannot be unpacked to {tempfile.gettempdir()}: {error.strerror or error}. Free some space, or "
            "unpack it yourself and use the folder."
        ) from error
