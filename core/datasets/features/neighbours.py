"""The images of a dataset that show what one of them shows, by an exact search among its features."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.datasets.store import Dataset
from core.storage import checked
from core.storage.checked import Array
from core.training import features

# So few rows, once converted, stay in the processor's cache until they are multiplied.
_AT_ONCE = 256
# NumPy takes 0.6 s to convert the features of 60,000 images. Shifted by 13 bits, a half float that is not negative is
# a float32 that is 2¹¹² times too small: with that they are multiplied in 20 ms, and the vector makes up for it.
_SHIFT, _MAKES_UP = 13, np.float32(2.0**112)
_SMALLEST = 1e-12


def nearest(dataset: Dataset, index: int, most: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the images nearest to one by the angle between their features; none is left out of the search.

    Args:
        dataset: whose images.
        index: the image, which is not among those returned.
        most: how many are returned at most.

    Returns:
        Their indices, int64 `(k,)`, the nearest first, and the cosine of the angle to each, float32 `(k,)`; `None`
        where there are no features yet.
    """
    known = features.known(dataset)
    if not isinstance(known, np.memmap):
        return None
    cosines = _cosines(known, known[index : index + 1])
    cosines[index] = -np.inf
    return _first(cosines, min(most, len(cosines) - 1))


def nearest_to(dataset: Dataset, wanted: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the images nearest to one from elsewhere, by its features, float `(d,)`; otherwise as `nearest`."""
    known = features.known(dataset)
    if not isinstance(known, np.memmap):
        return None
    return _first(_cosines(known, wanted[np.newaxis]), most)


def _first(cosines: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(-cosines, kind="stable")[:most]
    return order, cosines[order]


def _cosines(known: np.memmap, wanted: np.ndarray) -> np.ndarray:
    """Return the cosine of each row's angle with the one row of `wanted`, float32 `(n,)`."""
    return _products(known, features.unit(wanted)[0]) / _lengths(Path(str(known.filename)))


def _products(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the product of each row, float16 `(n, d)`, none of it negative, with a vector, float32 `(d,)`."""
    found, made_up = np.empty(len(known), np.float32), wanted * _MAKES_UP
    for begin, rows in _too_small(known):
        np.dot(rows, made_up, out=found[begin : begin + len(rows)])
    return found


@lru_cache(maxsize=8)
def _lengths(path: Path) -> np.ndarray:
    """Return the length of each row of features, float32 `(n,)`, at least a little."""
    known = checked.read_array(path, Array(np.float16, ("n", "d")))
    lengths = np.empty(len(known), np.float32)
    for begin, rows in _too_small(known):
        lengths[begin : begin + len(rows)] = np.linalg.norm(rows * _MAKES_UP, axis=1)
    return np.maximum(lengths, _SMALLEST)


def _too_small(known: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Go through rows, float16 `(n, d)`, as float32 that is 2¹¹² times too small: where each part begins, and it."""
    converted = np.empty((_AT_ONCE, known.shape[1]), np.uint32)
    for begin in range(0, len(known), _AT_ONCE):
        rows = known[begin : begin + _AT_ONCE].view(np.uint16)
        values = converted[: len(rows)]
        values[...] = rows
        values <<= _SHIFT
        yield begin, values.view(np.float32)
