"""Zoom, along the width and the height apart."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.augmentation.chances import Chances
from core.augmentation.matrix import Matrix
from core.augmentation.operations.operation import Draw, Geometric, between, between_code, setting


@dataclass(frozen=True)
class Zoom(Geometric):
    """Enlarged or made smaller; `zx` above 1 makes an image narrower, and `zy` lower."""

    neutral: ClassVar[Draw] = {"zx": 1.0, "zy": 1.0}

    zoom_range: tuple[float, float] = setting(
        (1.0, 1.0),
        "Zoom",
        draws=("zx", "zy"),
        minimum=0.1,
        maximum=4.0,
        step=0.01,
        unit="×",
        help=(
            "Zoom range, drawn separately for width and height. Below 1 zooms in, above 1 zooms out. A "
            "single number z means 1 − z to 1 + z."
        ),
    )

    @classmethod
    def taken(cls, value: Any) -> Any:
        """A single number stands for a pair, as in Keras."""
        single = isinstance(value, int | float) and not isinstance(value, bool)
        return (1 - value, 1 + value) if single else value

    def drawn(self, chance: Chances, height: int, width: int) -> dict[str, np.ndarray | None]:
        """Draw two factors."""
        return {name: between(chance[name], self.zoom_range) for name in ("zx", "zy")}

    def matrix(self, zx: np.ndarray, zy: np.ndarray) -> Matrix:
        """Stretch."""
        return Matrix(xx=zx, yy=zy)

    @classmethod
    def words(cls, zx: float, zy: float) -> str:
        """Say how large it becomes."""
        wide, high = f"{100 / zx:.0f}%", f"{100 / zy:.0f}%"
        if (wide, high) == ("100%", "100%"):
            return ""
        return f"scaled to {wide}" if wide == high else f"scaled to {wide} × {high}"

    def layers(self, fill: str) -> list[str]:
        """Keras counts from the image's own size."""
        low, high = self.zoom_range
        factor = (round(min(low, 2) - 1, 6), round(min(high, 2) - 1, 6))
        return [f"RandomZoom(height_factor={factor}, width_factor={factor}, {fill})"]

    def layer_notes(self) -> list[str]:
        """What that layer cannot do."""
        return ["# RandomZoom sees twice the image's size at most."] if self.zoom_range[1] > 2 else []

    def script(self, chance: Callable[[str], str]) -> list[str]:
        """Stretch."""
        return [
            f"zx = {between_code(chance('zx'), self.zoom_range)}",
            f"zy = {between_code(chance('zy'), self.zoom_range)}",
            "matrix = times(matrix, xx=zx, yy=zy)",
        ]
