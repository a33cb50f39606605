"""Brightness: every value times a factor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.augmentation.chances import Chances
from core.augmentation.operations.canvas import Canvas
from core.augmentation.operations.operation import Draw, PixelOperation, between, between_code, setting


@dataclass(frozen=True)
class Brightness(PixelOperation):
    """Brightened or darkened as by Keras's `apply_brightness_shift`, which hands the image to Pillow."""

    group = "Color"
    neutral: ClassVar[Draw] = {"brightness": None}
    order = 20
    on_values = True

    brightness_range: tuple[float, float] | None = setting(
        None,
        "Brightness",
        draws=("brightness",),
        minimum=0.0,
        maximum=4.0,
        step=0.05,
        unit="×",
        help="Multiplies every pixel value. Below 1 darkens, above 1 brightens.",
    )

    def drawn(self, chance: Chances, height: int, width: int) -> dict[str, np.ndarray | None]:
        """Draw a factor."""
        limits = self.brightness_range
        return {"brightness": None if limits is None else between(chance["brightness"], limits)}

    def change(self, canvas: Canvas, value: float) -> None:
        """Multiply whole numbers, and cut the decimals off."""
        canvas.values = np.trunc(np.minimum(np.trunc(canvas.values) * np.float32(value), 255))

    @classmethod
    def words(cls, value: float | None) -> str:
        """Say the factor."""
        return "" if value is None else f"brightness × {value:.2f}"

    def layers(self, fill: str) -> list[str]:
        """None."""
        return []

    def layer_notes(self) -> list[str]:
        """What Keras lacks."""
        return ["# No layer multiplies values as brightness_range does: RandomBrightness adds to them."]

    def script(self, chance: Callable[[str], str]) -> list[str]:
        """Multiply."""
        assert self.brightness_range is not None  # noqa: S101 it is on
        return [
            f"brightness = {between_code(chance('brightness'), self.brightness_range)}",
            "values = np.trunc(np.minimum(np.trunc(values) * np.float32(brightness), 255))",
        ]
