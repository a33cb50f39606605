"""Code that opens an image's file as `core.images.image_io` does, for scripts that stand by themselves.

What that door refuses, a script opens all the same. It leaves as it is what hardly any file has: a PNG's colours told
by numbers in place of a profile (gAMA, cICP), one transparent value of gray in less or more than 8 bits, and a GIF
whose first frame is smaller than its screen.
"""

# What the code uses of Pillow, and of Python's own.
PILLOW = ("Image", "ImageCms", "ImageOps")
IMPORTS = ("from io import BytesIO", "import numpy as np")

_REDUCED = '''\
def open_reduced(file):
    """Return the image in a file; a large JPEG comes smaller, which is faster, with {side} pixels a side or more."""
    image = Image.open(file)
    image.draft(None, ({side}, {side}))
    return image


'''
_FUNCTIONS = '''\
def in_srgb(image, profile):
    """Return an image of mode L, RGB or CMYK in the colours that an ICC profile means, where it can be used."""
    mode = {{b"GRAY": "L", b"RGB ": "RGB", b"CMYK": "CMYK"}}.get(profile[16:20])
    if mode != image.mode and (image.mode, mode) != ("L", "RGB"):
        return image
    colours = np.stack(np.meshgrid(*[np.arange(0, 256, 51)] * 3), -1).reshape(1, -1, 3)
    colours = np.concatenate([colours, np.arange(0, 256, 5).reshape(1, -1, 1).repeat(3, 2)], axis=1)
    colours = Image.fromarray(colours.astype(np.uint8)).convert(mode)
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(profile))
        transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")
        shown = ImageCms.applyTransform(colours, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    difference = np.abs(np.asarray(shown, int) - np.asarray(colours.convert("RGB"), int)).max()
    if mode != "CMYK" and difference <= 2:  # it is sRGB, but for rounding
        return image
    return ImageCms.applyTransform(image.convert(mode), transform)


def open_image(file):
    """Return the image in a file upright, in RGB as a screen shows it, on white where it is transparent."""
    image = ImageOps.exif_transpose({opened})
    profile, alpha = image.info.get("icc_profile"), None
    gray = image.mode in ("1", "L", "LA", "I;16")
    if image.mode == "I;16":  # 16 bits become 8
        image = Image.fromarray(((np.asarray(image).astype(int) + 128) // 257).astype(np.uint8))
    elif image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
    if image.mode != "CMYK":
        image = image.convert("L" if gray else "RGB")
    if profile:
        image = in_srgb(image, profile)
    image = image.convert("RGB")
    if alpha is not None:
        image.putalpha(alpha)
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image'''


def opening_code(at_least: int = 0) -> str:
    """Return the function `open_image(file)`, which returns a file's image with the pixels that Pixelwise sees.

    It needs `IMPORTS`, and `PILLOW` from PIL.

    Args:
        at_least: as `core.images.image_io.read_image` takes it.
    """
    if not at_least:
        return _FUNCTIONS.format(opened="Image.open(file)")
    return _REDUCED.format(side=at_least) + _FUNCTIONS.format(opened="open_reduced(file)")
