"""What can be measured of a picture without knowing what it shows: brightness, contrast, sharpness."""

import numpy as np
from PIL import Image

from core import pictures

# Pictures are compared at about one resolution: an enlarged photo is not blurred because it is large.
_LONGEST_SIDE = 256

MEASURES = [("brightness", "<f4"), ("contrast", "<f4"), ("sharpness", "<f4")]


def measured(picture: Image.Image) -> tuple[float, float, float]:
    """Measure one picture.

    Args:
        picture: mode L or RGB, any size.

    Returns:
        Brightness, the mean of its gray levels, 0–255; contrast, their standard deviation; sharpness, the variance of
        their Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000), the picture's
        longer side reduced to at most 256 px before.
    """
    import cv2

    gray = picture.convert("L")
    factor = max(gray.size) // _LONGEST_SIDE
    if factor > 1:
        gray = gray.reduce(factor)
    pixels = np.asarray(gray)
    mean, deviation = cv2.meanStdDev(pixels)
    _, edges = cv2.meanStdDev(cv2.Laplacian(pixels, cv2.CV_16S))
    return float(mean[0, 0]), float(deviation[0, 0]), float(edges[0, 0]) ** 2


def measured_all(pixels: np.ndarray) -> np.ndarray:
    """Measure each picture of uint8 `(n, height, width, 1 or 3)`; return `(n,)` of `MEASURES`."""
    return np.array([measured(pictures.from_array(each)) for each in pixels], np.dtype(MEASURES))
