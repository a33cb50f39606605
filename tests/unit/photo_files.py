"""Files that people bring as photos: what must be answered, and what must be refused in a sentence."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tests.paths import DATA

Size = tuple[int, int]


@dataclass(frozen=True)
class PhotoFile:
    """A file.

    Attributes:
        name: as its owner calls it.
        make: returns its bytes.
        size: of the upright image; `None` for one that is refused.
        reason: why it is refused, in `ImageError`'s words; empty for one that is read.
    """

    name: str
    make: Callable[[], bytes]
    size: Size | None
    reason: str = ""


def scene(size: Size = (64, 48), mode: str = "RGB") -> Image.Image:
    """An image with something in it: bright above, dark below, a red part at the left."""
    width, height = size
    image = Image.new("RGB", size, "navy")
    image.paste("white", (0, 0, width, height // 2))
    image.paste("red", (0, 0, max(width // 4, 1), height))
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(scene(), "JPEG", exif=exif)


def sixteen_bits() -> bytes:
    return saved(Image.fromarray(np.linspace(0, 65_535, 64 * 48).reshape(48, 64).astype(np.uint16)), "PNG")


def transparent(kind: str) -> bytes:
    image = scene(mode="RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return saved(image, kind)


def odd(name: str) -> bytes:
    return (DATA / "odd_images" / f"{name}.png").read_bytes()


def animated() -> bytes:
    return saved(
        scene(), "GIF", save_all=True, append_images=[Image.new("RGB", (64, 48), colour) for colour in ("lime", "blue")]
    )


def claims_gigapixels() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    )


PHOTO_FILES = (
    PhotoFile("phone upright.jpg", lambda: saved(scene(), "JPEG"), (64, 48)),
    PhotoFile("phone turned.jpg", turned, (48, 64)),
    PhotoFile("48 megapixels.jpg", lambda: saved(scene((8_000, 6_000)), "JPEG", quality=30), (8_000, 6_000)),
    PhotoFile("cmyk.jpg", lambda: saved(scene(mode="CMYK"), "JPEG"), (64, 48)),
    PhotoFile("gray.jpg", lambda: saved(scene(mode="L"), "JPEG"), (64, 48)),
    PhotoFile("palette.png", lambda: saved(scene(mode="P"), "PNG"), (64, 48)),
    PhotoFile("16 bits.png", sixteen_bits, (64, 48)),
    PhotoFile("one bit.png", lambda: saved(scene(mode="1"), "PNG"), (64, 48)),
    PhotoFile("transparent.png", lambda: transparent("PNG"), (64, 48)),
    PhotoFile("transparent.webp", lambda: transparent("WEBP"), (64, 48)),
    PhotoFile("animated.gif", animated, (64, 48)),
    PhotoFile("bitmap.bmp", lambda: saved(scene(), "BMP"), (64, 48)),
    PhotoFile("very long.png", lambda: saved(scene((12_000, 30)), "PNG"), (12_000, 30)),
    PhotoFile("very small.png", lambda: saved(scene((1, 1)), "PNG"), (1, 1)),
    PhotoFile("called.heic but a jpeg.heic", lambda: saved(scene(), "JPEG"), (64, 48)),
    PhotoFile("palette without colours.png", lambda: odd("palette-without-colours"), None, "damaged"),
    PhotoFile("two headers.png", lambda: odd("header-twice"), None, "damaged"),
    PhotoFile("iphone.heic", lambda: b"\x00\x00\x00\x18ftypheic" + bytes(60), None, "format-not-allowed"),
    PhotoFile("scan.tiff", lambda: saved(scene(), "TIFF"), None, "format-not-allowed"),
    PhotoFile("drawing.svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", None, "not-a-picture"),
    PhotoFile("letter.jpg", lambda: b"Dear vet, my cat", None, "not-a-picture"),
    PhotoFile("empty.jpg", lambda: b"", None, "empty"),
    PhotoFile("half.jpg", lambda: saved(scene((400, 300)), "JPEG")[:1_500], None, "truncated"),
    PhotoFile("hostile.png", claims_gigapixels, None, "too-large"),
)
