"""The same photo again, though mirrored, cropped by up to a third or in other colors: near duplicates in meaning.

How alike two photos are to a pretrained network does not tell: two cats on a sofa are more alike to it than a photo and
its crop. So it only proposes, for each photo its nearest ones. Each pair is then laid over one another in gray, also
mirrored, and either one smaller at any place of the other: of a photo and its crop that leaves little difference, of
two photos of the like most of it (`python -m bench.same_photo`).
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from core.datasets.store import Dataset
from core.datasets.threads import mapped
from core.storage.progress import Progress, quiet

# Of each image so many neighbours, at least that alike.
_NEIGHBOURS, _LEAST_COSINE, _AT_ONCE = 4, 0.5, 512
# First small, in few sizes; what matches at all then in more detail, in sizes near the best one.
_COARSE, _FINE = 32, 64
_SHARES, _BESIDE = (1.0, 0.9, 0.8, 0.7), (-0.05, -0.025, 0.0, 0.025, 0.05)
_SMALLEST_SHARE = 0.65
_HOPELESS = 0.6
# What a blur of so much of the side takes away, light and shade, two seascapes share.
_BLUR = 1 / 8
# The same photo leaves at most that share of the difference that is usual between neighbours, and matches at least so.
_SHARE_LEFT, _LEAST = 1 / 4, 0.82
_SMALLEST_SIDE = 48
_DETAILS_KEPT = 4096


def find(dataset: Dataset, vectors: np.ndarray, progress: Progress = quiet) -> np.ndarray:
    """Return the pairs of images that are the same photo, int64 `(m, 2)`, the lower index first.

    There are none among images of an array, which are too small to tell.

    Args:
        dataset: whose images they are.
        vectors: of length 1, what a pretrained network makes of each image, float `(n, d)`.
        progress: told how far it is.

    Raises:
        Cancelled: by `progress`.
    """
    if not dataset.about.as_files or len(vectors) < 2:
        return np.zeros((0, 2), np.int64)
    pairs = _neighbours(vectors, progress)

    @lru_cache(maxsize=_DETAILS_KEPT)
    def gray(index: int) -> np.ndarray:
        return _gray(dataset, index)

    def alike(pair: list[int]) -> float:
        return likeness(gray(pair[0]), gray(pair[1]))

    found = np.zeros(len(pairs))
    for place, value in enumerate(mapped(alike, pairs.tolist())):
        found[place] = value
        progress("laying photos over one another", place + 1, len(pairs), "pairs")
    usual = float(np.median(found)) if len(found) else 0.0
    return pairs[found >= max(_LEAST, 1 - _SHARE_LEFT * (1 - usual))]


def likeness(first: np.ndarray, second: np.ndarray) -> float:
    """Return the highest correlation of two gray images, uint8, whole or one cropped, as they are or mirrored, −1–1.

    Where a coarse look finds nothing alike, it is that look's.
    """
    if min(*first.shape, *second.shape) < _SMALLEST_SIDE:
        return -1.0
    best, share = max((_match(first, second, share, _COARSE), share) for share in _SHARES)
    if best < _HOPELESS:
        return best
    shares = {min(1.0, max(_SMALLEST_SHARE, share + beside)) for beside in _BESIDE}
    return max(_match(first, second, each, _FINE) for each in shares)


def _match(first: np.ndarray, second: np.ndarray, share: float, side: int) -> float:
    """Return the best correlation of one image, of so much of the other's size, with a part of it, either way round."""
    import cv2

    size, best = round(side * share), -1.0
    for inner, outer in ((first, second), (second, first)) if size < side else ((first, second),):
        around, part = _detail(outer, side, side), _detail(inner, size, side)
        for turned in (part, np.ascontiguousarray(part[:, ::-1])):
            best = max(best, float(cv2.matchTemplate(around, turned, cv2.TM_CCOEFF_NORMED).max()))
    return best


def _detail(gray: np.ndarray, size: int, side: int) -> np.ndarray:
    """Return an image without its coarse light and shade, float32 `(size, size)`: as coarse as in one of a side."""
    import cv2

    square = cv2.resize(gray, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32)
    return square - cv2.GaussianBlur(square, (0, 0), side * _BLUR)


def _gray(dataset: Dataset, index: int) -> np.ndarray:
    """Return a photo's thumbnail in gray, uint8 `(height, width)`; one pixel where it is damaged."""
    import cv2

    gray = cv2.imdecode(np.frombuffer(dataset.thumbnail(index), np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.zeros((1, 1), np.uint8) if gray is None else gray


def _neighbours(vectors: np.ndarray, progress: Progress) -> np.ndarray:
    """Return each image with those nearest to it, int64 `(m, 2)`: each pair once, the lower index first."""
    pairs = [np.zeros((0, 2), np.int64), *_nearest(vectors, progress)]
    return np.unique(np.sort(np.concatenate(pairs), axis=1), axis=0)


def _nearest(vectors: np.ndarray, progress: Progress) -> Iterator[np.ndarray]:
    count = min(_NEIGHBOURS, len(vectors) - 1)
    for begin in range(0, len(vectors), _AT_ONCE):
        progress("looking for neighbours", begin, len(vectors), "images")
        cosines = vectors[begin : begin + _AT_ONCE] @ vectors.T
        rows = np.arange(len(cosines))
        cosines[rows, rows + begin] = -1
        near = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        own, others = np.repeat(rows, count), near.ravel()
        enough = cosines[own, others] >= _LEAST_COSINE
        yield np.column_stack((own + begin, others))[enough].astype(np.int64)
