"""One channel of an image, a filter and a place as they travel between Python and the scripts that draw them."""

import base64
import math
from typing import Any

import numpy as np


def packed(plane: np.ndarray) -> dict[str, Any]:
    """Return what a script needs to know of an image of one channel, uint8 or float `(height, width)`."""
    kind = "u8" if plane.dtype == np.uint8 else "f32"
    values = np.ascontiguousarray(plane, np.uint8 if kind == "u8" else "<f4")
    height, width = plane.shape
    return {"width": width, "height": height, "kind": kind, "values": base64.b64encode(values.tobytes()).decode()}


def listed(kernel: np.ndarray) -> list[float | None]:
    """Return a filter row by row, `None` for what JSON has no number for."""
    return [value if math.isfinite(value) else None for value in kernel.ravel().tolist()]


def place_of(sent: Any) -> tuple[int, int] | None:
    """Return a column and row that a script sent; `None` where they are none."""
    try:
        column, row = sent
        return max(0, int(column)), max(0, int(row))
    except (TypeError, ValueError, OverflowError):
        return None
