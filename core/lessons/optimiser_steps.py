"""Optimisers on surfaces of two weights: the steps that Keras takes, and where they lead.

The script of `pages/components/optimiser_race/` takes the same ones; tests hold both, and Keras, to one another.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SGD, MOMENTUM, NESTEROV, ADAM, ADAMW, RMSPROP = "sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop"
KINDS = (SGD, MOMENTUM, NESTEROV, ADAM, ADAMW, RMSPROP)
# Keras's own for AdamW.
WEIGHT_DECAY = 0.004
# So far beyond its side a point has left a surface for good.
_FAR = 50.0


@dataclass(frozen=True)
class Rates:
    """What is dragged.

    Attributes:
        learning_rate: of all optimisers.
        beta_1: how much of the mean of gradients stays at each step: momentum, and Adam's β₁.
        beta_2: how much of the mean of squares stays: Adam's β₂, and RMSprop's ρ.
        epsilon: what keeps a division by nothing away.
    """

    learning_rate: float
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7


@dataclass(frozen=True)
class Surface:
    """A loss of two weights.

    Attributes:
        title: for people.
        said: what is hard about it, in a sentence.
        middle: of the part that is shown, and `reach`: how far that goes to each side.
        reach: see above.
        start: where a race usually begins.
        formula: as it is written.
        value: the loss at a point.
        gradient: its slope there.
    """

    title: str
    said: str
    middle: tuple[float, float]
    reach: float
    start: tuple[float, float]
    formula: str
    value: Callable[[float, float], float]
    gradient: Callable[[float, float], tuple[float, float]]


SURFACES: dict[str, Surface] = {
    "bowl": Surface(
        "Bowl",
        "Equally steep on all sides: the gradient points at the minimum, and plain steps are enough.",
        (0, 0),
        2,
        (-1.6, 1.2),
        "x² + y²",
        lambda x, y: x * x + y * y,
        lambda x, y: (2 * x, 2 * y),
    ),
    "ravine": Surface(
        "Ravine",
        "Eighty times as steep across as along: steps short enough not to be thrown about crawl along the bottom.",
        (0, 0),
        2,
        (-1.8, 1.0),
        "0.05 x² + 4 y²",
        lambda x, y: 0.05 * x * x + 4 * y * y,
        lambda x, y: (0.1 * x, 8 * y),
    ),
    "saddle": Surface(
        "Saddle",
        "A minimum one way and a maximum the other: near the middle there is hardly a gradient to follow.",
        (0, 0),
        2,
        (-1.6, 0.01),
        "x² − y² + y⁴ / 4",
        lambda x, y: x * x - y * y + 0.25 * y**4,
        lambda x, y: (2 * x, -2 * y + y**3),
    ),
    "rosenbrock": Surface(
        "Curved valley",
        "Rosenbrock's function, its walls a tenth as steep: the valley is soon found, and its bend takes long.",
        (0, 1),
        2,
        (-1.5, 2.2),
        "(1 − x)² + 10 (y − x²)²",
        lambda x, y: (1 - x) ** 2 + 10 * (y - x * x) ** 2,
        lambda x, y: (-2 * (1 - x) - 40 * x * (y - x * x), 20 * (y - x * x)),
    ),
    "minima": Surface(
        "Two minima",
        "The left one is lower. Which one is reached depends on the start, and on how much speed is kept.",
        (0, 0),
        2,
        (1.7, 1.3),
        "(x² − 1)² + 0.3 x + y²",
        lambda x, y: (x * x - 1) ** 2 + 0.3 * x + y * y,
        lambda x, y: (4 * x * (x * x - 1) + 0.3, 2 * y),
    ),
}


@dataclass(frozen=True, eq=False)
class Race:
    """Where an optimiser went.

    Attributes:
        points: the start and the point after each step, float64 `(n, 2)`, all of them numbers.
        diverged: after which step it was beyond all bounds; `None`: it was not.
    """

    points: np.ndarray
    diverged: int | None


def race(kind: str, rates: Rates, surface: Surface, start: tuple[float, float], steps: int) -> Race:
    """Take steps until they are done, or lead beyond all bounds.

    Args:
        kind: one of `KINDS`.
        rates: what is dragged.
        surface: where the steps are taken.
        start: the two weights at first.
        steps: how many.
    """
    point, points = np.array(start, np.float64), [np.array(start, np.float64)]
    mean, square = np.zeros(2), np.zeros(2)
    for step in range(1, steps + 1):
        gradient = np.array(surface.gradient(*point.tolist()))
        point, mean, square = _stepped(kind, rates, step, point, gradient, mean, square)
        if not np.isfinite(point).all() or np.abs(point - surface.middle).max() > _FAR * surface.reach:
            return Race(np.array(points), step)
        points.append(point)
    return Race(np.array(points), None)


def _stepped(
    kind: str, rates: Rates, step: int, point: np.ndarray, gradient: np.ndarray, mean: np.ndarray, square: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the next point, and the means of gradients and of their squares after it."""
    rate = rates.learning_rate
    if kind == SGD:
        return point - rate * gradient, mean, square
    if kind in (MOMENTUM, NESTEROV):
        mean = rates.beta_1 * mean - rate * gradient
        ahead = rates.beta_1 * mean - rate * gradient if kind == NESTEROV else mean
        return point + ahead, mean, square
    square = square + (1 - rates.beta_2) * (gradient**2 - square)
    if kind == RMSPROP:
        return point - rate * gradient / np.sqrt(square + rates.epsilon), mean, square
    if kind == ADAMW:
        point = point - WEIGHT_DECAY * rate * point
    mean = mean + (1 - rates.beta_1) * (gradient - mean)
    unbiased = rate * math.sqrt(1 - rates.beta_2**step) / (1 - rates.beta_1**step)
    return point - unbiased * mean / (np.sqrt(square) + rates.epsilon), mean, square


def code(rates: Rates) -> str:
    """Return the Keras optimisers that take the same steps."""
    rate, first, second, epsilon = rates.learning_rate, rates.beta_1, rates.beta_2, rates.epsilon
    adam = f"{rate:g}, beta_1={first:g}, beta_2={second:g}, epsilon={epsilon:g}"
    return "\n".join(
        (
            f"keras.optimizers.SGD({rate:g})",
            f"keras.optimizers.SGD({rate:g}, momentum={first:g})",
            f"keras.optimizers.SGD({rate:g}, momentum={first:g}, nesterov=True)",
            f"keras.optimizers.Adam({adam})",
            f"keras.optimizers.AdamW({adam}, weight_decay={WEIGHT_DECAY:g})",
            f"keras.optimizers.RMSprop({rate:g}, rho={second:g}, epsilon={epsilon:g})",
        )
    )
