"""Colours come out as a browser shows them on white: profiles, gammas, transparency, a frame on its screen."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from core.images.image_io import read_image
from tests.paths import DATA
from tests.unit.image_files import GRADIENT, SRGB, SWAPPED, chunk, gif, png, profile, rgb_png, saved, shown

CASES = DATA / "color_images"
ALLOWED = 12
GRAY = np.repeat(GRADIENT[..., :1], 3, -1)
LINEAR, SWAP = profile(1.0), profile(1.0, SWAPPED)


def iccp(content: bytes) -> bytes:
    return chunk(b"iCCP", b"ICC\0\0" + zlib.compress(content))


def gama(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def difference(data: bytes, expected: np.ndarray) -> float:
    return float(np.abs(np.asarray(read_image(data), float) - expected).mean())


@pytest.mark.parametrize("name", sorted(file.name for file in CASES.iterdir() if "expected" not in file.name))
def test_an_image_looks_as_a_browser_shows_it(name: str) -> None:
    expected = np.asarray(Image.open(CASES / f"{name}.expected.png").convert("RGB"), float)
    assert difference((CASES / name).read_bytes(), expected) <= ALLOWED


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.2])
@pytest.mark.parametrize("swapped", [False, True])
def test_an_embedded_profile_is_applied(kind: str, gamma: float, *, swapped: bool) -> None:
    exact: dict[str, dict[str, object]] = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}
    embedded = profile(gamma, SWAPPED if swapped else SRGB)
    data = saved(Image.fromarray(GRADIENT), kind, icc_profile=embedded, **exact.get(kind, {}))
    light = 255 * (GRADIENT / 255.0) ** gamma
    assert difference(data, shown(light[..., [1, 0, 2]] if swapped else light)) < 2


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("space", [b"GRAY", b"RGB "])
def test_a_profile_of_a_gray_image_is_applied(kind: str, space: bytes) -> None:
    data = saved(Image.fromarray(GRAY[..., 0]), kind, icc_profile=profile(1.0, space=space))
    assert difference(data, shown(GRAY)) < 2


def test_a_profile_for_other_channels_or_one_that_is_damaged_is_ignored() -> None:
    damaged = [LINEAR[:150], b"", b"no profile", LINEAR.replace(b"acsp", b"pasc"), LINEAR.replace(b"gTRC", b"none")]
    for content in (profile(1.0, space=b"GRAY"), LINEAR.replace(b"RGB ", b"CMYK"), *damaged):
        assert difference(rgb_png(GRADIENT, iccp(content)), GRADIENT) == 0
    assert difference(rgb_png(GRADIENT, chunk(b"iCCP", b"ICC\0\0no zlib")), GRADIENT) == 0
    plain = read_image(saved(Image.fromarray(GRADIENT).convert("CMYK"), "JPEG"))
    data = saved(Image.fromarray(GRADIENT).convert("CMYK"), "JPEG", icc_profile=LINEAR)
    assert difference(data, np.asarray(plain, float)) == 0


def test_a_gamma_is_applied_and_the_usual_one_is_none() -> None:
    assert difference(rgb_png(GRADIENT, gama(100_000)), shown(GRADIENT)) < 2
    assert difference(rgb_png(GRADIENT, gama(55_556)), shown(255 * (GRADIENT / 255.0) ** 1.8)) < 2
    for usual in (gama(45_455), gama(0), chunk(b"gAMA", b"\0\1"), gama(100_000)[:-1] + b"?"):
        assert difference(rgb_png(GRADIENT, usual), GRADIENT) == 0


def test_of_several_tellings_the_one_counts_that_browsers_ask_first() -> None:
    srgb, swap = chunk(b"sRGB", b"\0"), shown(GRADIENT[..., [1, 0, 2]])
    cicp = chunk(b"cICP", bytes((1, 13, 0, 1)))
    assert difference(rgb_png(GRADIENT, gama(100_000), srgb), GRADIENT) == 0
    assert difference(rgb_png(GRADIENT, srgb, iccp(SWAP), gama(45_455)), swap) < 2
    assert difference(rgb_png(GRADIENT, iccp(SWAP[:99]), gama(100_000)), shown(GRADIENT)) < 2
    assert difference(rgb_png(GRADIENT, iccp(SWAP), cicp), GRADIENT) == 0
    primaries = struct.pack(">8I", 31_270, 32_900, 30_000, 60_000, 64_000, 33_000, 15_000, 6_000)
    assert difference(rgb_png(GRADIENT, gama(100_000), chunk(b"cHRM", primaries)), swap) < 2
    assert difference(rgb_png(GRADIENT, chunk(b"cHRM", primaries)), GRADIENT) == 0
    assert difference(rgb_png(GRADIENT, gama(100_000), chunk(b"cHRM", bytes(32))), GRADIENT) == 0


def test_colours_under_transparency_are_converted_before_they_meet_white() -> None:
    pixels = np.dstack([GRADIENT, np.full(GRADIENT.shape[:2], 51, np.uint8)])
    data = png((40, 24), 8, 6, [row.tobytes() for row in pixels], iccp(LINEAR))
    assert difference(data, 204 + 0.2 * shown(GRADIENT)) < 2


@pytest.mark.parametrize(("depth", "key"), [(1, 1), (2, 2), (4, 9), (8, 99), (16, 5_000)])
def test_a_gray_value_that_means_transparent_is_white(depth: int, key: int) -> None:
    values = np.arange(32) * 1_000 if depth == 16 else np.arange(32) % 2**depth
    values[7] = key
    bits = (values[:, np.newaxis] >> np.arange(depth)[::-1]) & 1
    row = np.packbits(bits.astype(np.uint8)).tobytes()
    data = png((32, 4), depth, 0, [row] * 4, chunk(b"tRNS", struct.pack(">H", key)))
    levels = np.where(values == key, 255, np.round(values * 255 / (2**depth - 1)))
    assert np.abs(np.asarray(read_image(data), float)[0, :, 0] - levels).max() <= 1
    beyond = png((32, 4), depth, 0, [row] * 4, chunk(b"tRNS", struct.pack(">H", 2**depth if depth < 16 else 4_999)))
    assert np.asarray(read_image(beyond))[0, 7, 0] < 255 or depth < 4


@pytest.mark.parametrize("depth", [8, 16])
def test_a_colour_that_means_transparent_is_white(depth: int) -> None:
    pixels, unit = GRADIENT.astype(np.uint16), 257 if depth == 16 else 1
    rows = [(row * unit).astype(f">u{depth // 8}").tobytes() for row in pixels]
    key = struct.pack(">HHH", *(pixels[3, 4] * unit).tolist())
    image = read_image(png((40, 24), depth, 2, rows, chunk(b"tRNS", key)))
    assert image.getpixel((4, 3)) == (255, 255, 255)
    assert image.getpixel((20, 20)) == tuple(GRADIENT[20, 20].tolist())


def test_a_frame_smaller_than_its_screen_stands_on_white_and_a_larger_one_makes_room() -> None:
    frame = Image.new("P", (10, 8), 1)
    frame.putpalette([10, 20, 200, 200, 30, 30])
    image = read_image(gif((40, 24), (5, 6), frame))
    assert image.size == (40, 24)
    assert [image.getpixel(at) for at in ((4, 6), (5, 6), (14, 13), (15, 13))] == [
        (255, 255, 255), (200, 30, 30), (200, 30, 30), (255, 255, 255),
    ]  # fmt: skip
    assert read_image(gif((12, 9), (5, 6), frame)).size == (15, 14)
    assert read_image(gif((0, 0), (0, 0), frame)).size == (10, 8)


def test_nothing_of_the_file_beside_its_pixels_is_kept_with_the_image() -> None:
    exif = Image.Exif()
    exif[0x010F] = "camera"
    for kind in ("PNG", "JPEG", "WEBP"):
        image = read_image(saved(Image.fromarray(GRADIENT), kind, icc_profile=SWAP, exif=exif, dpi=(90, 90)))
        assert image.info == {}
        assert b"camera" not in saved(image, "PNG")
        assert b"iCCP" not in saved(image, "PNG")
