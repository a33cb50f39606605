"""The images that a network takes for most alike, by an exact search."""

import numpy as np

_AT_ONCE = 16_384


def nearest(features: np.ndarray, ids: np.ndarray, wanted: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the vectors that are nearest to one, by the angle between them; none is left out of the search.

    Args:
        features: vectors of length 1, or 0, float `(n, d)`; it may be memory-mapped.
        ids: which of them are searched, int64 `(m,)`.
        wanted: a vector of length 1, float `(d,)`.
        most: how many are returned at most.

    Returns:
        Of `ids`, int64 `(k,)`, the nearest first, and the cosine of the angle to each, float32 `(k,)`.
    """
    cosines = np.empty(len(ids), np.float32)
    wanted = wanted.astype(np.float32)
    for begin in range(0, len(ids), _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        cosines[part] = features[ids[part]].astype(np.float32) @ wanted
    order = np.argsort(-cosines, kind="stable")[:most]
    return ids[order], cosines[order]
