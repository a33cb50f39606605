"""Points followed through the steps of a pipeline, back to where they come from, and the numbers around them."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from core.images import image_io
from core.preprocessing.pipeline import Stage

_REACH = 2


def back(stages: Sequence[Stage], x: float, y: float) -> tuple[float, float] | None:
    """Return where a point of the image after all stages comes from; `None` where it was made up."""
    for stage in reversed(stages):
        width, height = stage.before.size
        x, y = (stage.step.origin(width, height) @ (x, y, 1)).tolist()
        found = _inside(x, y, width, height, stage.step.wraps)
        if found is None:
            return None
        x, y = found
    return x, y


def forth(stages: Sequence[Stage], x: float, y: float) -> tuple[float, float] | None:
    """Return where a point of the first image is after all stages; `None` where it was lost."""
    for stage in stages:
        origin = stage.step.origin(*stage.before.size)
        x, y = np.linalg.solve(origin[:, :2], np.array([x, y]) - origin[:, 2]).tolist()
        found = _inside(x, y, *stage.image.size, stage.step.wraps)
        if found is None:
            return None
        x, y = found
    return x, y


def patch(image: Image.Image, x: float, y: float) -> np.ndarray:
    """Return the values around a point, uint8 `(rows, columns, channels)`: 5×5, moved inwards at the edges."""
    left, top = corner(image, x, y)
    side = 2 * _REACH + 1
    return image_io.to_array(image.crop((left, top, min(left + side, image.width), min(top + side, image.height))))


def corner(image: Image.Image, x: float, y: float) -> tuple[int, int]:
    """Return the column and the row at which `patch` begins."""
    room = (max(0, side - 2 * _REACH - 1) for side in image.size)
    left, top = (min(max(int(place) - _REACH, 0), most) for place, most in zip((x, y), room, strict=True))
    return left, top


def _inside(x: float, y: float, width: int, height: int, wraps: bool) -> tuple[float, float] | None:
    if wraps:
        return x % width, y % height
    return (x, y) if 0 <= x <= width and 0 <= y <= height else None
