"""The one door for images: what is read, how it comes out, and the sentence for what is not."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.images import image_io
from core.images.image_io import FORMATS, ImageError, read_image, read_original
from tests.paths import DATA, SHARED

ODD = DATA / "odd_images"
PHOTOS = SHARED / "photos"


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGB", (40, 20), left)
    image.paste(right, (20, 0, 40, 20))
    return image


def huge_png() -> bytes:
    """Return a PNG of some bytes that claims 40,000 × 40,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_is_read_as_rgb(kind: str) -> None:
    image = read_image(encoded(halves((200, 30, 30), (30, 30, 200)), kind))
    assert (image.mode, image.size) == ("RGB", (40, 20))
    red, _, blue = image.getpixel((5, 10))  # type: ignore[misc]
    assert red > 150
    assert blue < 80


def test_exif_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was turned: the image's right side is its top.
    image = read_image(encoded(halves((255, 0, 0), (0, 0, 255)), "JPEG", exif=exif, quality=95))
    assert image.size == (20, 40)
    assert image.getpixel((10, 5))[0] > 200  # type: ignore[index]


@pytest.mark.parametrize(("at_least", "size"), [(0, (600, 900)), (200, (300, 450)), (600, (600, 900)), (5, (75, 113))])
def test_a_large_jpeg_may_come_smaller_but_not_smaller_than_it_is_needed(at_least: int, size: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = Image.effect_mandelbrot((900, 600), (-3, -2.5, 2, 2.5), 100).convert("RGB")
    data = encoded(photo, "JPEG", exif=exif, quality=95)
    image = read_image(data, at_least)
    assert image.size == size
    small, expected = (np.asarray(each.resize((50, 75)), np.int16) for each in (image, read_image(data)))
    assert np.abs(small - expected).mean() < 1
    assert read_image(encoded(photo, "PNG"), at_least).size == (900, 600)


def test_transparency_is_composed_on_white() -> None:
    image = read_image(encoded(Image.new("RGBA", (8, 8), (255, 0, 0, 0))))
    assert image.getpixel((4, 4)) == (255, 255, 255)


def test_a_transparent_palette_is_composed_on_white() -> None:
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    image = read_image(encoded(palette, "PNG", transparency=1))
    assert image.getpixel((2, 2)) == (255, 255, 255)


def test_16_bits_are_scaled_to_8() -> None:
    values = np.array([[0, 257, 32_896, 65_535]], np.uint16)
    image = read_image(encoded(Image.fromarray(values)))
    assert [image.getpixel((x, 0))[0] for x in range(4)] == [0, 1, 128, 255]  # type: ignore[index]


def test_cmyk_and_grayscale_jpeg_become_rgb() -> None:
    for mode in ("CMYK", "L"):
        assert read_image(encoded(Image.new(mode, (9, 9)), "JPEG")).mode == "RGB"


def test_an_animation_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (6, 6), colour) for colour in ("red", "blue")]
    image = read_image(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert image.getpixel((3, 3)) == (255, 0, 0)


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
    with pytest.raises(ImageError) as caught:
        read_image(data)
    assert caught.value.reason == reason
    assert str(caught.value).endswith(".")


def test_every_beginning_of_a_file_gives_an_image_error_and_nothing_else() -> None:
    for data in (JPEG, PNG, encoded(halves((1, 2, 3), (4, 5, 6)), "WEBP"), encoded(Image.new("P", (9, 9)), "GIF")):
        for length in range(0, len(data) - 4, max(1, len(data) // 60)):
            try:
                read_image(data[:length])
            except ImageError:
                continue


def test_real_photos_are_read() -> None:
    photos = sorted(PHOTOS.glob("*.jpg"))
    if not photos:
        pytest.skip(f"no photos at {PHOTOS}")
    for photo in photos:
        image = read_image(photo.read_bytes())
        assert image.mode == "RGB"
        assert min(image.size) > 50


@pytest.mark.parametrize("name", sorted(file.name for file in ODD.iterdir()))
def test_an_odd_file_gives_an_image_or_a_reason(name: str) -> None:
    try:
        image = read_image((ODD / name).read_bytes())
    except ImageError as error:
        assert error.reason == "damaged"
        assert name in ("header-twice.png", "palette-without-colours.png")
    else:
        assert image.mode == "RGB"


@pytest.mark.parametrize("file", sorted(ODD.glob("exif-turned-*.png")), ids=lambda file: file.stem)
def test_the_orientation_counts_beside_tags_of_unusual_types(file: Path) -> None:
    data = file.read_bytes()
    begin = data.index(b"eXIf") - 4
    without = data[:begin] + data[begin + 12 + int.from_bytes(data[begin : begin + 4]) :]
    assert (np.asarray(read_image(data)) == np.rot90(np.asarray(read_image(without)), -1)).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_orientation_is_applied_whatever_stands_beside_it(kind: str, orientation: int) -> None:
    # Behind it a tag of a type that is none, at an address that is none.
    entries = struct.pack(">HHIHHHHII", 0x0112, 3, 1, orientation, 0, 0xA005, 99, 7, 0xFFFFFFFF)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 2) + entries
    corner = Image.new("L", (40, 20))
    corner.paste(255, (0, 0, 20, 10))
    image = read_image(encoded(corner.convert("RGB"), kind, exif=exif if kind == "JPEG" else exif[6:]))
    assert image.size == ((40, 20) if orientation < 5 else (20, 40))
    bright = np.asarray(image)[..., 0] > 127
    places = {1: "00", 2: "01", 3: "11", 4: "10", 5: "00", 6: "01", 7: "11", 8: "10"}
    row, column = map(int, places[orientation])
    height, width = bright.shape
    assert bright[row * height // 2 + height // 4, column * width // 2 + width // 4]
    assert 0.2 < bright.mean() < 0.3


@pytest.mark.parametrize(
    "raised", [AssertionError, IndexError, MemoryError, RecursionError, NotImplementedError, KeyError]
)
def test_whatever_a_decoder_raises_comes_out_as_an_image_error(
    raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise raised

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", broken)
    monkeypatch.setattr("PIL.Image.frombytes", broken)
    with pytest.raises(ImageError) as caught:
        read_image(PNG)
    assert caught.value.reason == ("too-large" if raised is MemoryError else "damaged")


def test_an_image_with_transparency_may_have_fewer_pixels_than_a_photo() -> None:
    with pytest.raises(ImageError, match="32 megapixels") as caught:
        read_image(encoded(Image.new("LA", (7_000, 6_000)), "PNG", compress_level=1))
    assert caught.value.reason == "too-large"


def test_a_large_photo_that_was_turned_is_read_though_one_colour_of_its_size_is_not() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 256, (290, 310, 3), np.uint8)).resize((6_200, 5_800))
    assert read_image(encoded(photo, "JPEG", exif=exif, quality=60), 700).size == (725, 775)
    with pytest.raises(ImageError, match="megapixels"):
        read_image(encoded(Image.new("RGB", photo.size), "PNG", exif=exif, compress_level=1))


def _outcome(data: bytes) -> tuple[object, ...]:
    try:
        found = read_original(data)
    except ImageError as error:
        return error.reason, str(error)
    return found.mode, found.format, found.image.mode, found.image.size, found.image.tobytes()


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_small_png_is_decoded_and_refused_as_its_file_is(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    file = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (9, 7, 3), np.uint8)).convert(mode).save(file, "PNG", compress_level=1)
    whole = file.getvalue()
    changed = [whole, *(whole[:end] for end in range(40, len(whole), 3))]
    for place in rng.integers(16, len(whole), 300):
        changed.append(whole[:place] + bytes([whole[place] ^ 1 << int(rng.integers(8))]) + whole[place + 1 :])
    quickly = [_outcome(data) for data in changed]
    assert quickly[0][:4] == (mode, "PNG", "RGB", (7, 9))
    monkeypatch.setattr(image_io, "_unpacked", lambda _found: None)
    assert quickly == [_outcome(data) for data in changed]
