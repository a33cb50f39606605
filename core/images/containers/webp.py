"""WebP: the image, or the first of an animation, its profile and how it is turned."""

import struct
from collections.abc import Iterator
from itertools import islice

from core.images.containers import exif
from core.images.containers.container import MOST_PARTS, Buffer, Container, damaged, joined, truncated

_HEADER_BYTES = 12
_LOSSY, _LOSSLESS, _ALPHA, _FRAME = b"VP8 ", b"VP8L", b"ALPH", b"ANMF"
_FRAME_HEADER_BYTES = 16
_HAS_ALPHA = 0x10
# Pillow's decoder, made for animations, has two canvases of four bytes a pixel, and hands out copies.
_COST = 16


def is_one(data: bytes) -> bool:
    """Tell whether a file begins as a WebP does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def read(data: bytes) -> Container:
    """Look into a file that begins as a WebP does.

    Raises:
        ImageError: it holds no image.
    """
    canvas: tuple[int, int] | None = None
    profile, orientation, place = b"", 1, (0, 0)
    frame: tuple[list[tuple[bytes, Buffer]], tuple[int, int]] | None = None
    alpha: Buffer = b""
    for kind, body in islice(_chunks(memoryview(data)[_HEADER_BYTES:]), MOST_PARTS):
        if kind == b"VP8X" and canvas is None and len(body) >= 10:
            canvas = 1 + _three(body, 4), 1 + _three(body, 7)
        elif kind == b"ICCP":
            profile = profile or bytes(body)
        elif kind == b"EXIF":
            orientation = exif.orientation(body) if orientation == 1 else orientation
        elif frame is not None:
            continue
        elif kind == _ALPHA:
            alpha = alpha or body
        elif kind in (_LOSSY, _LOSSLESS):
            frame = _image(kind, body, alpha)
        elif kind == _FRAME and len(body) >= _FRAME_HEADER_BYTES:
            place = 2 * _three(body, 0), 2 * _three(body, 3)
            frame = _first(body[_FRAME_HEADER_BYTES:])
        if canvas is None and frame is not None:
            break
    if frame is None:
        raise truncated()
    chunks, size = frame
    whole = canvas or size
    if place == (0, 0) and size == whole:
        return _container(chunks, size, None, whole, orientation, profile)
    if place[0] + size[0] > whole[0] or place[1] + size[1] > whole[1]:
        raise damaged()
    return _container(chunks, size, place, whole, orientation, profile)


def _container(
    chunks: list[tuple[bytes, Buffer]],
    size: tuple[int, int],
    place: tuple[int, int] | None,
    whole: tuple[int, int],
    orientation: int,
    profile: bytes,
) -> Container:
    pixels = size[0] * size[1]
    cost = _COST * pixels + (0 if place is None else 4 * whole[0] * whole[1])
    return Container("WEBP", joined(_still(chunks)), whole, cost, True, place, orientation=orientation, profile=profile)


def _still(chunks: list[tuple[bytes, Buffer]]) -> list[Buffer]:
    """Return the pieces of a file that holds these chunks only."""
    pieces: list[Buffer] = []
    for kind, body in chunks:
        pieces += [kind, struct.pack("<I", len(body)), body, bytes(len(body) % 2)]
    return [b"RIFF", struct.pack("<I", 4 + sum(map(len, pieces))), b"WEBP", *pieces]


def _chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _first(data: memoryview) -> tuple[list[tuple[bytes, Buffer]], tuple[int, int]] | None:
    """Return the image in the first frame of an animation."""
    alpha: Buffer = b""
    for kind, body in islice(_chunks(data), MOST_PARTS):
        if kind == _ALPHA:
            alpha = alpha or body
        elif kind in (_LOSSY, _LOSSLESS):
            return _image(kind, body, alpha)
    return None


def _image(kind: bytes, body: Buffer, alpha: Buffer) -> tuple[list[tuple[bytes, Buffer]], tuple[int, int]]:
    """Return the chunks that an image needs, and its width and height."""
    width, height = _size(kind, body)
    if kind == _LOSSLESS or not alpha:
        return [(kind, body)], (width, height)
    header = struct.pack("<I", _HAS_ALPHA) + _bytes(width - 1) + _bytes(height - 1)
    return [(b"VP8X", header), (_ALPHA, alpha), (kind, body)], (width, height)


def _size(kind: bytes, body: Buffer) -> tuple[int, int]:
    if len(body) < 10:
        raise truncated()
    if kind == _LOSSLESS:
        bits = int.from_bytes(body[1:5], "little")
        size, sound = (1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)), body[0] == 0x2F
    else:
        width, height = struct.unpack_from("<HH", body, 6)
        size, sound = (width & 0x3FFF, height & 0x3FFF), body[3:6] == b"\x9d\x01\x2a"
    if not sound or 0 in size:
        raise damaged()
    return size


def _three(body: Buffer, at: int) -> int:
    return int.from_bytes(body[at : at + 3], "little")


def _bytes(number: int) -> bytes:
    return number.to_bytes(3, "little")
