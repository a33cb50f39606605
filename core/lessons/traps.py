"""The three traps of the book's recipes, each as something to compute: what was meant, and what happens."""

from dataclasses import dataclass

import numpy as np

from core.evaluation.explaining.turned import turned as all_turned
from core.lessons.dropout import softmax

_KERNELS, _SIDE, _CLASSES, _DENSE = 32, 3, 10, 64


@dataclass(frozen=True, eq=False)
class FirstOutputs:
    """What a network that has not learned yet makes of an image.

    Attributes:
        outputs: of its first convolution before the activation, float64 `(places, kernels)`.
        loss: the cross-entropy of its answer, by the mean over all classes that could be true.
        surest: the largest probability of its answer.
    """

    outputs: np.ndarray
    loss: float
    surest: float


def first_outputs(image: np.ndarray, scale: float, seed: int = 0) -> FirstOutputs:
    """Return what a fresh network (convolution 32 of 3×3, means, dense 64, dense 10) makes of an image's numbers.

    Its weights are drawn as Keras draws them, Glorot and Bengio's uniform ("Understanding the difficulty of training
    deep feedforward neural networks", AISTATS 2010); convolution and dense layer have ReLU.

    Args:
        image: uint8 `(height, width, channels)`, at least 3×3.
        scale: what its numbers 0–255 are multiplied with first.
        seed: of the weights.
    """
    rng = np.random.default_rng(seed)
    values = scale * image.astype(np.float64)
    windows = np.lib.stride_tricks.sliding_window_view(values, (_SIDE, _SIDE), axis=(0, 1))
    rows = windows.reshape(-1, windows.shape[2] * _SIDE * _SIDE)
    field = _SIDE * _SIDE
    outputs = rows @ _glorot(rng, rows.shape[1], field * _KERNELS, _KERNELS)
    hidden = np.maximum(outputs, 0).mean(axis=0) @ _glorot(rng, _KERNELS, _DENSE, _DENSE)
    logits = np.maximum(hidden, 0) @ _glorot(rng, _DENSE, _CLASSES, _CLASSES)
    answer = softmax(logits)
    # Computed by the logits: a probability that is 0 in floating point has a logarithm there.
    losses = np.logaddexp.reduce(logits) - logits
    return FirstOutputs(outputs, float(losses.mean()), float(answer.max()))


def _glorot(rng: np.random.Generator, fan_in: int, fan_out: int, units: int) -> np.ndarray:
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_in, units))


def turned(image: np.ndarray, angle: float) -> np.ndarray:
    """Return an image turned about its middle by so many degrees counterclockwise, edges drawn on; the given one stays.

    Args:
        image: uint8 `(height, width, 1 or 3)`.
        angle: in degrees.
    """
    made: np.ndarray = all_turned(image[np.newaxis], np.array([angle]))[0]
    return made


def batches_of_epochs(batches: int, steps: int, epochs: int) -> list[int]:
    """Return how many batches each printed epoch trains on under Keras 3, given a generator and `steps_per_epoch`.

    Keras goes on where the generator stands. Where that ends within an epoch, the epoch ends with it, and the next one
    begins from its first batch.

    Args:
        batches: that the generator has.
        steps: `steps_per_epoch`.
        epochs: that are asked for.
    """
    found, left = [], 0
    for _ in range(epochs):
        left = left or batches
        trained = min(steps, left)
        left -= trained
        found.append(trained)
    return found
