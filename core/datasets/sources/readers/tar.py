"""Tars, also packed by gzip, bzip2 or xz."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import IO, Any

from core.datasets.sources.readers.base import Member, Opened, Reader, Refused, clean
from core.datasets.sources.readers.unpacked import RandomAccess, unpacked
from core.datasets.store import DatasetError

_PACKINGS: dict[bytes, Callable[[Path], Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
_MAGIC, _MAGIC_AT, _BLOCK = b"ustar", 257, 512


class TarReader(Reader):
    """A tar, which is read where it is; one that is packed is unpacked into a temporary file first."""

    most_members = 2_000_000

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Tell whether it is a file that begins as a tar or a packed file does."""
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(_MAGIC_AT + len(_MAGIC))
        return head.startswith(tuple(_PACKINGS)) or head.endswith(_MAGIC)

    @cached_property
    def _bytes(self) -> RandomAccess:
        """What is in it, unpacked."""
        file = self.path.open("rb")
        head = file.read(len(_MAGIC) + 1)
        for begin, opened in _PACKINGS.items():
            if head.startswith(begin):
                file.close()
                return unpacked(partial(opened, self.path), self.path.stat().st_size, self.title)
        return RandomAccess(file)

    def members(self) -> Iterator[Member | Refused]:
        """Go through the entries."""
        try:
            whole = self._bytes.whole
            whole.seek(0)
            with tarfile.open(fileobj=whole, mode="r:", errors="surrogateescape") as archive:
                while (entry := archive.next()) is not None:
                    archive.members = []  # type: ignore[attr-defined]  # It would keep all.
                    if not entry.isdir():
                        yield _member(entry)
            whole.seek(-min(_BLOCK, whole.seek(0, io.SEEK_END)), io.SEEK_END)
            if any(whole.read()):
                raise EOFError("A tar ends with empty blocks: this one is cut between two files.")
        except (DatasetError, GeneratorExit):
            raise
        except Exception as error:  # Whatever the reader makes of forged bytes.
            raise DatasetError(
                f"{self.title} is not a TAR file, or it is incomplete. Download it again, or unpack it and use the "
                "folder."
            ) from error

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Open what is in it."""
        yield _Entries(self)


class _Entries(Opened):
    def __init__(self, reader: TarReader) -> None:
        self._reader = reader

    def file(self, member: Member) -> IO[bytes]:
        return self._reader._bytes.at(member.place, member.bytes)


def _member(entry: tarfile.TarInfo) -> Member | Refused:
    name = entry.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    parts = name.replace("\\", "/").split("/")
    member = Member(clean(parts), entry.size, entry.offset_data)
    if name.startswith(("/", "\\")) or ".." in parts or parts[0].endswith(":"):
        return member.refused("unsafe-name")
    if entry.islnk() or entry.issym():
        return member.refused("link")
    return member if entry.isreg() and not entry.issparse() else member.refused("no-file")
