"""Shear: a slant about the middle."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.augmentation.chances import Chances
from core.augmentation.matrix import Matrix
from core.augmentation.operations.operation import Draw, Geometric, either_way, either_way_code, setting, short


@dataclass(frozen=True)
class Shear(Geometric):
    """Slanted as Keras slants; `shear` is in degrees."""

    neutral: ClassVar[Draw] = {"shear": 0.0}

    shear_range: float = setting(
        0.0,
        "Shear",
        draws=("shear",),
        minimum=0.0,
        maximum=80.0,
        step=1.0,
        unit="°",
        help="Maximum shear angle in either direction.",
    )

    def drawn(self, chance: Chances, height: int, width: int) -> dict[str, np.ndarray | None]:
        """Draw an angle."""
        return {"shear": either_way(chance["shear"], self.shear_range)}

    def matrix(self, shear: np.ndarray) -> Matrix:
        """Slant the columns, and bring the rows closer together."""
        shear = np.deg2rad(shear)
        return Matrix(xy=-np.sin(shear), yy=np.cos(shear))

    @classmethod
    def words(cls, shear: float) -> str:
        """Say how far and which way."""
        return "" if short(shear) == "0" else f"sheared {short(shear)}° {'left' if shear > 0 else 'right'}"

    def layers(self, fill: str) -> list[str]:
        """Keras wants the tangent."""
        share = min(math.tan(math.radians(self.shear_range)), 1.0)
        return [f"RandomShear(x_factor=(0.0, {share:.4f}), {fill})"]

    def layer_notes(self) -> list[str]:
        """What that layer cannot do."""
        return ["# RandomShear slants about a corner, and by 45° at most."]

    def script(self, chance: Callable[[str], str]) -> list[str]:
        """Slant."""
        return [
            f"shear = np.deg2rad({either_way_code(chance('shear'), repr(self.shear_range))})",
            "matrix = times(matrix, xy=-np.sin(shear), yy=np.cos(shear))",
        ]
