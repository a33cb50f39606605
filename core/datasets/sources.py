"""Zips and folders of pictures as lists of members: names made harmless, junk left out, what is unsafe refused.

A member's name is text to show and to find a label in; nothing is ever written under it.
"""

import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import IO

from core.datasets.store import DatasetError
from core.pictures import MAX_BYTES

MAX_MEMBERS = 500_000
MAX_TOTAL_BYTES = 50_000_000_000
_LONGEST_NAME = 200
_JUNK = {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx"}
_ARCHIVES = {".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"}
# Deflate cannot go beyond 1,032:1; a picture file, compressed already, is nowhere near this.
_HIGHEST_RATIO, _RATIO_FROM_BYTES = 200, 1_000_000
_ENCRYPTED, _UTF8 = 0x1, 0x800
# A local header without the name, whose length its own entry does not tell for sure.
_LOCAL_HEADER_BYTES = 30
# Control and format characters (among them those that turn the direction of writing), surrogates, line ends.
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_SENTENCES = {
    "unsafe-name": "Its name points outside the archive. Nothing was written for it.",
    "link": "It is a link to another file, which is not followed. Put the picture itself there.",
    "encrypted": "It is encrypted. Unpack the archive with its password and give the folder.",
    "overlapping": "It shares its bytes with another entry of the archive, as only a forged zip does.",
    "suspicious-compression": "It says that it is hundreds of times larger than its packed bytes, as no picture is.",
    "archive": "It is an archive in itself. Unpack it and give its pictures.",
}


@dataclass(frozen=True)
class Refused:
    """A file that was not taken: its name as shown, a stable word for programs, and a sentence for a person."""

    file: str
    reason: str
    sentence: str


@dataclass(frozen=True)
class Member:
    """A file of a source.

    Attributes:
        parts: its folders and its name, cleaned for showing.
        bytes: its announced size.
        place: where the source finds it.
    """

    parts: tuple[str, ...]
    bytes: int
    place: zipfile.ZipInfo | Path

    @property
    def name(self) -> str:
        """The parts as one text."""
        return "/".join(self.parts)


@dataclass(frozen=True)
class Source:
    """A zip or folder.

    Attributes:
        path: where it is.
        title: what to call it.
        members: what may be a picture, sorted by name.
        refused: what was refused by its name or its entry in the archive alone.
        skipped: the names of junk files, such as `Thumbs.db`.
    """

    path: Path
    title: str
    members: list[Member] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @contextmanager
    def opened(self) -> Iterator["Reader"]:
        """Open it for reading members, by several threads if wanted."""
        if self.path.is_dir():
            yield Reader(None)
        else:
            with _opened_zip(self.path, self.title) as archive:
                yield Reader(archive)


@dataclass(frozen=True)
class Reader:
    """Reads members of an opened source."""

    archive: zipfile.ZipFile | None

    def read(self, member: Member) -> bytes:
        """Return a member's bytes, never more than one above `MAX_BYTES`.

        Raises:
            OSError: it cannot be read; the message says why.
        """
        place = member.place
        try:
            with place.open("rb") if isinstance(place, Path) else self._entry(place) as file:
                return file.read(MAX_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise OSError("its bytes in the zip are damaged") from error
        except (NotImplementedError, RuntimeError) as error:
            raise OSError(f"it is packed in a way that is not read ({error})") from error

    def _entry(self, entry: zipfile.ZipInfo) -> IO[bytes]:
        if self.archive is None:
            raise OSError("the zip is not open")
        return self.archive.open(entry)


def open_source(path: Path, title: str = "") -> Source:
    """List what a zip or folder holds, without reading the files in it.

    Args:
        path: the zip or folder.
        title: what to call it instead of its file's name.

    Raises:
        DatasetError: there is nothing at `path`, it is neither zip nor folder, is cut short, or holds far too much.
    """
    if not path.exists():
        raise DatasetError(f"There is no file or folder {path}.")
    found = Source(path, title or path.name)
    if path.is_dir():
        _list_folder(found)
    else:
        _list_zip(found)
    if len(found.members) > MAX_MEMBERS:
        raise DatasetError(f"{found.title} holds {len(found.members):,} files; at most {MAX_MEMBERS:,} are read.")
    total = sum(member.bytes for member in found.members)
    if total > MAX_TOTAL_BYTES:
        limit = f"{MAX_TOTAL_BYTES / 1e9:.0f} GB"
        raise DatasetError(f"{found.title} says that it holds {total / 1e9:,.0f} GB; at most {limit} are read.")
    found.members.sort(key=lambda member: member.parts)
    return found


def _list_folder(source: Source) -> None:
    for folder, folders, files in os.walk(source.path):
        for name in [*folders, *files]:
            place = Path(folder) / name
            member = Member(_clean(place.relative_to(source.path).parts), 0, place)
            if place.is_symlink():
                source.refused.append(_refused(member, "link"))
            elif place.is_file():
                _sort_in(source, replace(member, bytes=place.stat().st_size))


def _list_zip(source: Source) -> None:
    with _opened_zip(source.path, source.title) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    overlapping = _overlapping(entries)
    for entry in entries:
        name = _decoded(entry)
        parts = name.replace("\\", "/").split("/")
        member = Member(_clean(parts), entry.file_size, entry)
        if name.startswith(("/", "\\")) or ".." in parts or parts[0].endswith(":"):
            source.refused.append(_refused(member, "unsafe-name"))
        elif stat.S_ISLNK(entry.external_attr >> 16):
            source.refused.append(_refused(member, "link"))
        elif entry.flag_bits & _ENCRYPTED:
            source.refused.append(_refused(member, "encrypted"))
        elif entry.header_offset in overlapping:
            source.refused.append(_refused(member, "overlapping"))
        elif entry.file_size > max(_RATIO_FROM_BYTES, _HIGHEST_RATIO * entry.compress_size):
            source.refused.append(_refused(member, "suspicious-compression"))
        else:
            _sort_in(source, member)


@contextmanager
def _opened_zip(path: Path, title: str) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise DatasetError(
            f"{title} is no zip, or it is cut short or damaged. Copy or download it again, or unpack it and give "
            f"the folder."
        ) from error
    except OSError as error:
        raise DatasetError(f"{title} cannot be read: {error.strerror}.") from error
    with archive:
        yield archive


def _decoded(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; many programs write UTF-8 without saying so."""
    if entry.flag_bits & _UTF8:
        return entry.orig_filename
    try:
        return entry.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.orig_filename


def _overlapping(entries: list[zipfile.ZipInfo]) -> set[int]:
    """Return where entries begin that share bytes with another: a zip bomb's way (D. Fifield, WOOT 2019)."""
    found = set()
    for first, second in pairwise(sorted(entries, key=lambda entry: entry.header_offset)):
        if first.header_offset + _LOCAL_HEADER_BYTES + first.compress_size > second.header_offset:
            found |= {first.header_offset, second.header_offset}
    return found


def _clean(parts: Iterable[str]) -> tuple[str, ...]:
    """Return a path's parts for showing: one Unicode form, no control or direction characters, not too long."""
    shown = []
    for part in parts:
        text = unicodedata.normalize("NFC", part)
        text = "".join(letter for letter in text if unicodedata.category(letter) not in _UNSEEN).strip()
        if text not in ("", "."):
            shown.append(text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…")
    return tuple(shown) or ("?",)


def _sort_in(source: Source, member: Member) -> None:
    """Put a member where it belongs by its name."""
    if any(part.lower() in _JUNK or part.startswith(".") for part in member.parts):
        source.skipped.append(member.name)
    elif Path(member.parts[-1]).suffix.lower() in _ARCHIVES:
        source.refused.append(_refused(member, "archive"))
    else:
        source.members.append(member)


def _refused(member: Member, reason: str) -> Refused:
    return Refused(member.name, reason, _SENTENCES[reason])
