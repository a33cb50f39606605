"""The one door by which any picture enters: bytes → an upright RGB picture, or a `PictureError`."""

import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import PixelwiseError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
MAX_PIXELS = 50_000_000
MAX_MEGABYTES = 100
MAX_BYTES = MAX_MEGABYTES * 1_000_000


class PictureError(PixelwiseError):
    """A picture that cannot be used.

    Attributes:
        reason: a stable word for programs: `empty`, `not-a-picture`, `format-not-allowed`, `truncated`,
            `damaged`, `too-large`.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        """Keep the reason beside the sentence."""
        super().__init__(sentence)
        self.reason = reason


def read_picture(data: bytes, at_least: int = 0) -> Image.Image:
    """Decode a picture from outside.

    EXIF orientation is applied, transparency composed on white, 16 bits a channel scaled to 8, and of an animation
    the first frame taken.

    Args:
        data: the file's bytes: JPEG, PNG, WebP, GIF or BMP of at most 50 megapixels.
        at_least: 0, or where a large picture is to be made smaller anyway, so many pixels a side that are still needed:
            a JPEG then comes at a half, a quarter or an eighth of its size, in a fraction of the time and memory.

    Returns:
        The picture, mode RGB, upright.

    Raises:
        PictureError: with a `reason`, and a sentence for a person.
    """
    return read_original(data, at_least).picture


@dataclass(frozen=True)
class Original:
    """A picture with what its file was.

    Attributes:
        picture: as `read_picture` gives it.
        format: Pillow's name, one of `FORMATS`.
        mode: Pillow's name of the file's own mode, such as `L`, `P` or `CMYK`.
    """

    picture: Image.Image
    format: str
    mode: str


def read_original(data: bytes, at_least: int = 0) -> Original:
    """Decode a picture as `read_picture` does, and tell what the file was. It raises the same."""
    if not data:
        raise PictureError("empty", "The file is empty (0 bytes). Copy or download it again.")
    if len(data) > MAX_BYTES:
        size = f"{len(data) / 1e6:.0f} MB"
        raise PictureError("too-large", f"The file has {size}; at most {MAX_MEGABYTES} MB are read.")
    picture = _open(data)
    pixels = picture.width * picture.height
    if pixels > MAX_PIXELS:
        raise PictureError(
            "too-large",
            f"The picture has {picture.width:,} × {picture.height:,} pixels ({pixels / 1e6:,.0f} megapixels); at most "
            f"{MAX_PIXELS / 1e6:.0f} megapixels are read. Make it smaller first.",
        )
    try:
        if at_least:
            picture.draft(None, (at_least, at_least))
        picture.load()
        kind, mode = str(picture.format), picture.mode
        ImageOps.exif_transpose(picture, in_place=True)
        return Original(_rgb(picture), kind, mode)
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise _undecodable(error) from error


def _open(data: bytes) -> Image.Image:
    """Read the header only, in the allowed formats, whatever the file's name says."""
    try:
        with warnings.catch_warnings():
            # Size is judged in `read_picture`, by the header alone, below Pillow's own limits.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        limit = f"{MAX_PIXELS / 1e6:.0f} megapixels"
        sentence = f"The picture is far larger than the {limit} that are read. Make it smaller first."
        raise PictureError("too-large", sentence) from error
    except UnidentifiedImageError as error:
        if data[4:8] == b"ftyp":
            sentence = "HEIC, AVIF and video files are not read. Export the photo as JPEG or PNG."
            raise PictureError("format-not-allowed", sentence) from error
        try:
            kind = Image.open(io.BytesIO(data)).format
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
            sentence = "The file is not a picture. Pixelwise reads JPEG, PNG, WebP, GIF and BMP."
            raise PictureError("not-a-picture", sentence) from error
        sentence = f"{kind} pictures are not read. Save the picture as JPEG or PNG."
        raise PictureError("format-not-allowed", sentence) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise _undecodable(error) from error


def _undecodable(error: Exception) -> PictureError:
    """Tell a file that ends too early from one that is damaged otherwise."""
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return PictureError("truncated", "The file ends before the picture does. Copy or download it again.")
    return PictureError("damaged", "The picture is damaged and cannot be decoded. Copy or download it again.")


def _rgb(picture: Image.Image) -> Image.Image:
    """Return RGB, 8 bits a channel, transparency on white."""
    if picture.mode.startswith("I") or picture.mode == "F":
        # 16-bit grayscale: Pillow's own conversion to L would clip at 255.
        values = np.asarray(picture, dtype=np.float64)
        picture = Image.fromarray(np.clip(values / 257 + 0.5, 0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("RGB")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def from_array(pixels: np.ndarray) -> Image.Image:
    """Make a picture of uint8 `(height, width, 1 or 3)`; one channel gives mode L, three RGB."""
    return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)


def to_array(picture: Image.Image) -> np.ndarray:
    """Return a picture of mode L or RGB as uint8 `(height, width, 1 or 3)`."""
    pixels = np.asarray(picture)
    return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels


def png(picture: Image.Image) -> bytes:
    """Return the picture as PNG, made fast rather than small."""
    data = io.BytesIO()
    picture.save(data, "PNG", compress_level=1)
    return data.getvalue()
