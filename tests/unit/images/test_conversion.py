"""Images of formats that are not kept come in as PNG; grays of 12 bits do not come in black."""

import base64
import io
import struct
import sys
import weakref
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.datasets.sources import decoding
from core.datasets.sources.importing import import_images, plan
from core.images import image_io
from core.images.containers import Container
from core.images.conversion import ALL_LEVELS, plain, white_of
from core.images.image_io import ImageError, Original, read_original
from tests.unit.datasets.test_importing import imported, refusals, zipped

# 64×48 px, red on the left and blue on the right.
HEIC = base64.b85decode(
    "0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<0004fZDn*}000000000XXk=`10000000000aA{+700000000000000000000B57=I"
    "V*mgE07O6l0RRC200001p#T8@00000001ul001LtX>Mi!000000RR916=`l}WdZ;I000310BCk&F#rGn01j|zbZr0t000010002}"
    "X>f9I0002pX>en20001XXm(>m0RwOV0058x000009`FGC{rLC*01pFT0096PKmiN^|NjGU00093kN^M!000939=ZZRVE_RDDnbDP"
    "18@KU0|1Z!00RI30{|YNAb|yz>g1-mxCm%4AOHXZ10VnZ0{|gn00967L;=Bbz=;3=025<xY;ta6Y<K_x01W^JfB*mh6lrsCWdHyG"
    "00000KmY&$KmY&$C}V74Z~y=RKmY&$0RR91FaQ7m0RR91000000{{R2@Bjb+0ssI25O8UDX#fBK00RgJ2mk;87-?{AVE_OC00000"
    "0RRC7fdT^sga7~lH*I8LbN~PVD<}c4SmyNVzyIY8fBtOzhsmtJSMt4A>{yfj>r3-;jX1HSz<NS^a62dP"
)
RNG = np.random.default_rng(0)
COLOR = RNG.integers(0, 256, (9, 12, 3), np.uint8)


def saved(pixels: np.ndarray | Image.Image, kind: str, **more: Any) -> bytes:
    file = io.BytesIO()
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(file, kind, **more)
    return file.getvalue()


@pytest.mark.parametrize("packing", [None, "tiff_lzw", "tiff_deflate", "packbits"])
def test_the_first_page_of_a_tiff_is_read(packing: str | None) -> None:
    more = {"compression": packing} if packing else {}
    pages = [Image.fromarray(255 - COLOR)]
    data = plain(saved(COLOR, "TIFF", save_all=True, append_images=pages, **more))
    found = read_original(data)
    assert (found.format, found.mode) == ("PNG", "RGB")
    assert np.array_equal(np.asarray(found.image), COLOR)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "YCbCr"])
def test_a_tiff_of_any_mode_gives_what_it_shows(mode: str) -> None:
    image = Image.fromarray(RNG.integers(0, 65_536, (9, 12), np.uint16)) if mode == "I;16" else None
    image = image or Image.fromarray(COLOR).convert(mode)
    shown = read_original(plain(saved(image, "TIFF"))).image
    assert shown.size == (12, 9)
    if mode == "I;16":
        assert np.abs(np.asarray(shown)[..., 0] - np.asarray(image) / 257.0).max() <= 1


def test_an_avif_is_read_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    smooth = Image.linear_gradient("L").resize((40, 20)).convert("RGB")
    turned = read_original(plain(saved(smooth, "AVIF", exif=exif, quality=95)))
    assert (turned.format, turned.image.size) == ("PNG", (20, 40))
    expected = np.asarray(smooth.transpose(Image.Transpose.ROTATE_270)).astype(int)
    assert np.abs(np.asarray(turned.image) - expected).mean() < 3


def test_a_heic_photo_is_read_and_kept_as_jpeg(data_home: Path, tmp_path: Path) -> None:
    found = read_original(plain(HEIC))
    assert (found.format, found.image.size) == ("JPEG", (64, 48))
    left, right = (np.asarray(found.image.getpixel(place)) for place in ((5, 5), (60, 40)))
    assert np.abs(left - (200, 30, 40)).max() < 4
    assert np.abs(right - (20, 90, 220)).max() < 4
    for damaged in (HEIC[:300], HEIC[:100], HEIC[:20], HEIC[:200] + bytes(200) + HEIC[400:]):
        with pytest.raises(ImageError):
            read_original(plain(damaged))
    files = {f"{kind}/{place}.heic": HEIC for kind in ("cat", "dog") for place in range(2)}
    made = imported(zipped(tmp_path / "x.zip", {**files, "cat/torn.heic": HEIC[:300]}))
    assert len(made) == 4
    assert refusals(made) == {"cat/torn.heic": "damaged"}


def test_without_its_decoder_a_heic_is_refused_with_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(ImageError, match="need the package pi-heif") as refused:
        plain(HEIC)
    assert refused.value.reason == "format-not-allowed"


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [1, 2])
def test_a_jpeg_that_lacks_only_its_end_is_complete(progressive: bool, missing: int) -> None:
    noise = Image.effect_noise((90, 70), 60).convert("RGB")
    whole = saved(noise, "JPEG", progressive=progressive, quality=90)
    cut = whole[:-missing]
    assert np.array_equal(np.asarray(read_original(cut).image), np.asarray(read_original(whole).image))
    assert plain(cut) == whole
    for less in (whole[:-4], whole[:-12], whole[:-200], whole[: len(whole) // 2]):
        with pytest.raises(ImageError) as refused:
            plain(less)
        assert refused.value.reason == "truncated"
    thumbnail = whole[:2] + b"\xff\xe1\0\x08Exif\xff\xd9" + whole[2:]
    assert plain(thumbnail) is thumbnail


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP", b"iTXt", b"tEXt"])
def test_a_png_whose_texts_are_odd_has_its_pixels(kind: bytes) -> None:
    whole = saved(COLOR, "PNG")
    body = b"x\0\0" + zlib.compress(bytes(3_000_000)) if kind != b"tEXt" else b"x\0text"
    checksum = zlib.crc32(kind + body) if kind != b"tEXt" else 5
    odd = whole[:33] + struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum) + whole[33:]
    assert np.array_equal(np.asarray(read_original(odd).image), COLOR)


def test_other_files_stay_as_they_are() -> None:
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP"):
        data = saved(COLOR, kind)
        assert plain(data) is data
        assert plain(data, 4095) is data


@pytest.mark.parametrize("kind", ["TIFF", "AVIF"])
def test_what_is_damaged_is_an_image_error_and_nothing_else(kind: str) -> None:
    whole = saved(RNG.integers(0, 256, (40, 40, 3), np.uint8), kind)
    for number in range(150):
        rng = np.random.default_rng(number)
        data = bytearray(whole[: rng.integers(12, len(whole))] if number % 2 else whole)
        for _ in range(rng.integers(1, 20)):
            data[rng.integers(12, len(data))] = rng.integers(256)
        try:
            plain(bytes(data))
        except ImageError as error:
            assert str(error)


def test_a_tiff_that_is_too_large_or_of_numbers_is_refused() -> None:
    with pytest.raises(ImageError, match="at most 50 megapixels are read"):
        plain(saved(Image.new("1", (8_000, 8_000)), "TIFF", compression="group4"))
    with pytest.raises(ImageError, match="floating point"):
        plain(saved(RNG.random((9, 9)).astype(np.float32), "TIFF"))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize(("highest", "white"), [(4095, 4095), (200, 255), (5000, ALL_LEVELS)])
def test_grays_that_use_a_part_of_16_bits_are_scaled_all_alike(
    data_home: Path, tmp_path: Path, kind: str, highest: int, white: int
) -> None:
    pixels = RNG.integers(0, highest, (10, 9, 12), np.uint16)
    pixels[0, 0, 0], pixels[1] = highest, pixels[1] // 4
    files = [saved(each, kind) for each in pixels]
    assert white_of(files) == white
    names = [f"{name}/{number}.{kind.lower()}" for name in ("a", "b") for number in range(5)]
    found = plan(zipped(tmp_path / "x.zip", dict(zip(names, files, strict=True))))
    assert found.white == white
    assert bool([note for note in found.notes if "16 bits" in note]) == (white < ALL_LEVELS)
    made = import_images(found, name="x", title="X")
    assert made.about.size == (9, 12, 1)
    assert np.abs(made.images[..., 0] - pixels * (255 / white)).max() <= 1


def test_a_dataset_of_tiffs_and_avifs_is_imported(data_home: Path, tmp_path: Path) -> None:
    photos = {f"{name}/{number}.{kind}": saved(RNG.integers(0, 256, (70, 80 + number, 3), np.uint8), kind)
              for name in ("a", "b") for number in range(3) for kind in ("tiff", "avif")}  # fmt: skip
    made = imported(zipped(tmp_path / "x.zip", {**photos, "a/bad.tif": b"II*\0" + bytes(50)}))
    assert len(made) == 12
    assert refusals(made) == {"a/bad.tif": "damaged"}
    assert {made.file(index).suffix for index in range(12)} == {".png"}
    assert made.image(0).size[1] == 70
    assert len(plan(tmp_path / "x.zip").preview()["a"]) == 3


def test_a_large_image_is_gone_before_the_next_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded_before: list[weakref.ref[Image.Image]] = []

    def decode(found: Container) -> Original:
        assert not [image for image in decoded_before if image() is not None]
        original = image_io.decode(found)
        decoded_before.append(weakref.ref(original.image))
        return original

    monkeypatch.setattr(decoding, "decode", decode)
    files = [(number, "a picture", saved(COLOR + np.uint8(number), "PNG")) for number in range(3)]
    assert decoding.decoded(files, [], decoding.Form(as_files=True), tmp_path).taken == [0, 1, 2]
    assert len(decoded_before) == 3


@pytest.mark.parametrize("mode", ["CMYK", "LAB", "I"])
def test_a_tiff_that_takes_much_memory_a_pixel_may_have_fewer(mode: str) -> None:
    data = saved(Image.new(mode, (7_000, 6_500)), "TIFF", compression="tiff_adobe_deflate")
    with pytest.raises(ImageError, match=r"at most (32|42) megapixels are read of a file of this kind"):
        plain(data)


@pytest.mark.parametrize("mode", ["I", "I;16", "I;16B"])
def test_grays_of_every_order_of_bytes_keep_their_levels(mode: str) -> None:
    levels = np.array([[0, 1, 256], [4095, 40_000, 65_535]], np.uint16)
    image = Image.fromarray(levels.astype(np.int32)) if mode == "I" else Image.fromarray(levels)
    if mode == "I;16B":
        image = Image.frombytes(mode, image.size, levels.astype(">u2").tobytes())
    kept = Image.open(io.BytesIO(plain(saved(image, "TIFF"))))
    assert kept.mode == "I;16"
    np.testing.assert_array_equal(np.asarray(kept), levels)
