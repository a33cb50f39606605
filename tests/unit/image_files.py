"""Images' files made by hand: PNG by its chunks, GIF by its blocks, ICC profiles by their tags."""

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

D50 = (0.9642, 1.0, 0.8249)
SRGB = ((0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
SWAPPED = (SRGB[1], SRGB[0], SRGB[2])
GRADIENT = np.linspace(0, 255, 40 * 24 * 3).astype(np.uint8).reshape(24, 40, 3)[:, ::-1]


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    size: tuple[int, int], depth: int, kind: int, rows: Sequence[bytes], *before: bytes, after: bytes = b""
) -> bytes:
    """Return a PNG of rows as they are packed, with chunks before and after its pixels."""
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, kind, 0, 0, 0)),
            *before,
            chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))),
            chunk(b"IEND", b""),
        )
    )


def rgb_png(pixels: np.ndarray, *before: bytes) -> bytes:
    return png((pixels.shape[1], pixels.shape[0]), 8, 2, [row.tobytes() for row in pixels], *before)


def gif(screen: tuple[int, int], at: tuple[int, int], frame: Image.Image) -> bytes:
    """Return a GIF whose one frame, mode P, begins somewhere on its screen."""
    data = saved(frame, "GIF", optimize=False)
    begin = data.index(b",", 13 + (6 << (data[10] & 7)))
    return data[:6] + struct.pack("<HH", *screen) + data[10 : begin + 1] + struct.pack("<HH", *at) + data[begin + 5 :]


def profile(gamma: float, colours: Sequence[Sequence[float]] = SRGB, space: bytes = b"RGB ") -> bytes:
    """Return an ICC profile of one gamma and the places of its colours in XYZ, or of gray."""

    def xyz(values: Sequence[float]) -> bytes:
        return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65_536) for value in values))

    curve = b"curv" + bytes(4) + struct.pack(">IHH", 1, round(gamma * 256), 0)
    tags = {b"wtpt": xyz(D50)}
    if space == b"GRAY":
        tags[b"kTRC"] = curve
    else:
        tags |= {name: xyz(values) for name, values in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colours, strict=True)}
        tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, body = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(content))
        body += content
    size = 128 + len(table) + len(body)
    header = struct.pack(">I4xI4s4s4s12x4s28x", size, 0x02100000, b"mntr", space, b"XYZ ", b"acsp")
    return (header + xyz(D50)[8:]).ljust(128, b"\0") + table + body


def shown(linear: np.ndarray) -> np.ndarray:
    """Return what sRGB has for linear light, both 0 to 255."""
    light = np.clip(np.asarray(linear, float) / 255, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
