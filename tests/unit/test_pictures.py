"""The one door for pictures: what is read, how it comes out, and the sentence for what is not."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.pictures import FORMATS, PictureError, read_picture

PHOTOS = Path(__file__).resolve().parents[2].parent / "shared" / "photos"


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> Image.Image:
    picture = Image.new("RGB", (40, 20), left)
    picture.paste(right, (20, 0, 40, 20))
    return picture


def huge_png() -> bytes:
    """Return a PNG of some bytes that claims 40,000 × 40,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_is_read_as_rgb(kind: str) -> None:
    picture = read_picture(encoded(halves((200, 30, 30), (30, 30, 200)), kind))
    assert (picture.mode, picture.size) == ("RGB", (40, 20))
    red, _, blue = picture.getpixel((5, 10))  # type: ignore[misc]
    assert red > 150
    assert blue < 80


def test_exif_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was turned: the picture's right side is its top.
    picture = read_picture(encoded(halves((255, 0, 0), (0, 0, 255)), "JPEG", exif=exif, quality=95))
    assert picture.size == (20, 40)
    assert picture.getpixel((10, 5))[0] > 200  # type: ignore[index]


@pytest.mark.parametrize(("at_least", "size"), [(0, (600, 900)), (200, (300, 450)), (600, (600, 900)), (5, (75, 113))])
def test_a_large_jpeg_may_come_smaller_but_not_smaller_than_it_is_needed(at_least: int, size: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = Image.effect_mandelbrot((900, 600), (-3, -2.5, 2, 2.5), 100).convert("RGB")
    data = encoded(photo, "JPEG", exif=exif, quality=95)
    picture = read_picture(data, at_least)
    assert picture.size == size
    small, expected = (np.asarray(each.resize((50, 75)), np.int16) for each in (picture, read_picture(data)))
    assert np.abs(small - expected).mean() < 1
    assert read_picture(encoded(photo, "PNG"), at_least).size == (900, 600)


def test_transparency_is_composed_on_white() -> None:
    picture = read_picture(encoded(Image.new("RGBA", (8, 8), (255, 0, 0, 0))))
    assert picture.getpixel((4, 4)) == (255, 255, 255)


def test_a_transparent_palette_is_composed_on_white() -> None:
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    picture = read_picture(encoded(palette, "PNG", transparency=1))
    assert picture.getpixel((2, 2)) == (255, 255, 255)


def test_16_bits_are_scaled_to_8() -> None:
    values = np.array([[0, 257, 32_896, 65_535]], np.uint16)
    picture = read_picture(encoded(Image.fromarray(values)))
    assert [picture.getpixel((x, 0))[0] for x in range(4)] == [0, 1, 128, 255]  # type: ignore[index]


def test_cmyk_and_grayscale_jpeg_become_rgb() -> None:
    for mode in ("CMYK", "L"):
        assert read_picture(encoded(Image.new(mode, (9, 9)), "JPEG")).mode == "RGB"


def test_an_animation_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (6, 6), colour) for colour in ("red", "blue")]
    picture = read_picture(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert picture.getpixel((3, 3)) == (255, 0, 0)


JPEG = encoded(halves((200, 30, 30), (30, 30, 200)), "JPEG")
PNG = encoded(Image.radial_gradient("L"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"hello, I am a text", "not-a-picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not-a-picture"),
        (JPEG[: len(JPEG) // 2], "truncated"),
        (PNG[: len(PNG) // 2], "truncated"),
        (PNG[:500] + bytes(200) + PNG[700:], "damaged"),
        (PNG[:20], "truncated"),
        (huge_png(), "too-large"),
        (encoded(Image.new("L", (10_000, 5_001))), "too-large"),
        (encoded(Image.new("RGB", (4, 4)), "TIFF"), "format-not-allowed"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "format-not-allowed"),
    ],
)
def test_what_cannot_be_read_gives_a_reason_and_a_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError) as caught:
        read_picture(data)
    assert caught.value.reason == reason
    assert str(caught.value).endswith(".")


def test_every_beginning_of_a_file_gives_a_picture_error_and_nothing_else() -> None:
    for data in (JPEG, PNG, encoded(halves((1, 2, 3), (4, 5, 6)), "WEBP"), encoded(Image.new("P", (9, 9)), "GIF")):
        for length in range(0, len(data) - 4, max(1, len(data) // 60)):
            try:
                read_picture(data[:length])
            except PictureError:
                continue


def test_real_photos_are_read() -> None:
    photos = sorted(PHOTOS.glob("*.jpg"))
    if not photos:
        pytest.skip(f"no photos at {PHOTOS}")
    for photo in photos:
        picture = read_picture(photo.read_bytes())
        assert picture.mode == "RGB"
        assert min(picture.size) > 50
