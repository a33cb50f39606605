"""The channels of an image, each as an image of its own."""

import numpy as np

from core.images import image_io

GRAY, RED, GREEN, BLUE = "Gray", "Red", "Green", "Blue"
# By their texts in the address.
PLANES = {"gray": GRAY, "red": RED, "green": GREEN, "blue": BLUE}


def planes_of(seen: np.ndarray) -> list[str]:
    """Return which planes an image `(height, width, 1 or 3)` has."""
    return [GRAY] if seen.shape[2] == 1 else [GRAY, RED, GREEN, BLUE]


def plane_of(seen: np.ndarray, title: str) -> tuple[np.ndarray, str]:
    """Return a plane, uint8 `(height, width)`, and of which colour it is: `red`, `green`, `blue`, or empty for gray.

    Args:
        seen: uint8 `(height, width, 1 or 3)`.
        title: one of `planes_of`.
    """
    if title == GRAY:
        return np.asarray(image_io.from_array(seen).convert("L")), ""
    return np.ascontiguousarray(seen[:, :, [RED, GREEN, BLUE].index(title)]), title.lower()
