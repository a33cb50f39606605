"""Images' files as containers: what is looked at, in time that depends on the file's bytes alone, before decoding."""

from core.images.containers import bmp, gif, jpeg, png, webp
from core.images.containers.container import Container, ImageError, damaged, truncated

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
# How files of other formats begin: the sentence for a person names them. Nothing else of theirs is looked at.
_OTHERS = (
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"DDS ", "DDS"),
    (b"8BPS", "PSD"),
    (b"\0\0\1\0", "ICO"),
    (b"\0\0\2\0", "CUR"),
    (b"icns", "ICNS"),
    (b"qoif", "QOI"),
    (b"%!PS", "EPS"),
    (b"%PDF", "PDF"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\x8aMNG", "MNG"),
    (b"\x76\x2f\x31\x01", "EXR"),
    (b"#?RADIANCE", "HDR"),
    (b"SIMPLE  =", "FITS"),
    *((b"P%d" % number + space, "PPM") for number in range(1, 8) for space in (b"\n", b" ", b"\r")),
)


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
    if data[4:8] == b"ftyp":
        sentence = "HEIC, AVIF and video files are not supported. Export the photo as JPEG or PNG."
        raise ImageError("format-not-allowed", sentence)
    for beginning, kind in _OTHERS:
        if data.startswith(beginning):
            raise ImageError("format-not-allowed", f"{kind} images are not read. Save the image as JPEG or PNG.")
    sentence = "Not a supported image. Use JPEG, PNG, WebP, GIF or BMP."
    raise ImageError("not-a-picture", sentence)


__all__ = ["FORMATS", "Container", "ImageError", "damaged", "read", "truncated"]
