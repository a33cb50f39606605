"""Files of images that the store does not keep, as PNG or JPEG: TIFF, AVIF, HEIC, and grays of a part of 16 bits."""

import contextlib
import io
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from threading import Lock
from typing import TypeVar, cast

import numpy as np
from PIL import AvifImagePlugin, Image, ImageOps, TiffImagePlugin

from core.images.containers import Container
from core.images.image_io import MAX_BYTES, ImageError, check_size, completed, look_into

_Made = TypeVar("_Made")

# What gray images of 16 bits may use of them: 8 or 12 bits, as scanners and microscopes give, else all.
ALL_LEVELS = 65_535
_FEWER_LEVELS = (255, 4_095)
_TIFF = (b"II*\0", b"MM\0*")
_AVIF = (b"ftypavif", b"ftypavis")
_HEIC = (b"ftypheic", b"ftypheix", b"ftypheim", b"ftypheis", b"ftyphevc", b"ftypmif1", b"ftypmsf1")
# A photo of a phone has megabytes as HEIC, and tens of them as PNG.
_JPEG_QUALITY = 95
_PNG = b"\x89PNG"
_GRAY_16 = b"\x10\0"
_MOST_PROFILE = 1_000_000
# Of images that take more than that, one is in memory at a time.
LARGE_BYTES = 64_000_000
_ONE_LARGE = Lock()
# Bytes of memory that a pixel takes at most, until it is in a mode that PNG has, and where a file holds it as a video.
_COSTS = {"1": 1, "L": 1, "P": 1, "I;16": 2, "LA": 4, "RGB": 4, "RGBA": 4, "I": 6}
_COST_OF_OTHERS, _COST_OF_VIDEO = 8, 10
_ORIENTATION = 0x0112
_STRIP_PIXELS = 100_000
_KEPT = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")


def one_large(cost: int) -> AbstractContextManager[object]:
    """Wait until no other large image is in memory, where one takes that many bytes."""
    return _ONE_LARGE if cost > LARGE_BYTES else contextlib.nullcontext()


def is_other(begin: bytes) -> bool:
    """Tell by its first 12 bytes whether a file is TIFF, AVIF or HEIC."""
    return begin.startswith(_TIFF) or begin[4:12] in _AVIF + _HEIC


def plain(data: bytes, white: int = ALL_LEVELS) -> bytes:
    """Return an image's file as one that is kept; JPEG, PNG, WebP, GIF and BMP stay, but for a missing end of a JPEG.

    TIFF (its first page) and AVIF become PNG, HEIC JPEG of a quality at which nothing is seen of that.

    Args:
        data: the file's bytes.
        white: the value of white in grays of 16 bits: where it is below `ALL_LEVELS`, they become grays of 8 bits.

    Raises:
        ImageError: it cannot be decoded, or is too large.
    """
    scaled = white < ALL_LEVELS and _is_gray_16(data)
    if not scaled and not is_other(data):
        return completed(data)
    return _of_image(data, lambda image: _file(image, white, photo=data[4:12] in _HEIC))


def _file(image: Image.Image, white: int, *, photo: bool) -> bytes:
    """Return an image as a JPEG, where it is a photo, or as a PNG."""
    if white < ALL_LEVELS and image.mode == "I;16":
        image = _of_8_bits(image, white)
    profile = image.info.get("icc_profile") or b""
    made, kept = io.BytesIO(), profile if len(profile) < _MOST_PROFILE else None
    if image.mode == "RGB" and photo:
        image.save(made, "JPEG", quality=_JPEG_QUALITY, subsampling=0, icc_profile=kept)
    else:
        image.save(made, "PNG", icc_profile=kept)
    return made.getvalue()


def _of_8_bits(image: Image.Image, white: int) -> Image.Image:
    """Return grays of 16 bits as mode L, `white` as 255; strip by strip, to save memory."""
    made = Image.new("L", image.size)
    rows = max(1, _STRIP_PIXELS // image.width)
    for begin in range(0, image.height, rows):
        strip = image.crop((0, begin, image.width, min(begin + rows, image.height)))
        gray = np.minimum(np.asarray(strip, np.float32) * (255 / white), 255)
        made.paste(Image.fromarray(np.rint(gray).astype(np.uint8)), (0, begin))
    return made


def white_of(files: Iterable[bytes]) -> int:
    """Return the value of white in grays of 16 bits, by some images; `ALL_LEVELS` where none of them has such."""
    highest = 0
    for data in files:
        if may_have_16_bits(data):
            with contextlib.suppress(ImageError):
                highest = max(highest, _of_image(data, _highest))
    return next((levels for levels in _FEWER_LEVELS if 0 < highest <= levels), ALL_LEVELS)


def may_have_16_bits(begin: bytes) -> bool:
    """Tell by its first 32 bytes whether a file may have grays of 16 bits."""
    return _is_gray_16(begin) or begin.startswith(_TIFF)


def _is_gray_16(data: bytes) -> bool:
    """Tell whether a file is a PNG of 16 bits and nothing but gray, by its header."""
    return data.startswith(_PNG) and data[24:26] == _GRAY_16


def _highest(image: Image.Image) -> int:
    """Return the highest value of grays of 16 bits; 0 where they are none."""
    return int(cast(tuple[float, float], image.getextrema())[1]) if image.mode == "I;16" else 0


def _of_image(data: bytes, use: Callable[[Image.Image], _Made]) -> _Made:
    """Return what is made of a file's first image, upright and in a mode that PNG has.

    Of large images one is in memory at a time, and it is gone when this returns.
    """
    try:
        image, cost = _opened(data)
        with one_large(cost):
            try:
                image.load()
                ImageOps.exif_transpose(image, in_place=True)
                return use(_plain_mode(image))
            finally:
                image.close()
    except ImageError:
        raise
    except MemoryError as error:
        raise ImageError("too-large", "There is not enough memory for this image. Make it smaller.") from error
    except Exception as error:  # Decoders raise whatever they happen to stumble over.
        sentence = "The image cannot be decoded: it is damaged, or packed in a way that is not read. Save it as PNG."
        raise ImageError("damaged", sentence) from error


def _opened(data: bytes) -> tuple[Image.Image, int]:
    """Return a file's first image, not loaded yet, and how many bytes of memory it takes at most, about."""
    if data.startswith(_PNG):
        found = look_into(data)  # It has the limits of all images.
        return Image.open(found.file, formats=["PNG"]), found.cost
    if len(data) > MAX_BYTES:
        raise ImageError("too-large", f"The file has {len(data) / 1e6:.0f} MB; the limit is {MAX_BYTES // 10**6} MB.")
    is_tiff = data.startswith(_TIFF)
    if is_tiff:
        image: Image.Image = TiffImagePlugin.TiffImageFile(io.BytesIO(data))
        cost = _COSTS.get(image.mode, _COST_OF_OTHERS)
        if image.getexif().get(_ORIENTATION, 1) != 1:
            cost += min(cost, 4)
    else:
        is_avif = data[4:12] not in _HEIC or b"avif" in data[16 : int.from_bytes(data[:4])]
        image = AvifImagePlugin.AvifImageFile(io.BytesIO(data)) if is_avif else _heic(data)
        cost = _COST_OF_VIDEO
    if image.mode == "F":
        raise _no_grays()
    width, height = image.size
    found = Container("", io.BytesIO(), (width, height), cost * width * height, not is_tiff or image.mode == "RGB")
    check_size(found, len(data))
    return image, found.cost


def _heic(data: bytes) -> Image.Image:
    """Open a HEIC file; its decoder is imported when the first one comes."""
    try:
        from pi_heif import HeifImageFile
    except ImportError as error:
        sentence = "HEIC images need the package pi-heif. Install it, or export the photo as JPEG or PNG."
        raise ImageError("format-not-allowed", sentence) from error
    opened: Image.Image = HeifImageFile(io.BytesIO(data))
    return opened


def _plain_mode(image: Image.Image) -> Image.Image:
    """Return an image in a mode that PNG has; grays of more than 8 bits as `I;16`."""
    if image.mode in _KEPT:
        return image
    if image.mode == "I":
        lowest, highest = cast(tuple[float, float], image.getextrema())
        if lowest < 0 or highest > ALL_LEVELS:
            raise _no_grays()
        return image.convert("I;16")
    if image.mode.startswith("I"):
        return Image.fromarray(np.asarray(image).astype(np.uint16))
    return image.convert("RGB")


def _no_grays() -> ImageError:
    sentence = "Images of floating point numbers or more than 16 bits are not read. Save it as PNG of 16 bits."
    return ImageError("format-not-allowed", sentence)
