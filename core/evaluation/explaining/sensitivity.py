"""How a network's answer changes when its image is shifted, turned or made brighter a little."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.augmentation import Augmentation, Draw


@dataclass(frozen=True)
class Change:
    """A way to change an image by degrees.

    Attributes:
        title: what is done.
        unit: of its values, for an axis.
        values: how much, ascending; in the middle the one that changes nothing.
        draw: makes of a value, and an image's height and width, what is done to it.
    """

    title: str
    unit: str
    values: tuple[float, ...]
    draw: Callable[[float, int, int], Draw]

    @property
    def middle(self) -> int:
        """The position of the value that changes nothing."""
        return len(self.values) // 2

    def in_words(self, value: float) -> str:
        """Return a value with its unit, short."""
        short = self.unit.partition(" ")[0]
        return f"×{value:g}" if short == "factor" else f"{value:+g}{short}".replace("-", "−")


def _drawn(theta: float = 0, right: float = 0, down: float = 0, brightness: float | None = None) -> Draw:
    return Draw(
        theta=theta,
        tx=-right,
        ty=-down,
        shear=0.0,
        zx=1.0,
        zy=1.0,
        flip_horizontal=False,
        flip_vertical=False,
        channel_shift_intensity=None,
        brightness=brightness,
        contrast=None,
        erased=None,
    )


_SHIFTS = (-20, -15, -10, -5, 0, 5, 10, 15, 20)
CHANGES = (
    Change(
        "Horizontal shift", "% of the width", _SHIFTS, lambda value, _height, width: _drawn(right=value / 100 * width)
    ),
    Change(
        "Vertical shift",
        "% of the height",
        _SHIFTS,
        lambda value, height, _width: _drawn(down=value / 100 * height),
    ),
    # Clockwise, as people turn things: a draw's angle goes the other way.
    Change("Rotation", "° clockwise", tuple(range(-30, 31, 5)), lambda value, _height, _width: _drawn(theta=-value)),
    Change(
        "Brightness",
        "factor",
        (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8),
        lambda value, _height, _width: _drawn(brightness=value),
    ),
)


def changed(image: np.ndarray) -> np.ndarray:
    """Return an image changed in all ways, one after the other, by each of their values.

    Args:
        image: uint8 `(height, width, 1 or 3)`. Beyond its edges it goes on as its outermost pixels.

    Returns:
        uint8 `(n, height, width, 1 or 3)`, n the number of all values of `CHANGES`.
    """
    height, width = image.shape[:2]
    draws = [change.draw(value, height, width) for change in CHANGES for value in change.values]
    return Augmentation().apply(np.repeat(image[np.newaxis], len(draws), axis=0), draws)


def by_change(probabilities: np.ndarray) -> list[np.ndarray]:
    """Divide the answers to `changed`'s images by the way in which they were changed.

    Args:
        probabilities: float `(n, classes)`.

    Returns:
        For each of `CHANGES` float `(values, classes)`.
    """
    ends = np.cumsum([len(change.values) for change in CHANGES])[:-1]
    return np.split(probabilities, ends)


def in_words(change: Change, probabilities: np.ndarray, class_names: tuple[str, ...]) -> str:
    """Say how far an image can be changed before the answer becomes another.

    Args:
        change: what was done.
        probabilities: float `(values, classes)`.
        class_names: one text a class.
    """
    answers = probabilities.argmax(axis=1)
    answer = answers[change.middle]
    others = np.flatnonzero(answers != answer)
    if not len(others):
        return f"Always predicted as {class_names[answer]}."
    nearest = others[np.argmin(np.abs(others - change.middle))]
    return (
        f"Prediction changes from {class_names[answer]} to {class_names[answers[nearest]]} at "
        f"{change.in_words(change.values[nearest])}."
    )
