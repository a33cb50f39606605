"""Many images of one size as a single JPEG or PNG, one beneath the other."""

import numpy as np

# JPEG's blocks: an image that begins on one does not bleed into the one above.
_BLOCK = 8
_JPEG_QUALITY = 85
# Larger ones are photos: JPEG is a tenth of the size, and what it loses is not seen.
_LARGEST_EXACT = 64


def pitch(height: int) -> int:
    """Return how many rows lie between the tops of two images of this height."""
    return -(-height // _BLOCK) * _BLOCK


def encoded(images: np.ndarray) -> bytes:
    """Return images as a JPEG, or where they are small as a PNG, each beginning `pitch` rows below the one before.

    Args:
        images: uint8 `(n, height, width, 1 or 3)`, red first; at least one.
    """
    import cv2

    _, height, width, channels = images.shape
    filled = np.pad(images, ((0, 0), (0, pitch(height) - height), (0, 0), (0, 0)), mode="edge")
    column = filled.reshape(-1, width, channels)
    if channels == 3:
        column = cv2.cvtColor(column, cv2.COLOR_RGB2BGR)
    if max(height, width) <= _LARGEST_EXACT:
        kind, options = ".png", [cv2.IMWRITE_PNG_COMPRESSION, 1]
    else:
        # Colour at half the resolution, as is usual, would be interpolated from one image into the next.
        sampling = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
        kind, options = ".jpg", [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY, *sampling]
    _, data = cv2.imencode(kind, column, options)
    return data.tobytes()
