"""Files' bytes → what the store keeps of them: a row of the index, and pixels or a thumbnail."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from core.datasets import store
from core.datasets.measures import measured
from core.datasets.sources import Refused
from core.datasets.store import INDEX, THUMBNAIL_SIDE
from core.pictures import Original, PictureError, read_original

GRAY_MODES = ("1", "L", "LA", "I", "I;16", "I;16B", "F")
_THUMBNAIL_QUALITY = 85


@dataclass(frozen=True)
class Form:
    """How pictures are kept: as files, or as an array of `(height, width, channels)`."""

    as_files: bool
    size: tuple[int, int, int] = (0, 0, 0)


class MisfitError(Exception):
    """A picture does not fit the form that a sample of them has; another form does."""

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


def decoded(found: list[tuple[int, str, bytes]], refused: list[Refused], form: Form, files: Path) -> Chunk:
    """Decode files; keep them in `files` where pictures are kept as files.

    Args:
        found: for each its position in the source, its name and its bytes.
        refused: what was refused before, to be told with what is refused here.
        form: how pictures are kept.
        files: the folder for files.

    Raises:
        MisfitError: a picture does not fit the form.
    """
    taken: list[int] = []
    payloads: list[bytes] = []
    rows = np.zeros(len(found), INDEX)
    for position, name, data in found:
        try:
            original = read_original(data)
        except PictureError as error:
            refused.append(Refused(name, error.reason, str(error)))
            continue
        row = rows[len(taken)]
        _describe(row, original, data)
        if form.as_files:
            path = files / store.file_name(row["sha256"].decode(), original.format)
            if not path.exists():
                path.write_bytes(data)
            payloads.append(thumbnail(original.picture))
        else:
            payloads.append(_pixels(original, form))
        taken.append(position)
    return Chunk(taken, rows[: len(taken)], payloads, refused)


def _describe(row: np.void, original: Original, data: bytes) -> None:
    """Fill a picture's row of the index."""
    row["width"], row["height"] = original.picture.size
    row["mode"], row["format"], row["bytes"] = original.mode, original.format, len(data)
    row["brightness"], row["contrast"], row["sharpness"] = measured(original.picture)
    row["sha256"] = hashlib.sha256(data).hexdigest()


def _pixels(original: Original, form: Form) -> bytes:
    """Return a picture's pixels as the array has them. Raises `MisfitError` where it has another shape."""
    height, width, channels = form.size
    if original.picture.size != (width, height):
        raise MisfitError(Form(as_files=True))
    if channels == 3:
        return original.picture.tobytes()
    if original.mode not in GRAY_MODES:
        raise MisfitError(Form(False, (height, width, 3)))
    return original.picture.convert("L").tobytes()


def thumbnail(picture: Image.Image) -> bytes:
    """Return a JPEG of the picture, mode L or RGB, its longer side at most `THUMBNAIL_SIDE`."""
    import cv2

    # Averaging whole pixels, then interpolating to less than twice smaller: a tenth of the time of cv2.INTER_AREA.
    picture = picture.reduce(max(1, max(picture.size) // THUMBNAIL_SIDE))
    pixels = np.asarray(picture)
    factor = THUMBNAIL_SIDE / max(picture.size)
    if factor < 1:
        size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_QUALITY, _THUMBNAIL_QUALITY))
    return encoded.tobytes()
