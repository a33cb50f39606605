"""Pooling as Keras computes it, and what moving the image by some pixels changes after it.

`pages/components/common/sliding.js` computes the same in the browser; a test holds that both give the same numbers.
"""

from typing import NamedTuple

import numpy as np

from core.lessons.convolution import VALID, sliding_windows

MAX, AVERAGE = "max", "average"


def pooled(plane: np.ndarray, size: int, stride: int, padding: str = VALID, how: str = MAX) -> np.ndarray:
    """Return one number for each square of an image, float64 `(rows, columns)`.

    What stands around the image for `same` counts for nothing: it is never the largest, nor in the mean.

    Args:
        plane: numbers `(height, width)`.
        size: the square's side.
        stride: how far it moves.
        padding: `valid` or `same`.
        how: `max` or `average`.
    """
    windows = sliding_windows(plane[..., np.newaxis].astype(np.float64), (size, size), stride, padding, np.nan)
    flat = windows.reshape(*windows.shape[:2], size * size)
    if not flat.size:
        return np.empty(windows.shape[:2])
    return np.asarray(np.nanmax(flat, axis=2) if how == MAX else np.nanmean(flat, axis=2))


def shifted(plane: np.ndarray, right: int, down: int) -> np.ndarray:
    """Return an image `(height, width)` moved by whole pixels; the edge's values fill what it leaves."""
    height, width = plane.shape
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return plane[np.ix_(rows, columns)]


class Change(NamedTuple):
    """How two images of one size differ.

    Attributes:
        mean: the mean absolute difference of their values.
        share: of the values, how many differ, 0–1.
    """

    mean: float
    share: float


def change(before: np.ndarray, after: np.ndarray) -> Change:
    """Return how two images of one size differ; not at all where they have no values."""
    if not before.size:
        return Change(0.0, 0.0)
    differences = np.abs(after.astype(np.float64) - before)
    return Change(float(differences.mean()), float((differences > 0).mean()))
