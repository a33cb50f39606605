"""Whether a picture is like those that a run learned from, or something else altogether.

A network that knows cats and dogs calls a truck one of them, often surely. What its layers make of a picture gives the
truck away all the same: `Novelty` is a score of that, fitted by `core.nn.novelty` on pictures of the run's classes
against others, and kept in the run's folder. That other pictures teach it what is new is "outlier exposure" (D.
Hendrycks, M. Mazeika and T. Dietterich, Deep anomaly detection with outlier exposure, ICLR 2019); that features of all
layers tell more than the last ones follows K. Lee and others, A simple unified framework for detecting
out-of-distribution samples and adversarial attacks, NeurIPS 2018.
"""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from core import home

_FILE = "novelty.npz"


@dataclass(frozen=True, eq=False)
class Novelty:
    """A score of what a network's layers make of a picture: a small network itself, with one hidden layer of ReLUs.

    Attributes:
        hidden_weights: of the hidden units, float32 `(d, h)`, a row a statistic, as `core.nn.statistics` gives them.
        hidden_bias: float32 `(h,)`.
        weights: of the score, float32 `(h,)`.
        bias: what is added to it.
        threshold: the smallest score of a picture that is taken for one of the run's classes.
        unknown_ids: the run's own validation pictures that do not reach it, int64 `(k,)`.
    """

    hidden_weights: np.ndarray
    hidden_bias: np.ndarray
    weights: np.ndarray
    bias: float
    threshold: float
    unknown_ids: np.ndarray

    def scores(self, statistics: np.ndarray) -> np.ndarray:
        """Return how much each picture is like those that the run learned from, float64 `(n,)`; 0 is undecided.

        Args:
            statistics: float `(n, d)`.
        """
        hidden = statistics.astype(np.float64) @ self.hidden_weights.astype(np.float64) + self.hidden_bias
        return np.asarray(np.maximum(hidden, 0) @ self.weights.astype(np.float64) + self.bias)

    def known(self, statistics: np.ndarray) -> np.ndarray:
        """Return which pictures are taken for one of the run's classes, bool `(n,)`, of statistics as `scores`."""
        return np.asarray(self.scores(statistics) >= self.threshold)


def read(folder: Path) -> Novelty | None:
    """Return what is kept in a run's folder; `None` where the run cannot tell, or the file cannot be read."""
    try:
        with np.load(folder / _FILE, allow_pickle=False) as stored:
            return Novelty(
                np.asarray(stored["hidden_weights"], np.float32),
                np.asarray(stored["hidden_bias"], np.float32),
                np.asarray(stored["weights"], np.float32),
                float(stored["bias"]),
                float(stored["threshold"]),
                np.asarray(stored["unknown_ids"], np.int64),
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
