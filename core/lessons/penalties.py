"""L1 and L2: what a penalty on the size of weights costs, and what it does to them.

One step takes a weight v to where ½(w − v)² plus the penalty is least: the proximal operator of the penalty (Parikh and
Boyd, "Proximal Algorithms", 2014, §6.5.2). Training does the same little by little: n steps of gradient descent at rate
η with a small factor f add up to about λ = nηf.
"""

from collections.abc import Callable

import numpy as np

L1, L2 = "L1", "L2"


def l1(weights: np.ndarray, factor: float) -> float:
    """Return what `keras.regularizers.L1(factor)` adds to the loss: the factor times the sum of |w|."""
    return factor * float(np.abs(np.asarray(weights, np.float64)).sum())


def l2(weights: np.ndarray, factor: float) -> float:
    """Return what `keras.regularizers.L2(factor)` adds to the loss: the factor times the sum of w²."""
    return factor * float(np.square(np.asarray(weights, np.float64)).sum())


def l1_step(weights: np.ndarray, strength: float) -> np.ndarray:
    """Return where ½(w − v)² + λ|w| is least, of each weight v: λ nearer to 0, and 0 where it was nearer than that.

    Args:
        weights: float, of any shape.
        strength: λ, at least 0.
    """
    stepped: np.ndarray = np.sign(weights) * np.maximum(np.abs(weights) - strength, 0.0)
    return stepped


def l2_step(weights: np.ndarray, strength: float) -> np.ndarray:
    """Return where ½(w − v)² + λw² is least, of each weight v: all the same share nearer to 0, none at it."""
    stepped: np.ndarray = np.asarray(weights) / (1.0 + 2.0 * strength)
    return stepped


STEPS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {L1: l1_step, L2: l2_step}


def contour(kind: str, through: tuple[float, float], points: int = 96) -> tuple[list[float], list[float]]:
    """Return the line of all pairs of weights whose penalty is that of one of them, closed.

    Args:
        kind: `L1`: a square on its corner; `L2`: a circle.
        through: a pair of weights.
        points: about how many are drawn.
    """
    angles = np.linspace(0, 2 * np.pi, 4 * (points // 4) + 1)
    across, up = np.cos(angles), np.sin(angles)
    if kind == L1:
        size = (abs(through[0]) + abs(through[1])) / (np.abs(across) + np.abs(up))
    else:
        size = np.full(len(angles), np.hypot(*through))
    return (size * across).tolist(), (size * up).tolist()


def path(kind: str, begin: tuple[float, float], strongest: float, points: int = 60) -> tuple[list[float], list[float]]:
    """Return the way of a pair of weights while λ grows from 0 to `strongest`."""
    found = np.array([STEPS[kind](np.array(begin), each) for each in np.linspace(0, strongest, points)])
    return found[:, 0].tolist(), found[:, 1].tolist()
