"""Files of images that the store does not keep, as PNG or JPEG: TIFF, AVIF, HEIC, and grays of a part of 16 bits."""

import contextlib
import io
from collections.abc import Callable, Iterable
from threading import Lock

import numpy as np
from PIL import AvifImagePlugin, Image, ImageOps, TiffImagePlugin

from core.images.image_io import MAX_BYTES, MAX_PIXELS, ImageError, completed, look_into

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
# Of images that take more than that to decode, one is in memory at a time; more than the other is not read.
_LARGE_COST, _MOST_COST = 64_000_000, 256_000_000
_ONE_LARGE = Lock()
_KEPT = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")


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
    image = _decoded(data)
    if white < ALL_LEVELS and image.mode == "I;16":
        gray = np.minimum(np.asarray(image, np.float32) * (255 / white), 255)
        image = Image.fromarray(np.rint(gray).astype(np.uint8))
    profile = image.info.get("icc_profile") or b""
    made, kept = io.BytesIO(), profile if len(profile) < _MOST_PROFILE else None
    if image.mode == "RGB" and data[4:12] in _HEIC:
        image.save(made, "JPEG", quality=_JPEG_QUALITY, subsampling=0, icc_profile=kept)
    else:
        image.save(made, "PNG", icc_profile=kept)
    return made.getvalue()


def white_of(files: Iterable[bytes]) -> int:
    """Return the value of white in grays of 16 bits, by some images; `ALL_LEVELS` where none of them has such."""
    highest = 0
    for data in files:
        if may_have_16_bits(data):
            with contextlib.suppress(ImageError):
                image = _decoded(data)
                if image.mode == "I;16":
                    highest = max(highest, int(np.asarray(image).max()))
    return next((levels for levels in _FEWER_LEVELS if 0 < highest <= levels), ALL_LEVELS)


def may_have_16_bits(begin: bytes) -> bool:
    """Tell by its first 32 bytes whether a file may have grays of 16 bits."""
    return _is_gray_16(begin) or begin.startswith(_TIFF)


def _is_gray_16(data: bytes) -> bool:
    """Tell whether a file is a PNG of 16 bits and nothing but gray, by its header."""
    return data.startswith(_PNG) and data[24:26] == _GRAY_16


def _decoded(data: bytes) -> Image.Image:
    """Return a file's first image, upright, in a mode that PNG has."""
    if data.startswith(_PNG):
        found = look_into(data)  # It has the limits of all images.
        return _loaded(lambda: Image.open(found.file, formats=["PNG"]))
    if len(data) > MAX_BYTES:
        raise ImageError("too-large", f"The file has {len(data) / 1e6:.0f} MB; the limit is {MAX_BYTES // 10**6} MB.")
    if data[4:12] in _HEIC and b"avif" not in data[16 : int.from_bytes(data[:4])]:
        return _loaded(lambda: _heic(data))
    opener = TiffImagePlugin.TiffImageFile if data.startswith(_TIFF) else AvifImagePlugin.AvifImageFile
    return _loaded(lambda: opener(io.BytesIO(data)))


def _heic(data: bytes) -> Image.Image:
    """Open a HEIC file; its decoder is imported when the first one comes."""
    try:
        from pi_heif import HeifImageFile
    except ImportError as error:
        sentence = "HEIC images need the package pi-heif. Install it, or export the photo as JPEG or PNG."
        raise ImageError("format-not-allowed", sentence) from error
    opened: Image.Image = HeifImageFile(io.BytesIO(data))
    return opened


def _loaded(opened: Callable[[], Image.Image]) -> Image.Image:
    try:
        image = opened()
        width, height = image.size
        cost = width * height * max(len(image.getbands()), 2 if image.mode.startswith("I") else 1)
        if width * height > MAX_PIXELS or cost > _MOST_COST:
            raise ImageError(
                "too-large",
                f"The image is {width:,}×{height:,} px; the limit is {MAX_PIXELS // 10**6} megapixels. Make "
                "it smaller first.",
            )
        with _ONE_LARGE if cost > _LARGE_COST else contextlib.nullcontext():
            image.load()
            return _plain_mode(ImageOps.exif_transpose(image))
    except ImageError:
        raise
    except MemoryError as error:
        raise ImageError("too-large", "There is not enough memory for this image. Make it smaller.") from error
    except Exception as error:  # Decoders raise whatever they happen to stumble over.
        sentence = "The image cannot be decoded: it is damaged, or packed in a way that is not read. Save it as PNG."
        raise ImageError("damaged", sentence) from error


def _plain_mode(image: Image.Image) -> Image.Image:
    """Return an image in a mode that PNG has; grays of more than 8 bits as `I;16`."""
    if image.mode in _KEPT:
        return image
    if image.mode == "F" or image.mode.startswith("I"):
        values = np.asarray(image)
        if image.mode == "F" or values.min() < 0 or values.max() > ALL_LEVELS:
            sentence = "Images of floating point numbers or more than 16 bits are not read. Save it as PNG of 16 bits."
            raise ImageError("format-not-allowed", sentence)
        return Image.fromarray(values.astype(np.uint16))
    return image.convert("RGB")
