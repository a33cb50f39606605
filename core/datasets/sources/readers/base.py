"""What every reader answers: which files and folders are its, what is in them, and each member's bytes.

A new one is a class with these answers and a line in `core.datasets.sources.readers`. A member's name is text to show
and to find a label in; nothing is ever written under it.
"""

import io
import sys
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

from core.images.conversion import is_other
from core.images.image_io import MAX_BYTES

_LONGEST_NAME = 200
# What is found in them takes memory by the square of their number; no set of images comes near it.
MOST_FOLDERS = 32
_LARGE = 1_000_000
# JPEG, PNG, GIF, BMP, and the container of WebP; so many bytes tell these and what is converted.
_MAGIC, IMAGE_HEAD_BYTES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"RIFF"), 12
# Control and format characters (among them those that turn the direction of writing), surrogates, line ends.
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_SENTENCES = {
    "unsafe-name": "Its name points outside the archive. Nothing was written for it.",
    "too-deep": f"It lies in more than {MOST_FOLDERS} folders, one within the other. Put it where fewer are around it.",
    "link": "It is a link, which is not followed unless you choose it. Put the image itself there, or follow links.",
    "encrypted": "Encrypted. Unpack the archive with its password and use the folder.",
    "overlapping": "It shares its bytes with another entry of the archive, as only a forged zip does.",
    "suspicious-compression": "It says that it is hundreds of times larger than its packed bytes, as no image is.",
    "packing": "It is packed in a way that is not read, such as Deflate64. Unpack the archive and use the folder.",
    "outside": "It is a link out of the folder, or to nothing, which is never followed. Put the image itself there.",
    "archive": "It is an archive in itself. Unpack it and give its images.",
    "no-file": "It is a device, or a file with holes, which is not read.",
}


@dataclass(frozen=True)
class Refused:
    """A file that was not taken: its name as shown, a stable word for programs, and a sentence for a person."""

    file: str
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a source.

    Attributes:
        parts: its folders and its name, cleaned for showing.
        bytes: its announced size.
        place: where its reader finds it.
    """

    parts: tuple[str, ...]
    bytes: int
    place: Any

    @property
    def name(self) -> str:
        """The parts as one text."""
        return "/".join(self.parts)

    def refused(self, reason: str) -> Refused:
        """Return that it is not taken, with the sentence of a reason."""
        return Refused(self.name, reason, _SENTENCES[reason])


class Opened(ABC):
    """A source that is open for reading its members, by several threads if wanted."""

    @abstractmethod
    def file(self, member: Member) -> IO[bytes]:
        """Open a member. What it raises, here and while it is read, is told as an `OSError`."""

    def piece_bytes(self, member: Member) -> int:
        """Return how much of a member may be asked for at once; 0: all of it."""
        return 0 if member.bytes <= _LARGE else _LARGE

    def read(self, member: Member) -> bytes:
        """Return a member's bytes, never more than one above `MAX_BYTES`.

        Raises:
            OSError: it cannot be read; the message says why.
        """
        try:
            with self.file(member) as file:
                piece = self.piece_bytes(member)
                return _read_in_pieces(file, piece) if piece else file.read(MAX_BYTES + 1)
        except OSError:
            raise
        except (NotImplementedError, RuntimeError) as error:
            raise OSError(f"it is packed in a way that is not read ({error})") from error
        except Exception as error:  # Whatever a decoder makes of forged bytes.
            raise OSError("its bytes in the archive are damaged") from error

    def begin(self, member: Member, most: int) -> bytes:
        """Return the first bytes of a member, at most so many.

        Raises:
            OSError: it cannot be read.
        """
        try:
            with self.file(member) as file:
                return file.read(most)
        except Exception as error:  # Whatever a decoder makes of forged bytes.
            raise OSError("it cannot be read") from error


@dataclass(frozen=True)
class Reader(ABC):
    """The base of all readers.

    Attributes:
        path: what is read.
        title: what to call it.
        follows_links: whether links to what is inside are followed; others never are.
        in_order: whether its members' order counts, or reading them in another would be slow; else they are sorted.
    """

    path: Path
    title: str
    follows_links: bool = False
    in_order: ClassVar[bool] = False
    # More are not read: what is known of each takes memory.
    most_members: ClassVar[int] = 500_000

    @property
    def class_level(self) -> int:
        """Which level of folders in its members' names is that of the classes, 1 the first; 0: it has to be found."""
        return 0

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what was done to what it holds."""
        return ()

    @classmethod
    @abstractmethod
    def claims(cls, path: Path) -> bool:
        """Tell whether what is at a path is read by this one; it is there, and may be anything."""

    @abstractmethod
    def members(self) -> Iterator[Member | Refused]:
        """Go through what it holds, one after the other, without reading the files in it.

        Raises:
            DatasetError: it cannot be read, or is damaged.
        """

    @abstractmethod
    def opened(self) -> AbstractContextManager[Opened]:
        """Open it for reading members.

        Raises:
            DatasetError: it cannot be read, or is damaged.
        """


def begins_as_image(begin: bytes) -> bool:
    """Tell by its first `IMAGE_HEAD_BYTES` whether a file may be an image that is taken."""
    return begin.startswith(_MAGIC) or is_other(begin)


def _read_in_pieces(file: IO[bytes], piece_bytes: int) -> bytes:
    """Return a file's bytes; of a large one, read at once, there would be two copies for a moment."""
    found = io.BytesIO()
    while found.tell() <= MAX_BYTES and (piece := file.read(piece_bytes)):
        found.write(piece[: MAX_BYTES + 1 - found.tell()])
    return found.getvalue()


def clean(parts: Iterable[str]) -> tuple[str, ...]:
    """Return a path's parts for showing: one Unicode form, no control or direction characters, not too long."""
    shown = []
    for part in parts:
        text = unicodedata.normalize("NFC", part)
        text = "".join(letter for letter in text if unicodedata.category(letter) not in _UNSEEN).strip()
        if text not in ("", "."):
            shown.append(text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…")
    # Of a million files, the names of their few folders are there once.
    return (*map(sys.intern, shown[:-1]), shown[-1]) if shown else ("?",)
