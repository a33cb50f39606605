"""What in a curve is more than chance: a lasting rise, a level that is passed, and how much epochs differ by chance.

Limits are such that of 500 curves without what is looked for at most 5% show it at any of their epochs, be their chance
normal or with now and then an epoch far off: `python -m bench.hardening coach` counts it.
"""

from collections.abc import Iterator, Sequence
from statistics import median

import numpy as np

# Of the sizes of second differences the largest fifth is left out: bends of the curve and bad epochs make them. The
# mean of the rest is this share of a normal distribution's deviation; a second difference varies by √6 times as much.
_LEFT_OUT, _MEAN_OF_REST = 0.2, 0.5586
# In deviations of the mean of as many epochs as the window has: what medians rise by chance at some epoch of 60.
_RISE = 8.5
# The same for a level that does not hang on the curve's own lowest point; by the last epochs' spread, since accuracies
# differ more while a network begins.
_ABOVE, _RECENT = 4.5, 10
_SMALLEST = 1e-7


def medians(values: Sequence[float], window: int = 3) -> list[float]:
    """Return the median of each `window` (odd) values in a row, at the ends that of the outermost: none counts alone.

    Fewer values than `window` have one median.
    """
    last = max(len(values) - window, 0)
    starts = (min(max(at - window // 2, 0), last) for at in range(len(values)))
    return [median(values[start : start + window]) for start in starts]


def spread(values: Sequence[float] | np.ndarray) -> float:
    """Return the standard deviation of what differs from epoch to epoch, whatever the trend; 0 for under three values.

    One epoch that is far off hardly changes it.
    """
    sizes = np.sort(np.abs(np.diff(values, 2)))
    if not len(sizes):
        return 0.0
    kept = sizes[: len(sizes) - int(_LEFT_OUT * len(sizes))]
    return float(kept.mean()) / _MEAN_OF_REST / 6**0.5


def has_risen(losses: Sequence[float]) -> bool:
    """Tell whether losses, all at least 0, have come up again from their lowest, by more than chance and for good.

    Medians of the last epochs are compared with the lowest medians of as many: few epochs find a steep rise at once,
    many a slow one. Ratios count: losses of 0.1 and 0.2 are as far apart as 1 and 2.
    """
    if len(losses) < 4:
        return False
    values = np.log(np.maximum(losses, _SMALLEST))
    limit = _RISE * spread(values)
    for window in _windows(len(values) // 3):
        levels = np.median(np.lib.stride_tricks.sliding_window_view(values, window), axis=1)
        if (levels[-1] - levels.min()) * window**0.5 > limit:
            return True
    return False


def is_above(values: Sequence[float], level: float, least_spread: float) -> bool:
    """Tell whether the last values lie above a level by more than chance.

    Args:
        values: one an epoch.
        level: what is to be passed.
        least_spread: what epochs differ by at least: a few that happen to agree prove little.
    """
    limit = _ABOVE * max(spread(values[-_RECENT:]), least_spread)
    return any(
        (median(values[-window:]) - level) * window**0.5 > limit
        for window in _windows(len(values))
        if window <= len(values)
    )


def wobble(values: Sequence[float]) -> float:
    """Return by how much values go up and down, as the deviation of such chance.

    What only rises or only falls has none. The epoch is left out without which there is least: one is no habit.
    """
    return min(_turns([*values[:at], *values[at + 1 :]]) for at in range(len(values)))


def _turns(values: Sequence[float]) -> float:
    steps = np.diff(values)
    turns = np.where(steps[1:] * steps[:-1] < 0, np.diff(steps), 0.0)
    return float(np.sqrt(np.mean(turns**2) / 6)) if len(turns) else 0.0


def decline(losses: Sequence[float]) -> float:
    """Return the share that losses fell by an epoch, of late: the median slope of the last fifth, at least four steps.

    Theil and Sen's estimate, on logarithms: a bad epoch, also a bad last one, does not change it. It takes two values.
    """
    span = min(max(4, len(losses) // 5), 50)
    recent = np.log(np.maximum(losses[-1 - span :], _SMALLEST))
    first, second = np.triu_indices(len(recent), 1)
    return 1 - float(np.exp(np.median((recent[second] - recent[first]) / (second - first))))


def _windows(longest: int) -> Iterator[int]:
    """Yield odd numbers of epochs from 3, each about √2 times the one before, up to `longest`; 3 in any case."""
    window = 3
    while window <= max(longest, 3):
        yield window
        window = 2 * round(window * 2**0.5 / 2) + 1
