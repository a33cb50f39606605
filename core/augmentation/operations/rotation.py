"""Rotation about the middle."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.augmentation.chances import Chances
from core.augmentation.matrix import Matrix
from core.augmentation.operations.operation import Draw, Geometric, either_way, either_way_code, setting, short


@dataclass(frozen=True)
class Rotation(Geometric):
    """Turned about the middle; `theta` is in degrees, counter-clockwise."""

    neutral: ClassVar[Draw] = {"theta": 0.0}

    rotation_range: float = setting(
        0.0,
        "Rotation",
        draws=("theta",),
        minimum=0.0,
        maximum=180.0,
        step=1.0,
        unit="°",
        help="Maximum rotation in either direction.",
    )

    def drawn(self, chance: Chances, height: int, width: int) -> dict[str, np.ndarray | None]:
        """Draw an angle."""
        return {"theta": either_way(chance["theta"], self.rotation_range)}

    def matrix(self, theta: np.ndarray) -> Matrix:
        """Turn."""
        theta = np.deg2rad(theta)
        cos, sin = np.cos(theta), np.sin(theta)
        return Matrix(cos, -sin, sin, cos)

    @classmethod
    def words(cls, theta: float) -> str:
        """Say how far and which way."""
        if short(theta) == "0":
            return ""
        return f"rotated {short(theta)}° {'counterclockwise' if theta > 0 else 'clockwise'}"

    def layers(self, fill: str) -> list[str]:
        """Keras counts in whole turns."""
        return [f"RandomRotation({self.rotation_range!r} / 360, {fill})"]

    def script(self, chance: Callable[[str], str]) -> list[str]:
        """Turn."""
        return [
            f"theta = np.deg2rad({either_way_code(chance('theta'), repr(self.rotation_range))})  # rotation",
            "matrix = times(matrix, np.cos(theta), -np.sin(theta), np.sin(theta), np.cos(theta))",
        ]
