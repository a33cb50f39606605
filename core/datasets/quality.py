"""What can be measured of an image without knowing what it shows: brightness, contrast, sharpness."""

import numpy as np
from PIL import Image

from core.images import image_io

# Images are compared at about one resolution: an enlarged photo is not blurred because it is large.
_LONGEST_SIDE = 256
_LARGE_PIXELS = 16_000_000
_AT_ONCE_PIXELS = 1 << 20

MEASURES = [("brightness", "<f4"), ("contrast", "<f4"), ("sharpness", "<f4")]


def measured(image: Image.Image) -> tuple[float, float, float]:
    """Measure one image.

    Args:
        image: mode L or RGB, any size.

    Returns:
        Brightness, the mean of its gray levels, 0–255; contrast, their standard deviation; sharpness, the variance of
        their Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000), the image's
        longer side reduced to at most 256 px before.
    """
    factor = max(image.size) // _LONGEST_SIDE
    if image.width * image.height > _LARGE_PIXELS:
        image, factor = image.reduce(factor), 1  # Its colours before they are gray, which saves memory.
    gray = image.convert("L")
    if factor > 1:
        gray = gray.reduce(factor)
    return _of_gray(np.asarray(gray))


def measured_all(pixels: np.ndarray) -> np.ndarray:
    """Measure each image of uint8 `(n, height, width, 1 or 3)`; return `(n,)` of `MEASURES`."""
    _, height, width, channels = pixels.shape
    if max(height, width) // _LONGEST_SIDE > 1:
        found = [measured(image_io.from_array(each)) for each in pixels]
    else:
        # Below each other they are one image: to make one of each takes longer than all that is measured of it.
        step = max(1, _AT_ONCE_PIXELS // (height * width))
        sheets = (pixels[begin : begin + step].reshape(-1, width, channels) for begin in range(0, len(pixels), step))
        grays = (np.asarray(image_io.from_array(sheet).convert("L")).reshape(-1, height, width) for sheet in sheets)
        found = [_of_gray(gray) for some in grays for gray in some]
    return np.array(found, np.dtype(MEASURES))


def _of_gray(pixels: np.ndarray) -> tuple[float, float, float]:
    """Measure gray levels, uint8 `(height, width)`."""
    import cv2

    mean, deviation = cv2.meanStdDev(pixels)
    _, edges = cv2.meanStdDev(cv2.Laplacian(pixels, cv2.CV_16S))
    return float(mean[0, 0]), float(deviation[0, 0]), float(edges[0, 0]) ** 2
