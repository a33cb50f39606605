"""Batch normalisation: a layer's values brought to mean 0 and deviation 1, by the batch or by running averages.

Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift", ICML
2015; the running averages as Keras keeps them.
"""

from typing import NamedTuple

import numpy as np

EPSILON = 1e-3
"""What Keras adds to the variance."""


class Statistics(NamedTuple):
    """Mean and variance of each channel, float64 `(channels,)`; over some batches `(batches, channels)`."""

    mean: np.ndarray
    variance: np.ndarray


def statistics(values: np.ndarray) -> Statistics:
    """Return a batch's mean and variance (of the n values, not n − 1) by channel.

    Args:
        values: float `(n, …, channels)`.
    """
    axes = tuple(range(values.ndim - 1))
    exact = np.asarray(values, np.float64)
    return Statistics(exact.mean(axis=axes), exact.var(axis=axes))


def normalised(
    values: np.ndarray, seen: Statistics, gamma: np.ndarray, beta: np.ndarray, epsilon: float = EPSILON
) -> np.ndarray:
    """Return γ (x − mean) / √(variance + ε) + β, float64 of the shape of `values`.

    Args:
        values: float `(n, …, channels)`.
        seen: of this batch in training, the running averages when predicting.
        gamma: the learned scale, and `beta` the learned offset, float `(channels,)`.
        beta: see above.
        epsilon: what is added to the variance.
    """
    scaled: np.ndarray = (values - seen.mean) / np.sqrt(seen.variance + epsilon)
    return gamma * scaled + beta


def running(before: Statistics, batch: Statistics, momentum: float) -> Statistics:
    """Return the running averages after a batch: momentum of what they were, the rest of the batch's own."""
    mean, variance = (momentum * kept + (1 - momentum) * seen for kept, seen in zip(before, batch, strict=True))
    return Statistics(mean, variance)


def of_batches(means: np.ndarray, squares: np.ndarray, size: int) -> Statistics:
    """Return mean and variance of each whole batch of images that follow each other, float64 `(batches, channels)`.

    Args:
        means: each image's mean of its values by channel, float `(n, channels)`.
        squares: each image's mean of their squares, of the same shape.
        size: how many images a batch has, at most n.
    """
    count = len(means) // size
    first, second = (
        np.asarray(each[: count * size], np.float64).reshape(count, size, -1).mean(axis=1) for each in (means, squares)
    )
    return Statistics(first, np.maximum(second - first**2, 0.0))
