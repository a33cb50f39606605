"""The noise that samples are made of, and the way from one to another."""

import numpy as np

# How many samples a sheet has, about: as many for each class.
_SHEET = 50
_MOST_CLASSES = 10
_FEWEST_EACH = 2
# What draws the noise of sheets, so that it is not what trains.
_SHEET_STREAM = 1_000_003
# What draws a training step's chances, so that they are not those that shuffle and augment.
STEP_STREAM = 1_000_033


def noise(seed: int, count: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return noise of a standard normal distribution, float32 `(count, *shape)`; the first are the same for any count.

    Args:
        seed: decides it.
        count: how many samples.
        shape: that of one.
    """
    return np.random.default_rng((seed, _SHEET_STREAM)).standard_normal((count, *shape), np.float32)


def sheet_labels(classes: int) -> np.ndarray:
    """Return the classes of a sheet's samples, int16 `(n,)`: some of each class, beside each other.

    Of very many classes there are a few, evenly chosen.
    """
    shown = np.unique(np.linspace(0, classes - 1, min(classes, _MOST_CLASSES)).round().astype(np.int16))
    return np.repeat(shown, max(_FEWEST_EACH, _SHEET // len(shown)))


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return labels as networks are told them, float32 `(n, classes)`."""
    return np.eye(classes, dtype=np.float32)[labels]


def walk(first: np.ndarray, last: np.ndarray, count: int) -> np.ndarray:
    """Return noise on the way between two, float32 `(count, …)`, ends included.

    The way is the arc (spherical interpolation; K. Shoemake, "Animating rotation with quaternion curves", 1985): in
    many dimensions noise lies close to a sphere, and the straight way would lead through its inside, where none is.

    Args:
        first: float `(…)`.
        last: of the same shape.
        count: at least 2.
    """
    shares = np.linspace(0, 1, count).reshape(-1, *([1] * first.ndim))
    lengths = np.linalg.norm(first), np.linalg.norm(last)
    cosine = float(np.sum(first * last) / max(lengths[0] * lengths[1], 1e-12))
    angle = np.arccos(np.clip(cosine, -1, 1))
    if np.sin(angle) < 1e-4:
        # The same or opposite direction: there is no one arc.
        return ((1 - shares) * first + shares * last).astype(np.float32)
    parts = np.sin((1 - shares) * angle) / np.sin(angle), np.sin(shares * angle) / np.sin(angle)
    return (parts[0] * first + parts[1] * last).astype(np.float32)
