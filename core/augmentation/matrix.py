"""Matrices that say for many images where each new pixel comes from, and their product."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np


class Matrix(NamedTuple):
    """A 2×3 matrix an image, each number an array `(n,)` or one for all: (x, y) becomes (xx·x + xy·y + right, …)."""

    xx: Any = 1.0
    xy: Any = 0.0
    yx: Any = 0.0
    yy: Any = 1.0
    right: Any = 0.0
    down: Any = 0.0


def folded(factors: Sequence[Matrix], n: int, height: int, width: int) -> np.ndarray:
    """Fold what was drawn for each image into one matrix, float64 `(n, 2, 3)`, from new pixels (x, y) to old ones.

    About the middle (width / 2 − 0.5, height / 2 − 0.5): the factors' product, as in
    `keras.preprocessing.image.apply_affine_transform`.
    """
    x, y = width / 2 - 0.5, height / 2 - 0.5
    rows: list[tuple[Any, Any, Any]] = [(1.0, 0.0, x), (0.0, 1.0, y)]
    for xx, xy, yx, yy, right, down in factors:
        rows = [
            (
                _sum(_product(a, xx), _product(b, yx)),
                _sum(_product(a, xy), _product(b, yy)),
                _sum(_sum(c, _product(a, right)), _product(b, down)),
            )
            for a, b, c in rows
        ]
    made = np.empty((n, 2, 3))
    for row, (a, b, c) in enumerate(rows):
        made[:, row, 0], made[:, row, 1], made[:, row, 2] = a, b, c - a * x - b * y
    return made


def _product(some: Any, other: Any) -> Any:
    """Return a product; what is one number for all images, and 0 or 1, costs nothing."""
    for factor, rest in ((some, other), (other, some)):
        if isinstance(factor, float) and factor in (0.0, 1.0):
            return rest if factor else 0.0
    return some * other


def _sum(some: Any, other: Any) -> Any:
    """Return a sum; a 0 for all images costs nothing."""
    for term, rest in ((some, other), (other, some)):
        if isinstance(term, float) and not term:
            return rest
    return some + other
