"""What an image's file is found to be before anything of it is decoded."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import IO, NamedTuple

from core.errors import PixelwiseError

# No image that a camera or program writes has a tenth as many.
MOST_PARTS = 100_000
_JOINED_BYTES = 1_000_000

Buffer = bytes | memoryview


class ImageError(PixelwiseError):
    """An image that cannot be used.

    Attributes:
        reason: a stable word for programs: `empty`, `not-a-picture`, `format-not-allowed`, `truncated`,
            `damaged`, `too-large`.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        """Keep the reason beside the sentence."""
        super().__init__(sentence)
        self.reason = reason


class Container(NamedTuple):
    """An image's file without what is not needed to decode it.

    Decoders are given neither comments nor EXIF, text, profiles, animations nor thumbnails: what is odd or endless in
    those reaches none of them.

    Attributes:
        kind: Pillow's name of the format.
        file: what is decoded.
        size: width and height of the whole image in pixels, before it is turned upright.
        cost: bytes of memory that decoding it to RGB takes at most, about.
        photo: whether it is such a file as cameras and programs write photos to.
        place: where in the image its decoded pixels begin, from the left and from above; `None` where they fill it.
        orientation: EXIF's, 1 to 8.
        profile: an ICC profile of its colours; empty where they are sRGB.
        key: the gray value, or red, green and blue, that means transparent, as the file has it, and their most.
        packed: of a small plain PNG, its mode and packed pixels: decoded without a look at the file, in half the time.
    """

    kind: str
    file: IO[bytes]
    size: tuple[int, int]
    cost: int
    photo: bool = False
    place: tuple[int, int] | None = None
    orientation: int = 1
    profile: bytes = b""
    key: tuple[tuple[int, ...], int] | None = None
    packed: tuple[str, bytes] | None = None


def truncated() -> ImageError:
    """Return what is said of a file that ends too early."""
    return ImageError("truncated", "The image file is truncated. Copy or download it again.")


def damaged() -> ImageError:
    """Return what is said of a file that cannot be decoded for another reason."""
    return ImageError("damaged", "The image is corrupt and cannot be decoded. Copy or download it again.")


def too_many(what: str) -> ImageError:
    """Return what is said of a file with more parts of a kind than any image has."""
    return ImageError(
        "damaged", f"The file has {what}, as no camera or program writes. Open it elsewhere and save it again."
    )


def joined(pieces: Sequence[Buffer]) -> IO[bytes]:
    """Return pieces as one file; large ones are not copied."""
    if sum(map(len, pieces)) <= _JOINED_BYTES:
        return io.BytesIO(b"".join(pieces))
    return io.BufferedReader(_Pieces(pieces))


class _Pieces(io.RawIOBase):
    def __init__(self, pieces: Sequence[Buffer]) -> None:
        self._pieces = [piece for piece in pieces if len(piece)]
        self._begins = [0, *accumulate(map(len, self._pieces))]
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._begins[-1]}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        filled = 0
        while filled < len(buffer) and self._at < self._begins[-1]:
            number = bisect_right(self._begins, self._at) - 1
            begin = self._at - self._begins[number]
            taken = self._pieces[number][begin : begin + len(buffer) - filled]
            buffer[filled : filled + len(taken)] = taken
            filled += len(taken)
            self._at += len(taken)
        return filled
