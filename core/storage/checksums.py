"""Checksums of large files, one a block: what tells changed bytes from those that were written.

They are kept in a text file: a line that says what it is, a line a file (its name, its length in bytes, and the CRC-32
of each `BLOCK` of it), and a last line with the CRC-32 of all lines before.
"""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.storage import data_home
from core.storage.progress import Progress, quiet

# A block is read whole when the first of its images is wanted: this takes about a millisecond.
BLOCK = 1 << 20
_FIRST_LINE = "Pixelwise checksums 1"


@dataclass(frozen=True)
class Sums:
    """A file's length in bytes, and the CRC-32 of each of its blocks."""

    length: int
    blocks: tuple[int, ...]


class ChangedError(Exception):
    """A file is not what was written.

    Attributes:
        file: its name.
        begin: the first byte that may be another; `end`: the byte after the last. Both 0: the length is another.
    """

    def __init__(self, file: str, begin: int = 0, end: int = 0) -> None:
        """Keep what changed."""
        super().__init__(file)
        self.file, self.begin, self.end = file, begin, end


def keep(path: Path, files: Mapping[str, Path]) -> None:
    """Read files, and keep their checksums in the file `path`, under the names by which they are found again.

    Raises:
        OSError: one cannot be read, or the disk is full or may not be written.
    """
    lines = [_FIRST_LINE]
    for name, file in files.items():
        blocks = [f"{zlib.crc32(block):08x}" for block in _blocks(file)]
        lines.append(" ".join([name, str(file.stat().st_size), *blocks]))
    text = "".join(f"{line}\n" for line in lines)
    data_home.replace_text(path, f"{text}{zlib.crc32(text.encode()):08x}\n")


def load(path: Path) -> dict[str, Sums] | None:
    """Return what `keep` kept, by file name; `None` where there is none, or it is damaged itself."""
    try:
        text, _, last = path.read_text(encoding="utf-8").removesuffix("\n").rpartition("\n")
        first, *lines = text.split("\n")
        if first != _FIRST_LINE or int(last, 16) != zlib.crc32(f"{text}\n".encode()):
            return None
        words = [line.split(" ") for line in lines]
        return {name: Sums(int(length), tuple(int(each, 16) for each in blocks)) for name, length, *blocks in words}
    except (OSError, ValueError):
        return None


class Watched:
    """A file whose blocks are looked at when they are used first; several threads may."""

    def __init__(self, path: Path, sums: Sums | None) -> None:
        """Watch the file at `path`; without checksums everything counts as it is."""
        self._path, self._sums = path, sums
        self._known = bytearray(len(sums.blocks)) if sums else bytearray()
        self._length_known = sums is None

    def require(self, begin: int, end: int) -> None:
        """Make sure that the bytes from `begin` to before `end` are what was written.

        Raises:
            ChangedError: they, or others of the same blocks, are not, or the file's length is another.
            OSError: the file cannot be read.
        """
        if self._sums is None:
            return
        self._require_length()
        first, last = begin // BLOCK, min(len(self._known), -(-end // BLOCK))
        if self._known.find(0, first, last) < 0:
            return
        with self._path.open("rb") as file:
            for block in range(first, last):
                if not self._known[block]:
                    file.seek(block * BLOCK)
                    self._look(block, file.read(BLOCK))

    def require_all(self, progress: Progress = quiet) -> None:
        """Make sure that the whole file is what was written; raises as `require` does, and what `progress` does."""
        if self._sums is None:
            return
        self._require_length()
        if self._known.find(0) < 0:
            return
        for block, data in enumerate(_blocks(self._path)):
            self._look(block, data)
            progress(f"checking {self._path.name}", (block + 1) * BLOCK, self._sums.length, "bytes")

    def _require_length(self) -> None:
        if self._sums is not None and not self._length_known:
            if self._path.stat().st_size != self._sums.length:
                raise ChangedError(self._path.name)
            self._length_known = True

    def _look(self, block: int, data: bytes) -> None:
        if self._sums is None or zlib.crc32(data) != self._sums.blocks[block]:
            raise ChangedError(self._path.name, block * BLOCK, block * BLOCK + len(data))
        self._known[block] = 1


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
