"""The one door by which any image enters: bytes → an upright RGB image, or an `ImageError`.

A file is looked into before anything is decoded (`core.images.containers`): what it may cost is known then, and
decoders get nothing of it but pixels.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

import numpy as np
from PIL import BmpImagePlugin, GifImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from core.images import color_profiles, containers
from core.images.containers import FORMATS, Container, ImageError

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "MAX_MEGABYTES",
    "MAX_PIXELS",
    "ImageError",
    "Original",
    "check_size",
    "completed",
    "decode",
    "from_array",
    "look_into",
    "png",
    "read_image",
    "read_original",
    "to_array",
]

MAX_PIXELS = 50_000_000
MAX_MEGABYTES = 100
MAX_BYTES = MAX_MEGABYTES * 1_000_000
# What decoding may take. Photos may take more: no file of a few kilobytes is one of so many pixels.
_MOST_COST = 256_000_000
_PIXELS_A_BYTE = 64
_STRIP_PIXELS = 100_000
# Each by itself: `Image.open` would try others, too.
_DECODERS: dict[str, Callable[[IO[bytes]], ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
}
# In pieces that large, Linux takes back what an image had at once; smaller ones stay with each thread that had some.
_BLOCK_BYTES = 64 * 1024 * 1024
Image.core.set_block_size(_BLOCK_BYTES)  # type: ignore[attr-defined]
_JPEG_BEGIN, _JPEG_SCAN, _JPEG_END = b"\xff\xd8\xff", b"\xff\xda", b"\xff\xd9"
_NO_PIXELS = bytes(range(1, 250, 3)) * 3
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_image(data: bytes, at_least: int = 0, *, in_srgb: bool = True) -> Image.Image:
    """Decode an image from outside.

    EXIF orientation is applied, and nothing else of EXIF read. Colours become sRGB, as browsers show them: embedded
    profiles and a PNG's gamma are applied. Transparency is composed on white, 16 bits a channel scaled to 8, and of an
    animation the first frame taken.

    Args:
        data: the file's bytes: JPEG, PNG, WebP, GIF or BMP of at most 50 megapixels, fewer where transparency or more
            channels would take too much memory.
        at_least: 0, or where a large image is to be made smaller anyway, so many pixels a side that are still needed:
            a JPEG then comes at a half, a quarter or an eighth of its size, in a fraction of the time and memory.
        in_srgb: `False` leaves colours as they are in the file, whatever it says that they mean.

    Returns:
        The image, mode RGB, upright.

    Raises:
        ImageError: with a `reason`, and a sentence for a person. Nothing else is raised, whatever the bytes are.
    """
    found = look_into(data)
    return decode(found if in_srgb else found._replace(profile=b""), at_least).image


@dataclass(frozen=True)
class Original:
    """An image with what its file was.

    Attributes:
        image: as `read_image` gives it.
        format: Pillow's name, one of `FORMATS`.
        mode: Pillow's name of the file's own mode, such as `L`, `P` or `CMYK`.
    """

    image: Image.Image
    format: str
    mode: str


def read_original(data: bytes, at_least: int = 0) -> Original:
    """Decode an image as `read_image` does, and tell what the file was. It raises the same."""
    return decode(look_into(data), at_least)


def look_into(data: bytes) -> Container:
    """Find out what a file is, and what decoding it would take, without decoding it. It raises as `read_image`."""
    if not data:
        raise ImageError("empty", "The file is empty (0 bytes). Copy or download it again.")
    if len(data) > MAX_BYTES:
        size = f"{len(data) / 1e6:.0f} MB"
        raise ImageError("too-large", f"The file is {size}; the limit is {MAX_MEGABYTES} MB.")
    try:
        found = containers.read(data)
    except ImageError:
        raise
    except Exception as error:
        raise _why(error) from error
    check_size(found, len(data))
    return found


def decode(found: Container, at_least: int = 0) -> Original:
    """Decode what was looked into, once. It raises as `read_image`."""
    try:
        image = _unpacked(found) or _opened(found, at_least)
        mode = image.mode
        return Original(_upright_rgb(image, found), found.kind, mode)
    except Exception as error:  # Decoders raise whatever they happen to stumble over.
        raise _why(error) from error


def completed(data: bytes) -> bytes:
    """Return a JPEG that lacks only the mark at its end with that mark; any other file as it is.

    Raises:
        ImageError: it lacks more.
    """
    if not data.startswith(_JPEG_BEGIN):
        return data
    end = data.rfind(_JPEG_END)
    if end >= 0 and data.find(_JPEG_SCAN, end) < 0:
        return data
    decode(look_into(data))
    return data.rstrip(b"\xff") + _JPEG_END


def _opened(found: Container, at_least: int) -> Image.Image:
    try:
        return _loaded(found.kind, found.file, at_least)
    except OSError:
        if found.kind == "JPEG" and (image := _without_end(found, at_least)):
            return image
        raise


def _loaded(kind: str, file: IO[bytes], at_least: int) -> Image.Image:
    image = _DECODERS[kind](file)
    if at_least:
        image.draft(None, (at_least, at_least))
    image.load()
    return image


def _without_end(found: Container, at_least: int) -> Image.Image | None:
    """Return the image of a JPEG that lacks only the mark at its end; `None` where pixels are missing.

    These would be made of whatever follows: two files that end differently then differ.
    """
    if 2 * found.cost > _MOST_COST:
        return None
    found.file.seek(0)
    data = found.file.read().rstrip(b"\xff")
    ends = (b"", _NO_PIXELS)
    first, second = (_loaded("JPEG", io.BytesIO(data + each + _JPEG_END), at_least) for each in ends)
    return first if first.tobytes() == second.tobytes() else None


def _unpacked(found: Container) -> Image.Image | None:
    """Return a small plain PNG as its decoder gives it; `None` for others, and where that says what is wrong."""
    if found.packed is None:
        return None
    mode, data = found.packed
    try:
        return Image.frombytes(mode, found.size, data, "zip", mode)
    except Exception:  # Decoders raise whatever they happen to stumble over.
        return None


def _why(error: Exception) -> ImageError:
    """Return what is said of a file that something was raised about."""
    if isinstance(error, MemoryError):
        sentence = "There is not enough memory for this image. Make it smaller, or close other programs."
        return ImageError("too-large", sentence)
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return containers.truncated()
    return containers.damaged()


def check_size(found: Container, length: int) -> None:
    """Refuse what has too many pixels, or would take too much memory. Raises `ImageError`."""
    width, height = found.size
    pixels = width * height
    most, such = MAX_PIXELS, ""
    if found.cost > _MOST_COST and not (found.photo and length * _PIXELS_A_BYTE >= pixels):
        most, such = min(MAX_PIXELS, int(pixels * _MOST_COST / found.cost)), " of a file of this kind and size"
    if pixels > most:
        raise ImageError(
            "too-large",
            f"The image has {width:,} × {height:,} pixels ({pixels / 1e6:,.0f} megapixels); at most "
            f"{most // 1_000_000} megapixels are read{such}. Make it smaller first.",
        )


def _upright_rgb(image: Image.Image, found: Container) -> Image.Image:
    """Return what was decoded upright, RGB, 8 bits a channel, transparency on white."""
    turn = _TURNS.get(found.orientation)
    if turn is not None and found.place is None:
        # Before it becomes RGB, since other images are smaller.
        image = image.transpose(turn)
    made = _rgb(image, found)
    if turn is not None and found.place is not None:
        made = made.transpose(turn)
    # What is left there, such as a profile that no longer holds, would go into files that are made of the image.
    made.info = {}
    return made


def _rgb(image: Image.Image, found: Container) -> Image.Image:
    """Return a decoded image as RGB in sRGB; a large one is converted strip by strip, to save memory."""
    mode = _plain_mode(image)
    seen_through = found.key is not None or image.has_transparency_data
    changed = found.profile != b"" and color_profiles.changes(found.profile, mode)
    if not seen_through and found.place is None:
        if image.mode == "RGB":
            return color_profiles.converted(image, found.profile) if changed else image
        if image.mode in ("1", "L", "P") and not changed:
            return image.convert("RGB")
    left, top = found.place or (0, 0)
    made = Image.new("RGB", image.size if found.place is None else found.size, "white")
    rows = max(1, _STRIP_PIXELS // image.width)
    for begin in range(0, image.height, rows):
        strip = image.crop((0, begin, image.width, min(begin + rows, image.height)))
        alpha = None
        if found.key is not None:
            alpha = _opaque(strip, *found.key)
        elif seen_through:
            strip = strip.convert("RGBA")
            alpha = strip.getchannel("A")
        plain = _gray_of_16_bits(strip) if strip.mode.startswith("I") else strip.convert(mode)
        if changed:
            plain = color_profiles.converted(plain, found.profile)
        flat = plain.convert("RGB")
        if alpha is not None:
            flat.putalpha(alpha)
            flat = Image.alpha_composite(Image.new("RGBA", flat.size, "white"), flat).convert("RGB")
        made.paste(flat, (left, top + begin))
    return made


def _plain_mode(image: Image.Image) -> str:
    """Return the mode of an image's colours without transparency, 8 bits a channel: L, RGB or CMYK."""
    if image.mode in ("RGB", "CMYK"):
        return image.mode
    return "L" if image.mode in ("1", "L", "LA") or image.mode.startswith("I") else "RGB"


def _gray_of_16_bits(image: Image.Image) -> Image.Image:
    """Return mode L; Pillow's own conversion would clip at 255."""
    values = np.asarray(image).astype(np.uint32)
    return Image.fromarray(np.minimum((values + 128) // 257, 255).astype(np.uint8))


def _opaque(image: Image.Image, key: tuple[int, ...], most: int) -> Image.Image:
    """Return mode L, 0 where an image has the key of a file whose values go to `most`, and 255 elsewhere."""
    if image.mode == "RGB":
        # Pillow has the upper 8 bits of 16.
        here = (np.asarray(image) == [each >> 8 if most > 255 else each for each in key]).all(-1)
    elif image.mode.startswith("I"):
        here = np.asarray(image) == key[0]
    else:
        here = np.asarray(image.convert("L")) == (key[0] * 255 // most if key[0] <= most else -1)
    return Image.fromarray(np.where(here, 0, 255).astype(np.uint8))


def from_array(pixels: np.ndarray) -> Image.Image:
    """Make an image of uint8 `(height, width, 1 or 3)`; one channel gives mode L, three RGB."""
    return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)


def to_array(image: Image.Image) -> np.ndarray:
    """Return an image of mode L or RGB as uint8 `(height, width, 1 or 3)`."""
    pixels = np.asarray(image)
    return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels


def png(image: Image.Image) -> bytes:
    """Return the image as PNG, made fast rather than small."""
    data = io.BytesIO()
    image.save(data, "PNG", compress_level=1)
    return data.getvalue()


def webp(image: Image.Image, *, exact: bool) -> bytes:
    """Return the image as WebP, small: its very pixels, or what looks like them."""
    data = io.BytesIO()
    image.save(data, "WEBP", lossless=exact, quality=80, method=2)
    return data.getvalue()
