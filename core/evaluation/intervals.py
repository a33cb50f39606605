"""How sure a share is that was counted on some images: its interval, and bounds that hold each by itself."""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike


def wilson_interval(hits: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a share, which holds for few images and near 0 and 1 too.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).

    Args:
        hits: how many of them, at most `of`.
        of: how many there are, at least 1.
        level: how often such intervals hold the true share, 0–1.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = hits / of
    centre = share + z**2 / (2 * of)
    half = z * ((share * (1 - share) + z**2 / (4 * of)) / of) ** 0.5
    low, high = ((centre + side * half) / (1 + z**2 / of) for side in (-1, 1))
    return max(low, 0.0), min(high, 1.0)


def exact_bounds(hits: ArrayLike, of: ArrayLike, sure: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the one-sided Clopper–Pearson bounds of shares: the true one is above the lower, and below the upper.

    C. J. Clopper and E. S. Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial,
    Biometrika 26 (1934).

    Args:
        hits: how many of them, int, each at most `of`.
        of: how many there are, int; of none nothing is known: 0 to 1.
        sure: how often each bound holds, at least, 0–1.

    Returns:
        The lower and the upper bounds, float64 of the common shape.
    """
    # Half a tenth of a second, which pages that show no interval should not wait for.
    from scipy.special import betaincinv

    hits, misses = np.asarray(hits), np.asarray(of) - np.asarray(hits)
    lower = np.where(hits > 0, betaincinv(np.maximum(hits, 1), misses + 1, 1 - sure), 0.0)
    upper = np.where(misses > 0, betaincinv(hits + 1, np.maximum(misses, 1), sure), 1.0)
    return lower, upper
