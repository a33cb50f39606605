"""Whether an image is like those that a run learned from, or something else altogether.

A network that knows cats and dogs calls a truck one of them, often surely. What its layers make of an image gives the
truck away all the same: `OodDetector` is a score of that, kept in the run's folder. Of the shipped classifier it is
fitted by `core.nn.inference.ood_fit`, and two things make it. Small networks tell the run's classes from other images,
which is "outlier exposure" (D. Hendrycks, M. Mazeika and T. Dietterich, Deep anomaly detection with outlier exposure,
ICLR 2019); and how far the image is from what is usual for the run's own, the Mahalanobis distance (K. Lee and others,
A simple unified framework for detecting out-of-distribution samples and adversarial attacks, NeurIPS 2018), tells
others that the small networks never saw. Of any other run `core.nn.inference.ood_own` fits both where it is asked to:
what else there is in the world of its images is not known, so drawn shapes and noise stand in for it.
"""

from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.storage import checked, data_home
from core.storage.checked import Array, DamagedError, MissingError

_FILE = "novelty.npz"
# Says that there is a `_FILE`: where that is gone, nothing is taken for known without it.
_NOTE = "novelty.json"
_WANTED = {
    "hidden_weights": Array(np.float32, ("d", "h"), finite=True),
    "hidden_bias": Array(np.float32, ("h",), finite=True),
    "weights": Array(np.float32, ("h",), finite=True),
    "bias": Array(np.float64, (), finite=True),
    "columns": Array(np.int64, ("k",), low=0, high="d"),
    "offset": Array(np.float32, ("k",), finite=True),
    "usual": Array(np.float32, ("k",), finite=True),
    "whitening": Array(np.float32, ("k", "k"), finite=True),
    "unknown_ids": Array(np.int64, ("u",), low=0),
}
# Nearly all of the file's bytes are these.
_HALVED = ("hidden_weights", "whitening")


@dataclass(frozen=True, eq=False)
class OodDetector:
    """A score of what a network's layers make of an image, as `core.nn.inference.channel_statistics` tells it.

    Attributes:
        hidden_weights: of a network with one hidden layer of ReLUs, float32 `(d, h)`, a row a statistic.
        hidden_bias: float32 `(h,)`.
        weights: float32 `(h,)`.
        bias: added to the score, which so is 0 or more for images that are taken for one of the run's classes.
        columns: the statistics that the distance is measured in, int64 `(k,)`.
        offset: what is added to each before its logarithm, float32 `(k,)`, above 0.
        usual: the mean of the logarithms over the run's own images, float32 `(k,)`.
        whitening: what makes them as spread in each direction, and gives the distance its weight, float32 `(k, k)`.
        unknown_ids: the run's own validation images that are not taken for one of its classes, int64 `(u,)`.
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
        """Return how much each image is like those that the run learned from, float64 `(n,)`: known from 0 on.

        Args:
            statistics: float `(n, d)`.
        """
        return np.asarray(self.evidence(statistics) - self.distances(statistics) + self.bias)

    def evidence(self, statistics: np.ndarray) -> np.ndarray:
        """Return what the network finds in statistics as `scores`, float64 `(n,)`: more for the run's classes."""
        hidden = statistics.astype(np.float64) @ self._hidden_weights_64 + self.hidden_bias
        return np.asarray(np.maximum(hidden, 0) @ self.weights.astype(np.float64))

    def distances(self, statistics: np.ndarray) -> np.ndarray:
        """Return how far statistics as `scores` are from what is usual, float64 `(n,)`."""
        unusual = logarithms(statistics[:, self.columns], self.offset) - self.usual
        return np.asarray(np.linalg.norm(unusual @ self._whitening_64, axis=1))

    # Of a pretrained network they are millions: to convert them for each photo would take longer than to use them.
    @cached_property
    def _hidden_weights_64(self) -> np.ndarray:
        return self.hidden_weights.astype(np.float64)

    @cached_property
    def _whitening_64(self) -> np.ndarray:
        return self.whitening.astype(np.float64)

    def known(self, statistics: np.ndarray) -> np.ndarray:
        """Return which images are taken for one of the run's classes, bool `(n,)`, of statistics as `scores`."""
        return np.asarray(self.scores(statistics) >= 0)


def logarithms(statistics: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Return statistics as the distance takes them, float64 of their shape: what is large counts by its ratio."""
    return np.log(np.maximum(statistics.astype(np.float64), 0) + offset)


def load(folder: Path) -> OodDetector | None:
    """Return what is kept in a run's folder; `None` where the run never could tell.

    Raises:
        DamagedError: it could, and the file cannot be read or is gone.
    """
    try:
        found: dict[str, Any] = checked.read_arrays(folder / _FILE, _WANTED)
    except MissingError:
        if (folder / _NOTE).exists():
            raise
        return None
    return OodDetector(**{**found, "bias": float(found["bias"])})


def is_kept(folder: Path) -> bool:
    """Tell whether a run could ever tell."""
    return (folder / _NOTE).exists() or (folder / _FILE).exists()


def problem(folder: Path) -> str:
    """Say why a run that could tell what it does not know no longer can; empty: it can, or never could."""
    return _problem(folder, data_home.version(folder / _FILE), data_home.version(folder / _NOTE))


@lru_cache(maxsize=64)
def _problem(folder: Path, *_versions: tuple[int, int]) -> str:
    try:
        load(folder)
    except DamagedError as error:
        return (
            f"This run can no longer tell a photo of something else from its own: {error}. So every answer is to ask a "
            "person. Restore the file from a copy, or fit it anew."
        )
    return ""


def changed_ns(folder: Path) -> int:
    """Return when what is kept in a run's folder was written, in nanoseconds since 1970; 0 where there is nothing."""
    return data_home.version(folder / _FILE)[0]


def keep(folder: Path, novelty: OodDetector) -> None:
    """Keep it in a run's folder.

    Raises:
        OSError: the disk is full or may not be written.
    """
    kept: dict[str, Any] = {field.name: getattr(novelty, field.name) for field in fields(novelty)}
    kept |= {name: _halved(kept[name]) for name in _HALVED}
    with data_home.replacing(folder / _FILE) as beside, beside.open("wb") as file:
        np.savez(file, **kept)
    checked.write(folder / _NOTE, {"file": _FILE})


def forget(folder: Path) -> None:
    """Remove what is kept in a run's folder, as before its network is replaced.

    Raises:
        OSError: it may not be removed.
    """
    for name in (_NOTE, _FILE):
        (folder / name).unlink(missing_ok=True)


def as_kept(novelty: OodDetector) -> OodDetector:
    """Return it with the digits that `keep` keeps."""
    hidden_weights, whitening = (
        _halved(each).astype(np.float32) for each in (novelty.hidden_weights, novelty.whitening)
    )
    return replace(novelty, hidden_weights=hidden_weights, whitening=whitening)


def _halved(weights: np.ndarray) -> np.ndarray:
    """Return weights as float16: three digits, of which a score needs fewer; as they are where they are too large."""
    return weights.astype(np.float16) if np.abs(weights).max(initial=0) <= np.finfo(np.float16).max else weights
