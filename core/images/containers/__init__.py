"""Images' files as containers: what is looked at, in time that depends on the file's bytes alone, before decoding."""

from core.images.containers import bmp, foreign, gif, jpeg, png, webp
from core.images.containers.container import Container, ImageError, damaged, truncated

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")


def read(data: bytes) -> Container:
    """Look into an image's file.

    Args:
        data: its bytes, whatever its name says.

    Raises:
        ImageError: it is none of `FORMATS`, or what its parts tell cannot be an image.
    """
    if data.startswith(jpeg.MAGIC):
        return jpeg.read(data)
    if data.startswith(png.MAGIC):
        return png.read(data)
    if webp.is_one(data):
        return webp.read(data)
    if data.startswith(gif.MAGICS):
        return gif.read(data)
    if data.startswith(bmp.MAGIC):
        return bmp.read(data)
    if sentence := foreign.image(data[: foreign.HEAD_BYTES]):
        raise ImageError("format-not-allowed", sentence)
    sentence = foreign.said(data[: foreign.HEAD_BYTES]) or "Not a supported image. Use JPEG, PNG, WebP, GIF or BMP."
    raise ImageError("not-a-picture", sentence)


__all__ = ["FORMATS", "Container", "ImageError", "damaged", "read", "truncated"]
