"""Whether a network is as often right as it is sure, and a temperature that makes it so.

The temperature is kept in the run's folder: `calibration.json`.
"""

import contextlib
import hashlib
from dataclasses import asdict, dataclass
from typing import Annotated

import numpy as np

from core import runs
from core.evaluation import predictions as evaluation
from core.evaluation.predictions import Predictions
from core.runs import Run, RunError
from core.storage import checked
from core.storage.checked import Between, Count, DamagedError, OneOf
from core.storage.progress import counted

BINS = 10
_COOLEST, _HOTTEST = 0.05, 20.0
_SMALLEST = float(np.finfo(np.float32).tiny)
_FILE = "calibration.json"


@dataclass(frozen=True)
class Calibration:
    """A temperature, as of C. Guo and others, On calibration of modern neural networks, ICML 2017.

    Attributes:
        temperature: what the logits are divided by: above 1 the network was too sure, below 1 not sure enough.
        fitted_on: the part whose images it was fitted on.
        pictures: how many they are.
        predictions: sha256 of the predictions it was fitted on.
    """

    temperature: Annotated[float, Between(_COOLEST, _HOTTEST)]
    fitted_on: Annotated[str, OneOf(evaluation.PARTS)]
    pictures: Count
    predictions: str

    @property
    def said(self) -> str:
        """What it is, in a sentence."""
        images = counted(self.pictures, f"{self.fitted_on} image")
        return f"Calibrated on {images} (temperature {self.temperature:.2f})."

    def apply(self, probabilities: np.ndarray) -> np.ndarray:
        """Return probabilities as sure as the network is often right; their order stays.

        Args:
            probabilities: float `(…, classes)`.

        Returns:
            float64 of the same shape.
        """
        return np.exp(_log_softmax(_logits(probabilities) / self.temperature))


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often predictions are right, by how sure they are.

    Attributes:
        edges: of the bins of confidence, float64 `(bins + 1,)`; a bin holds its upper edge.
        counts: predictions in each bin, int64 `(bins,)`.
        confidence: their mean confidence, float64 `(bins,)`; NaN where there is none.
        accuracy: the share of them that is right, float64 `(bins,)`; NaN where there is none.
    """

    edges: np.ndarray
    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def error(self) -> float:
        """The expected calibration error, 0–1: how far the two are apart, each bin counting by its predictions.

        M. P. Naeini, G. F. Cooper and M. Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning,
        AAAI 2015.
        """
        there = self.counts > 0
        gaps = np.abs(self.accuracy - self.confidence)[there]
        return float(np.average(gaps, weights=self.counts[there]))


@dataclass(frozen=True, eq=False)
class Answering:
    """What is answered, and how well, if only predictions above a threshold count as answers.

    Attributes:
        thresholds: confidences that occur, float64 `(m,)`, falling.
        answered: how many images have at least that confidence, int64 `(m,)`, rising.
        right: how many of these are right, int64 `(m,)`.
        images: how many there are.
    """

    thresholds: np.ndarray
    answered: np.ndarray
    right: np.ndarray
    images: int

    @property
    def shares(self) -> np.ndarray:
        """The share of images with at least each confidence, float64 `(m,)`, 0–1, rising."""
        return self.answered / self.images

    @property
    def accuracies(self) -> np.ndarray:
        """The share of these that is right, float64 `(m,)`, 0–1."""
        return self.right / self.answered

    def counts(self, thresholds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how many are answered at each of some thresholds, and how many of these right, int64."""
        places = np.searchsorted(-self.thresholds, -thresholds, side="right")
        answered, right = (np.concatenate(([0], each)) for each in (self.answered, self.right))
        return answered[places], right[places]

    def at(self, threshold: float) -> tuple[float, float | None]:
        """Return the share answered and the accuracy of the answers (`None` where there is none) at a threshold."""
        answered, right = (int(each) for each in self.counts(np.asarray(threshold)))
        return answered / self.images, right / answered if answered else None


def of(run: Run) -> Calibration:
    """Return a run's calibration, fitted on its validation images the first time and kept.

    A run that validated on its test images is fitted on these.

    Raises:
        RunError: the run has no predictions to fit on, or they are not numbers.
    """
    part = evaluation.parts(run)[0]
    found = evaluation.load(run, part)
    digest = hashlib.sha256(np.ascontiguousarray(found.probabilities).data)
    digest.update(np.ascontiguousarray(found.labels).data)
    path, predictions = run.folder / _FILE, digest.hexdigest()
    with contextlib.suppress(DamagedError):
        kept = checked.read_object(path, Calibration)
        if kept.predictions == predictions:
            return kept
    if not found.are_numbers:
        raise RunError(
            f"The network of {run.name} answered with what is no number (NaN): its training diverged, and there is "
            "nothing to calibrate. Train it again with a smaller learning rate."
        )
    calibration = Calibration(fitted_temperature(found), part, len(found.ids), predictions)
    # It can be worked out again: where it is not or cannot be written, nothing is lost.
    if run not in runs.shipped():
        with contextlib.suppress(OSError):
            checked.write(path, asdict(calibration), lasting=False)
    return calibration


def fitted_temperature(found: Predictions) -> float:
    """Return the temperature with the smallest cross-entropy; 1 where no prediction is wrong, which says nothing."""
    # A third of a second, which a page that only shows what was kept should not wait for.
    from scipy.optimize import minimize_scalar

    if found.right.all():
        return 1.0
    logits, images = _logits(found.probabilities), np.arange(len(found.labels))

    def loss(log_temperature: float) -> float:
        return -float(np.mean(_log_softmax(logits / np.exp(log_temperature))[images, found.labels]))

    best = minimize_scalar(loss, bounds=(np.log(_COOLEST), np.log(_HOTTEST)), method="bounded")
    return float(np.exp(best.x))


def reliability(confidences: np.ndarray, right: np.ndarray) -> Reliability:
    """Return how often predictions are right, by how sure they are.

    Args:
        confidences: the probability given to each predicted class, float `(n,)`, 0–1.
        right: whether each prediction is right, bool `(n,)`.
    """
    edges = np.linspace(0, 1, BINS + 1)
    bins = np.searchsorted(edges[1:-1], confidences)
    counts = np.bincount(bins, minlength=BINS)
    with np.errstate(invalid="ignore"):
        confidence, accuracy = (
            np.bincount(bins, weights=values, minlength=BINS) / counts for values in (confidences, right)
        )
    return Reliability(edges, counts, confidence, accuracy)


def answering(confidences: np.ndarray, right: np.ndarray) -> Answering:
    """Return what is answered, and how well, for each threshold of confidence.

    Args:
        confidences: the probability given to each predicted class, float `(n,)`, 0–1.
        right: whether each prediction is right, bool `(n,)`.
    """
    order = np.argsort(-confidences, kind="stable")
    thresholds, hits = confidences[order], np.cumsum(right[order])
    # Equal confidences are answered together.
    last = np.flatnonzero(np.append(thresholds[1:] != thresholds[:-1], True))
    return Answering(thresholds[last], last + 1, hits[last], len(order))


def _logits(probabilities: np.ndarray) -> np.ndarray:
    """Return the logits that a softmax makes these probabilities of, up to a constant an image."""
    return np.log(np.maximum(np.asarray(probabilities, np.float64), _SMALLEST))


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    return logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
