"""Adam's two moments of a weight: what its gradients make of them, and they of its steps, as Keras computes both."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Course:
    """What Adam made of a weight's gradients.

    Attributes:
        first: the first moment after each step, float64 `(steps,)`, and `second` the second.
        second: see above.
        steps: what is added to the weight at each.
    """

    first: np.ndarray
    second: np.ndarray
    steps: np.ndarray


def gradients_of(first: np.ndarray, beta_1: float) -> np.ndarray:
    """Return the gradients that made first moments, float64 `(steps,)`.

    Args:
        first: the first moment after each step, from the training's first one on, `(steps,)`.
        beta_1: how much of it stayed at each step, below 1.
    """
    before = np.concatenate([[0.0], first[:-1]])
    return np.asarray((first - beta_1 * before) / (1 - beta_1), np.float64)


def moments_of(gradients: np.ndarray, beta_1: float, beta_2: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the moving means of gradients and of their squares after each step, float64 `(steps,)` each.

    Args:
        gradients: of one weight, `(steps,)`, from the training's first step on.
        beta_1: how much of the first mean stays at each step, and `beta_2` of the second.
        beta_2: see above.
    """
    first, second = np.zeros(len(gradients)), np.zeros(len(gradients))
    mean = square = 0.0
    for step, gradient in enumerate(gradients.tolist()):
        mean += (1 - beta_1) * (gradient - mean)
        square += (1 - beta_2) * (gradient * gradient - square)
        first[step], second[step] = mean, square
    return first, second


def steps_of(
    first: np.ndarray, second: np.ndarray, rates: np.ndarray, beta_1: float, beta_2: float, epsilon: float
) -> np.ndarray:
    """Return what is added to the weight at each step, float64 `(steps,)`, without weight decay.

    Args:
        first: as `moments_of` returns it, and so `second`.
        second: see above.
        rates: the learning rate of each step, `(steps,)`.
        beta_1: as for `moments_of`, and so `beta_2`.
        beta_2: see above.
        epsilon: what keeps a division by nothing away.
    """
    numbers = np.arange(1, len(first) + 1)
    # Both means begin at 0, and at first are too small.
    unbiased = rates * np.sqrt(1 - beta_2**numbers) / (1 - beta_1**numbers)
    return np.asarray(-unbiased * first / (np.sqrt(second) + epsilon), np.float64)


def course(gradients: np.ndarray, rates: np.ndarray, beta_1: float, beta_2: float, epsilon: float) -> Course:
    """Return what Adam makes of gradients; arguments are those of `moments_of` and `steps_of`."""
    first, second = moments_of(gradients, beta_1, beta_2)
    return Course(first, second, steps_of(first, second, rates, beta_1, beta_2, epsilon))
