"""Blur by a Gaussian."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.augmentation.chances import Chances
from core.augmentation.operations.canvas import Canvas
from core.augmentation.operations.operation import Draw, PixelOperation, between, between_code, setting


@dataclass(frozen=True)
class Blur(PixelOperation):
    """Blurred; `blur` is the Gaussian's standard deviation in pixels."""

    group = "Focus"
    neutral: ClassVar[Draw] = {"blur": None}
    order = 40
    in_generator = False

    blur_range: tuple[float, float] = setting(
        (0.0, 0.0),
        "Blur",
        draws=("blur",),
        minimum=0.0,
        maximum=10.0,
        step=0.1,
        unit="px",
        help="Blurred by a Gaussian with a standard deviation from this range, in pixels.",
    )

    def drawn(self, chance: Chances, height: int, width: int) -> dict[str, np.ndarray | None]:
        """Draw a standard deviation."""
        return {"blur": between(chance["blur"], self.blur_range) if self.moving else None}

    def change(self, canvas: Canvas, value: float) -> None:
        """Blur, with a kernel as large as OpenCV finds right."""
        import cv2

        if value > 0:
            cv2.GaussianBlur(canvas.pixels, (0, 0), value, canvas.pixels)

    @classmethod
    def words(cls, value: float | None) -> str:
        """Say how far."""
        return "" if value is None or value < 0.05 else f"blurred by {value:.1f} px"

    def layers(self, fill: str) -> list[str]:
        """Keras's own."""
        low, high = self.blur_range
        return [f"RandomGaussianBlur(kernel_size={2 * math.ceil(3 * high) + 1}, sigma=({min(low, 1.0)!r}, {high!r}))"]

    def layer_notes(self) -> list[str]:
        """What that layer cannot do."""
        return ["# RandomGaussianBlur draws one sigma for a whole batch, from 1 downwards at its lower end."]

    def script(self, chance: Callable[[str], str]) -> list[str]:
        """Blur."""
        return [
            f"blur = {between_code(chance('blur'), self.blur_range)}  # a standard deviation in pixels",
            "if blur > 0:",
            "    image = cv2.GaussianBlur(image, (0, 0), blur).reshape(image.shape)",
        ]
