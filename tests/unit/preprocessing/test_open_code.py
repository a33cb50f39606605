"""Printed code opens files as the app does, whatever the images in them are."""

import io
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from core.images.image_io import read_image, read_original
from core.preprocessing import Flip, Pipeline, Resize
from core.preprocessing.open_code import IMPORTS, PILLOW, opening_code
from tests.unit.image_files import SWAPPED, profile
from tests.unit.photo_files import PHOTO_FILES, saved

SIZE = (37, 23)
PROFILES = {
    "linear": profile(1.0),
    "swapped": profile(2.2, SWAPPED),
    "gray": profile(1.0, space=b"GRAY"),
    "sRGB": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    "damaged": profile(1.0)[:150],
}
PROFILED = {("JPEG", "L"), ("JPEG", "RGB"), ("JPEG", "CMYK"), ("WEBP", "RGB"), ("WEBP", "RGBA")} | {
    ("PNG", mode) for mode in ("L", "LA", "RGB", "RGBA")
}


def noise(mode: str) -> Image.Image:
    """An image with all values in each of its channels."""
    channels = len(Image.new(mode, (1, 1)).getbands())
    pixels = np.random.default_rng(0).integers(0, 256, (*SIZE[::-1], channels), np.uint8)
    return Image.fromarray(pixels.squeeze(), mode) if mode != "1" else noise("L").convert("1")


def palette(**options: object) -> bytes:
    return saved(noise("RGB").quantize(32), "PNG", **options)


def turned(kind: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(noise("RGB"), kind, exif=exif)


def deep() -> bytes:
    """16 bits of gray; no format that is read keeps more."""
    values = np.random.default_rng(1).integers(0, 65_536, SIZE[::-1])
    return saved(Image.fromarray(values.astype(np.uint16)), "PNG")


def with_alpha(kind: str, mode: str) -> bytes:
    return saved(noise(mode), kind, lossless=True) if kind == "WEBP" else saved(noise(mode), kind)


def files() -> Iterator[tuple[str, str, bytes]]:
    """Yield a name, the mode that Pillow opens it in, and a file's bytes."""
    for mode in ("1", "L", "LA", "RGB", "RGBA"):
        yield f"{mode}.png", mode, saved(noise(mode), "PNG")
    yield "P.png", "P", palette()
    yield "P, one transparent.png", "P", palette(transparency=3)
    yield "P, translucent.png", "P", palette(transparency=bytes(range(0, 256, 8)))
    yield "L, one transparent.png", "L", saved(noise("L"), "PNG", transparency=int(np.asarray(noise("L"))[0, 0]))
    yield "RGB, one transparent.png", "RGB", saved(noise("RGB"), "PNG", transparency=noise("RGB").getpixel((0, 0)))
    yield "I;16.png", "I;16", deep()
    for mode in ("L", "RGB", "CMYK"):
        yield f"{mode}.jpg", mode, saved(noise(mode), "JPEG")
    yield "YCbCr.jpg", "RGB", saved(noise("RGB").convert("YCbCr"), "JPEG")
    yield "RGB.webp", "RGB", with_alpha("WEBP", "RGB")
    yield "RGBA.webp", "RGBA", with_alpha("WEBP", "RGBA")
    yield "P.gif", "P", saved(noise("RGB").quantize(32), "GIF")
    yield "P, one transparent.gif", "P", saved(noise("RGB").quantize(32), "GIF", transparency=3)
    yield "gray.gif", "P", saved(noise("L"), "GIF")
    for mode in ("1", "L", "RGB"):
        yield f"{mode}.bmp", mode, saved(noise(mode), "BMP")
    yield "P.bmp", "P", saved(noise("RGB").quantize(32), "BMP")
    yield "RGBA.bmp", "RGB", saved(noise("RGBA"), "BMP")
    for kind, mode in product(("JPEG", "PNG", "WEBP"), ("L", "RGB", "RGBA", "LA", "CMYK")):
        if (kind, mode) in PROFILED:
            for title, embedded in PROFILES.items():
                yield f"{mode}, {title}.{kind.lower()}", mode, saved(noise(mode), kind, icc_profile=embedded)
    yield "P, swapped.png", "P", palette(icc_profile=PROFILES["swapped"])
    for kind in ("JPEG", "PNG", "WEBP"):
        for orientation in range(1, 9):
            yield f"turned {orientation}.{kind.lower()}", "RGB", turned(kind, orientation)


FILES = list(files())


def opened(data: bytes, at_least: int = 0) -> Image.Image:
    code = "\n".join([*IMPORTS, f"from PIL import {', '.join(PILLOW)}", opening_code(at_least)])
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 the code that a user is given to paste
    found = names["open_image"](io.BytesIO(data))  # type: ignore[operator]
    assert isinstance(found, Image.Image)
    return found


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.mode == other.mode and np.array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize(("mode", "data"), [each[1:] for each in FILES], ids=[each[0] for each in FILES])
def test_files_of_every_mode_have_the_same_pixels(mode: str, data: bytes) -> None:
    original = read_original(data)
    assert original.mode == mode, "it is what it is meant to be"
    assert same(opened(data), original.image)


@pytest.mark.parametrize("file", [file for file in PHOTO_FILES if file.size], ids=lambda file: file.name)
def test_photos_as_people_bring_them_have_the_same_pixels(file: object) -> None:
    data = file.make()  # type: ignore[attr-defined]
    assert same(opened(data), read_image(data))


def test_a_jpeg_that_is_reduced_when_it_is_opened_is_reduced_alike() -> None:
    data = saved(Image.effect_noise((1_600, 1_200), 80).convert("RGB"), "JPEG")
    made = opened(data, 300)
    assert made.size == (400, 300)
    assert same(made, read_image(data, 300))


@pytest.mark.parametrize("name", ["RGBA.png", "LA.png", "I;16.png"])
def test_what_a_page_prints_runs_by_itself_with_the_same_pixels(name: str, tmp_path: Path) -> None:
    (data,) = (data for title, _mode, data in FILES if title == name)
    path = tmp_path / "a photo's.png"
    path.write_bytes(data)
    steps = Pipeline((Resize(width=20, height=20), Flip()))
    names: dict[str, object] = {}
    exec(steps.code(str(path)), names)  # noqa: S102 the code that a user is given to paste
    found = names["image"]
    assert isinstance(found, Image.Image)
    assert same(found, steps.apply(read_image(data)))
