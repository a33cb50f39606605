"""Sharpness: every value's distance from its neighbourhood's mean times a factor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.augmentation.chances import Chances
from core.augmentation.operations.canvas import Canvas
from core.augmentation.operations.operation import Draw, PixelOperation, between, between_code, setting

# Pillow's and Keras's smoothing.
_SMOOTHING = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]], np.float32) / 13


@dataclass(frozen=True)
class Sharpness(PixelOperation):
    """Sharpened or softened as by Pillow's `ImageEnhance.Sharpness`, but up to the edges."""

    group = "Focus"
    neutral: ClassVar[Draw] = {"sharpness": None}
    order = 50
    in_generator = False

    sharpness_range: tuple[float, float] = setting(
        (1.0, 1.0),
        "Sharpness",
        draws=("sharpness",),
        minimum=0.0,
        maximum=4.0,
        step=0.05,
        unit="×",
        help="A factor for the distance from the neighbors' mean: below 1 softens, above 1 sharpens.",
    )

    def drawn(self, chance: Chances, height: int, width: int) -> dict[str, np.ndarray | None]:
        """Draw a factor."""
        return {"sharpness": between(chance["sharpness"], self.sharpness_range) if self.moving else None}

    def change(self, canvas: Canvas, value: float) -> None:
        """Go from the smoothed image towards this one, and beyond it."""
        import cv2

        pixels = canvas.pixels
        smooth = cv2.filter2D(pixels, -1, _SMOOTHING, borderType=cv2.BORDER_REPLICATE).reshape(pixels.shape)
        cv2.addWeighted(pixels, value, smooth, 1 - value, 0, pixels)

    @classmethod
    def words(cls, value: float | None) -> str:
        """Say the factor."""
        return "" if value is None else f"sharpness × {value:.2f}"

    def layers(self, fill: str) -> list[str]:
        """Keras counts from 0 to 1, where a half leaves images as they are."""
        low, high = (round(min(each, 2) / 2, 6) for each in self.sharpness_range)
        return [f"RandomSharpness(({low}, {high}))"]

    def layer_notes(self) -> list[str]:
        """What that layer cannot do."""
        return ["# RandomSharpness goes up to a factor of 2."] if self.sharpness_range[1] > 2 else []

    def script(self, chance: Callable[[str], str]) -> list[str]:
        """Sharpen."""
        return [
            f"sharpness = {between_code(chance('sharpness'), self.sharpness_range)}",
            "smoothing = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]], np.float32) / 13",
            "smooth = cv2.filter2D(image, -1, smoothing, borderType=cv2.BORDER_REPLICATE).reshape(image.shape)",
            "image = cv2.addWeighted(image, sharpness, smooth, 1 - sharpness, 0).reshape(image.shape)",
        ]
