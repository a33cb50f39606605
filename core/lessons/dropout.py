"""Dropout: what leaving out a layer's values at random does to the answers of the layer after it.

Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR 15 (2014), 1929–1958;
scaled in training by 1/(1−p) as Keras does it ("inverted dropout"), so that nothing is to be done when predicting.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Dropped:
    """What some masks make of a layer's values.

    Attributes:
        masks: what each value is multiplied with, float32 `(masks, d)`: 0, or the scale.
        sums: the sum of the values after each mask, float64 `(masks,)`.
        answers: the probabilities after each mask, float64 `(masks, classes)`.
    """

    masks: np.ndarray
    sums: np.ndarray
    answers: np.ndarray


def masks(chances: np.ndarray, rate: float, *, scaled: bool = True) -> np.ndarray:
    """Return what values are multiplied with in training, float32 of the shape of `chances`.

    Args:
        chances: uniform random numbers in [0, 1): a value whose number is below the rate is left out. The same numbers
            at a higher rate leave out the same values and more.
        rate: the share p that is left out, in [0, 1).
        scaled: whether what stays is multiplied with 1/(1−p), as Keras does; else with 1.
    """
    kept = np.asarray(chances) >= rate
    return (kept / (1 - rate if scaled else 1.0)).astype(np.float32)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return probabilities of logits, float64 `(…, classes)`."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def dropped(
    values: np.ndarray, kernel: np.ndarray, bias: np.ndarray, chances: np.ndarray, rate: float, *, scaled: bool = True
) -> Dropped:
    """Return what a network whose last layer is dense, with softmax, answers after each of some masks.

    Args:
        values: what the last layer is given when predicting, float `(d,)`.
        kernel: of that layer, float `(d, classes)`.
        bias: of it, float `(classes,)`.
        chances: as `masks` takes them, `(masks, d)`.
        rate: the share that is left out, in [0, 1).
        scaled: as for `masks`.
    """
    drawn = masks(chances, rate, scaled=scaled)
    left = drawn * np.asarray(values, np.float64)
    return Dropped(drawn, left.sum(axis=1), softmax(left @ kernel + bias))
