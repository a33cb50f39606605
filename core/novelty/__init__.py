"""Whether a picture is like those that a run learned from, or something else altogether.

A network that knows cats and dogs calls a truck one of them, often surely. What its layers make of a picture gives the
truck away all the same: `Novelty` is a score of that, fitted by `core.nn.novelty` and kept in the run's folder. Two
things make it. Small networks tell the run's classes from other pictures, which is "outlier exposure" (D. Hendrycks,
M. Mazeika and T. Dietterich, Deep anomaly detection with outlier exposure, ICLR 2019); and how far the picture is from
what is usual for the run's own, the Mahalanobis distance (K. Lee and others, A simple unified framework for detecting
out-of-distribution samples and adversarial attacks, NeurIPS 2018), tells others that the small networks never saw.
"""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from core import home

_FILE = "novelty.npz"
_KINDS = {
    **dict.fromkeys(("hidden_weights", "hidden_bias", "weights", "offset", "usual", "whitening"), np.float32),
    **dict.fromkeys(("columns", "unknown_ids"), np.int64),
}


@dataclass(frozen=True, eq=False)
class Novelty:
    """A score of what a network's layers make of a picture, as `core.nn.statistics` tells it, `d` numbers.

    Attributes:
        hidden_weights: of a network with one hidden layer of ReLUs, float32 `(d, h)`, a row a statistic.
        hidden_bias: float32 `(h,)`.
        weights: float32 `(h,)`.
        bias: added to the score, which so is 0 or more for pictures that are taken for one of the run's classes.
        columns: the statistics that the distance is measured in, int64 `(k,)`.
        offset: what is added to each before its logarithm, float32 `(k,)`, above 0.
        usual: the mean of the logarithms over the run's own pictures, float32 `(k,)`.
        whitening: what makes them as spread in each direction, and gives the distance its weight, float32 `(k, k)`.
        unknown_ids: the run's own validation pictures that are not taken for one of its classes, int64 `(u,)`.
    """

    hidden_weights: np.ndarray
    hidden_bias: np.ndarray
    weights: np.ndarray
    bias: float
    columns: np.ndarray
    offset: np.ndarray
    usual: np.ndarray
    whitening: np.ndarray
    unknown_ids: np.ndarray

    def scores(self, statistics: np.ndarray) -> np.ndarray:
        """Return how much each picture is like those that the run learned from, float64 `(n,)`: known from 0 on.

        Args:
            statistics: float `(n, d)`.
        """
        return np.asarray(self.evidence(statistics) - self.distances(statistics) + self.bias)

    def evidence(self, statistics: np.ndarray) -> np.ndarray:
        """Return what the network finds in statistics as `scores`, float64 `(n,)`: more for the run's classes."""
        hidden = statistics.astype(np.float64) @ self.hidden_weights.astype(np.float64) + self.hidden_bias
        return np.asarray(np.maximum(hidden, 0) @ self.weights.astype(np.float64))

    def distances(self, statistics: np.ndarray) -> np.ndarray:
        """Return how far statistics as `scores` are from what is usual, float64 `(n,)`."""
        unusual = logarithms(statistics[:, self.columns], self.offset) - self.usual
        return np.asarray(np.linalg.norm(unusual @ self.whitening.astype(np.float64), axis=1))

    def known(self, statistics: np.ndarray) -> np.ndarray:
        """Return which pictures are taken for one of the run's classes, bool `(n,)`, of statistics as `scores`."""
        return np.asarray(self.scores(statistics) >= 0)


def logarithms(statistics: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Return statistics as the distance takes them, float64 of their shape: what is large counts by its ratio."""
    return np.log(np.maximum(statistics.astype(np.float64), 0) + offset)


def read(folder: Path) -> Novelty | None:
    """Return what is kept in a run's folder; `None` where the run cannot tell, or the file cannot be read."""
    try:
        with np.load(folder / _FILE, allow_pickle=False) as stored:
            return Novelty(
                **{name: np.asarray(stored[name], kind) for name, kind in _KINDS.items()}, bias=float(stored["bias"])
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def changed_ns(folder: Path) -> int:
    """Return when what is kept in a run's folder was written, in nanoseconds since 1970; 0 where there is nothing."""
    try:
        return (folder / _FILE).stat().st_mtime_ns
    except OSError:
        return 0


def keep(folder: Path, novelty: Novelty) -> None:
    """Keep it in a run's folder.

    Raises:
        OSError: the disk is full or may not be written.
    """
    with home.replacing(folder / _FILE) as beside, beside.open("wb") as file:
        np.savez(file, **vars(novelty))
