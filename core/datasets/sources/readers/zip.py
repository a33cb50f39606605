"""Zips."""

import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import IO

from core.datasets.sources.readers.base import Member, Opened, Reader, Refused, clean
from core.datasets.sources.readers.encodings import encoding_of
from core.datasets.sources.readers.unpacked import RandomAccess, unpacked
from core.datasets.store import DatasetError

# Deflate cannot go beyond 1,032:1; an image file, compressed already, is nowhere near this.
_HIGHEST_RATIO, _RATIO_FROM_BYTES = 200, 1_000_000
_ENCRYPTED, _UTF8 = 0x1, 0x800
# Python unpacks all that it reads of these at once, and 4 kB may hold 80 MB.
_UNBOUNDED, _PIECE = (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA), 4096
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, *_UNBOUNDED)
# A local header without the name, whose length its own entry does not tell for sure.
_LOCAL_HEADER_BYTES = 30


@dataclass(frozen=True)
class _Place:
    """Where a member is: its entry, and which of the zips within has it; empty: the zip itself."""

    entry: zipfile.ZipInfo
    within: str = ""


class ZipReader(Reader):
    """A zip, and the zips within it, one level deep: Kaggle's hold a train.zip and a test.zip."""

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Tell whether it is a file with a zip's directory at its end."""
        return path.is_file() and zipfile.is_zipfile(path)

    def members(self) -> Iterator[Member | Refused]:
        """Go through the entries."""
        with self._archive() as archive:
            for each in _members(archive):
                if isinstance(each, Member) and each.name.lower().endswith(".zip"):
                    yield from self._members_within(archive, each)
                else:
                    yield each

    def _members_within(self, archive: zipfile.ZipFile, member: Member) -> Iterator[Member | Refused]:
        """Go through the entries of a zip within, in a folder of its name."""
        entry: zipfile.ZipInfo = member.place.entry
        folder = (*member.parts[:-1], Path(member.parts[-1]).stem)
        try:
            inner = self._opened_within(archive, entry)
        except DatasetError:
            yield member.refused("archive")
            return
        for each in _members(inner, entry.orig_filename):
            if isinstance(each, Member):
                yield replace(each, parts=(*folder, *each.parts))
            else:
                yield replace(each, file="/".join((*folder, each.file)))

    def _opened_within(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> zipfile.ZipFile:
        """Open a zip within, unpacked into a temporary file once: it is read at many places."""
        name = entry.orig_filename
        if name not in self._within:
            found = unpacked(lambda: archive.open(entry), entry.compress_size, name)
            try:
                self._within[name] = (found, zipfile.ZipFile(found.whole))
            except Exception as error:  # Whatever the reader makes of forged bytes.
                raise DatasetError(f"{name} is not a valid ZIP file.") from error
        return self._within[name][1]

    @cached_property
    def _within(self) -> dict[str, tuple[RandomAccess, zipfile.ZipFile]]:
        return {}

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Open the zip."""
        with self._archive() as archive:
            yield _Entries(archive, {name: inner for name, (_, inner) in self._within.items()})

    @contextmanager
    def _archive(self) -> Iterator[zipfile.ZipFile]:
        try:
            archive = zipfile.ZipFile(self.path)
        except OSError as error:
            raise DatasetError(f"{self.title} cannot be read: {error.strerror or error}.") from error
        except Exception as error:  # Whatever the reader makes of forged bytes.
            raise DatasetError(
                f"{self.title} is not a valid ZIP file, or it is incomplete. Download it again, or "
                "unpack it and use the folder."
            ) from error
        with archive:
            yield archive


class _Entries(Opened):
    def __init__(self, archive: zipfile.ZipFile, within: dict[str, zipfile.ZipFile]) -> None:
        self._archives = {**within, "": archive}

    def file(self, member: Member) -> IO[bytes]:
        place: _Place = member.place
        return self._archives[place.within].open(place.entry)

    def piece_bytes(self, member: Member) -> int:
        return _PIECE if member.place.entry.compress_type in _UNBOUNDED else super().piece_bytes(member)


def _members(archive: zipfile.ZipFile, within: str = "") -> Iterator[Member | Refused]:
    """Go through the entries of one zip."""
    # `ZipInfo.is_dir` fails where the name is empty, or is from its NUL on.
    entries = [entry for entry in archive.infolist() if not entry.orig_filename.endswith("/")]
    overlapping = _overlapping(entries)
    for entry, name in zip(entries, _names(entries), strict=True):
        parts = name.replace("\\", "/").split("/")
        member = Member(clean(parts), entry.file_size, _Place(entry, within))
        if name.startswith(("/", "\\")) or ".." in parts or parts[0].endswith(":"):
            yield member.refused("unsafe-name")
        elif stat.S_ISLNK(entry.external_attr >> 16):
            yield member.refused("link")
        elif entry.flag_bits & _ENCRYPTED:
            yield member.refused("encrypted")
        elif entry.compress_type not in _PACKINGS:
            yield member.refused("packing")
        elif entry.header_offset in overlapping:
            yield member.refused("overlapping")
        elif entry.file_size > max(_RATIO_FROM_BYTES, _HIGHEST_RATIO * entry.compress_size):
            yield member.refused("suspicious-compression")
        else:
            yield member


def _names(entries: list[zipfile.ZipInfo]) -> list[str]:
    """Return the entries' names; many programs write UTF-8 without saying so, or what their computer's language has."""
    names = [entry.orig_filename if entry.flag_bits & _UTF8 else _as_utf8(entry.orig_filename) for entry in entries]
    others = [entry.orig_filename for entry, name in zip(entries, names, strict=True) if name is None]
    encoding = encoding_of([name.encode("cp437", "replace") for name in others])
    return [
        entry.orig_filename.encode("cp437", "replace").decode(encoding, "replace") if name is None else name
        for entry, name in zip(entries, names, strict=True)
    ]


def _as_utf8(name: str) -> str | None:
    """Return a name, which Python reads by the zip's own standard, as UTF-8; `None` where it is none."""
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return None


def _overlapping(entries: list[zipfile.ZipInfo]) -> set[int]:
    """Return where entries begin that share bytes with another: a zip bomb's way (D. Fifield, WOOT 2019)."""
    found = set()
    for first, second in pairwise(sorted(entries, key=lambda entry: entry.header_offset)):
        if first.header_offset + _LOCAL_HEADER_BYTES + first.compress_size > second.header_offset:
            found |= {first.header_offset, second.header_offset}
    return found
