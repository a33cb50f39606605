"""Flips: left and right, or top and bottom, exchanged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.augmentation.chances import Chances
from core.augmentation.matrix import Matrix
from core.augmentation.operations.operation import Draw, Geometric, setting


@dataclass(frozen=True)
class Flip(Geometric):
    """Mirrored, each way in every second image by chance."""

    neutral: ClassVar[Draw] = {"flip_horizontal": False, "flip_vertical": False}

    horizontal_flip: bool = setting(
        False,
        "Horizontal flip",
        draws=("flip_horizontal",),
        label="Horizontal flip",
        help="Mirrors each image left to right with probability 50%.",
    )
    vertical_flip: bool = setting(
        False,
        "Vertical flip",
        draws=("flip_vertical",),
        label="Vertical flip",
        help="Flips each image upside down with probability 50%.",
    )

    def drawn(self, chance: Chances, height: int, width: int) -> dict[str, np.ndarray | None]:
        """Draw yes or no."""
        return {
            "flip_horizontal": (chance["flip_horizontal"] >= 0.5) & self.horizontal_flip,
            "flip_vertical": (chance["flip_vertical"] >= 0.5) & self.vertical_flip,
        }

    def matrix(self, flip_horizontal: np.ndarray, flip_vertical: np.ndarray) -> Matrix:
        """A flip is a zoom by −1."""
        return Matrix(xx=1.0 - 2.0 * flip_horizontal, yy=1.0 - 2.0 * flip_vertical)

    @classmethod
    def words(cls, flip_horizontal: bool, flip_vertical: bool) -> str:
        """Say which way."""
        said = [
            *(["flipped horizontally"] if flip_horizontal else []),
            *(["flipped vertically"] if flip_vertical else []),
        ]
        return " · ".join(said)

    def layers(self, fill: str) -> list[str]:
        """One layer does both."""
        ways = [name.removesuffix("_flip") for name in self.moving]
        return [f"RandomFlip({'_and_'.join(ways)!r})"]

    def script(self, chance: Callable[[str], str]) -> list[str]:
        """A flip is a zoom by -1."""
        ways = {"xx": ("flip_horizontal", self.horizontal_flip), "yy": ("flip_vertical", self.vertical_flip)}
        flips = [f"{way}=1 - 2 * ({chance(name)} >= 0.5)" for way, (name, on) in ways.items() if on]
        return [f"matrix = times(matrix, {', '.join(flips)})  # a flip is a zoom by -1"]
