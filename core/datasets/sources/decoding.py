"""Files' bytes → what the store keeps of them: a row of the index, and pixels or a thumbnail."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets import store
from core.datasets.quality import measured
from core.datasets.sources.readers import Refused
from core.datasets.store import INDEX
from core.images.conversion import ALL_LEVELS, one_large, plain
from core.images.image_io import ImageError, Original, decode, look_into
from core.images.thumbnail import thumbnail

GRAY_MODES = ("1", "L", "LA", "I", "I;16", "I;16B", "F")
_SHA256 = (INDEX.names or ()).index("sha256")


@dataclass(frozen=True)
class Form:
    """How images are kept: as files, or as an array of `(height, width, channels)`."""

    as_files: bool
    size: tuple[int, int, int] = (0, 0, 0)


class MisfitError(Exception):
    """An image does not fit the form that a sample of them has; another form does."""

    def __init__(self, form: Form) -> None:
        """Keep the other form."""
        super().__init__(form)
        self.form = form


@dataclass(frozen=True)
class Chunk:
    """What became of some members of the source.

    Attributes:
        taken: which were taken, by their positions in the source.
        rows: their rows of the index.
        payloads: the pixels of each, or its thumbnail.
        refused: the others.
    """

    taken: list[int]
    rows: np.ndarray
    payloads: list[bytes]
    refused: list[Refused]


def decoded(
    found: list[tuple[int, str, bytes]], refused: list[Refused], form: Form, files: Path, white: int = ALL_LEVELS
) -> Chunk:
    """Decode files; keep them in `files` where images are kept as files.

    Args:
        found: for each its position in the source, its name and its bytes.
        refused: what was refused before, to be told with what is refused here.
        form: how images are kept.
        files: the folder for files.
        white: as `conversion.plain` takes it.

    Raises:
        MisfitError: an image does not fit the form.
    """
    taken: list[int] = []
    payloads: list[bytes] = []
    rows = np.zeros(len(found), INDEX)
    for position, name, given in found:
        try:
            described, payload = _taken(plain(given, white), form, files)
        except ImageError as error:
            refused.append(Refused(name, error.reason, str(error)))
            continue
        rows[len(taken)] = described
        payloads.append(payload)
        taken.append(position)
    return Chunk(taken, rows[: len(taken)], payloads, refused)


def _taken(data: bytes, form: Form, files: Path) -> tuple[tuple[Any, ...], bytes]:
    """Return a file's row and payload. The image is gone when it returns, before another large one is decoded."""
    opened = look_into(data)
    with one_large(opened.cost):
        return _described_and_kept(decode(opened), data, form, files)


def _described_and_kept(original: Original, data: bytes, form: Form, files: Path) -> tuple[tuple[Any, ...], bytes]:
    described = _described(original, data)
    return described, _kept(original, described[_SHA256], data, form, files)


def _kept(original: Original, sha256: str, data: bytes, form: Form, files: Path) -> bytes:
    """Keep an image's file if files are kept; return its pixels or its thumbnail."""
    if not form.as_files:
        return _pixels(original, form)
    path = files / store.file_name(sha256, original.format)
    if not path.exists():
        path.write_bytes(data)
    return thumbnail(original.image)


def _described(original: Original, data: bytes) -> tuple[Any, ...]:
    """Return an image's row of the index: the fields of `INDEX` in their order, the end of its thumbnail 0."""
    sha256 = hashlib.sha256(data).hexdigest()
    return (*original.image.size, original.mode, len(data), *measured(original.image), sha256, original.format, 0)


def _pixels(original: Original, form: Form) -> bytes:
    """Return an image's pixels as the array has them. Raises `MisfitError` where it has another shape."""
    height, width, channels = form.size
    if original.image.size != (width, height):
        raise MisfitError(Form(as_files=True))
    if channels == 3:
        return original.image.tobytes()
    if original.mode not in GRAY_MODES:
        raise MisfitError(Form(False, (height, width, 3)))
    return original.image.convert("L").tobytes()
