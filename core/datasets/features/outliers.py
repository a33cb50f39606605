"""Images unlike all others of a dataset: those that even the images most like them resemble little."""

import numpy as np

from core.storage.progress import Progress, quiet

_NEAREST = 5
# Neighbours are sought among so many images at most, drawn by chance.
_AMONG = 10_000
_AT_ONCE = 1024
# Below the lower quartile by more than so many interquartile ranges (J. W. Tukey, "Exploratory Data Analysis", 1977).
_WHISKER = 1.5
# Of fewer images quartiles tell little.
_FEWEST = 40
# A cosine less than so much smaller is no difference that one sees, however alike the others are.
_VISIBLE = 0.05
_SMALLEST = 1e-12


def find(vectors: np.ndarray, progress: Progress = quiet) -> np.ndarray:
    """Return the images that are unlike all others, int64 `(k,)`, the least alike first.

    Args:
        vectors: what tells the images apart by its direction, float32 `(n, d)`.
        progress: told how many were compared.

    Raises:
        Cancelled: by `progress`.
    """
    count = len(vectors)
    if count < _FEWEST:
        return np.zeros(0, np.int64)
    directions = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _SMALLEST)
    sample = np.sort(np.random.default_rng(0).permutation(count)[:_AMONG])
    among, likeness = directions[sample], np.empty(count, np.float32)
    for begin in range(0, count, _AT_ONCE):
        progress("comparing the images", begin, count, "images")
        part = directions[begin : begin + _AT_ONCE]
        cosines = part @ among.T
        # None counts as near itself.
        own = np.flatnonzero((sample >= begin) & (sample < begin + len(part)))
        cosines[sample[own] - begin, own] = -1
        likeness[begin : begin + len(part)] = np.partition(cosines, -_NEAREST, axis=1)[:, -_NEAREST:].mean(axis=1)
    low, high = np.percentile(likeness, [25, 75])
    found = np.flatnonzero(likeness < low - max(_WHISKER * (high - low), _VISIBLE))
    return found[np.argsort(likeness[found], kind="stable")]
