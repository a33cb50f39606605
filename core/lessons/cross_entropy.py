"""Softmax, cross-entropy and smoothed labels: from logits to probabilities, and what those cost."""

from dataclasses import dataclass

import numpy as np

# Keras's own clipping in its cross-entropy: no image costs more than 16.1.
SMALLEST_PROBABILITY = 1e-7
_WORST_SHARE = 0.05


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the probabilities of logits, float64 `(…, classes)`: exp(z) as shares of their sum."""
    shifted = np.asarray(logits, np.float64) - np.max(logits, axis=-1, keepdims=True)
    powers = np.exp(shifted)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def logits_of(probabilities: np.ndarray) -> np.ndarray:
    """Return logits with a sum of 0 that softmax makes these probabilities of, float64 `(classes,)`.

    Softmax forgets a constant that is added to all logits: these are the network's own but for that, and for
    probabilities below `SMALLEST_PROBABILITY`, which count as that.
    """
    logs = np.log(np.maximum(np.asarray(probabilities, np.float64), SMALLEST_PROBABILITY))
    return np.asarray(logs - logs.mean())


def targets(label: int, classes: int, smoothing: float = 0.0) -> np.ndarray:
    """Return what the probabilities should be, float64 `(classes,)`, as Keras smooths labels.

    Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016, section 7.

    Args:
        label: the true class.
        classes: how many there are.
        smoothing: the share that is divided evenly among all classes, 0–1.
    """
    made = np.full(classes, smoothing / classes)
    made[label] += 1 - smoothing
    return made


def cross_entropy(probabilities: np.ndarray, wanted: np.ndarray) -> float:
    """Return the cross-entropy in nats, −Σ wanted · ln probability, clipped as Keras does.

    Args:
        probabilities: float `(classes,)`, with a sum of 1.
        wanted: from `targets`.
    """
    clipped = np.clip(np.asarray(probabilities, np.float64), SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return float(-(wanted * np.log(clipped)).sum())


@dataclass(frozen=True)
class BatchLosses:
    """What a run's images cost.

    Attributes:
        probabilities: some of those of the true classes, from the lowest to the highest, evenly along their order.
        images: how many images there are.
        mean: the mean loss, which is what a training makes small.
        median: the loss that half of the images are below.
        worst: the share of the whole loss that is due to the 5% of images that cost most, 0–1.
    """

    probabilities: list[float]
    images: int
    mean: float
    median: float
    worst: float


def batch_losses(of_true: np.ndarray, most: int = 300) -> BatchLosses | None:
    """Sum up what images cost; `None` where there is none, or a probability is no number.

    Args:
        of_true: the probability of each image's true class, float `(n,)`, 0–1.
        most: of how many the probabilities are told.
    """
    if not len(of_true) or not np.isfinite(of_true).all():
        return None
    ordered = np.sort(np.clip(of_true.astype(np.float64), SMALLEST_PROBABILITY, 1.0))
    losses = -np.log(ordered)
    whole = float(losses.sum())
    worst = losses[: max(1, round(_WORST_SHARE * len(losses)))].sum() / whole if whole else 0.0
    places = np.linspace(0, len(ordered) - 1, min(most, len(ordered))).round().astype(int)
    return BatchLosses(
        ordered[places].round(5).tolist(), len(ordered), float(losses.mean()), float(np.median(losses)), float(worst)
    )
