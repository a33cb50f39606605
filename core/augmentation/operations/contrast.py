"""Contrast: every value's distance from its channel's mean times a factor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.augmentation.chances import Chances
from core.augmentation.operations.canvas import Canvas
from core.augmentation.operations.operation import Draw, PixelOperation, between, between_code, setting

_VALUES = np.arange(256, dtype=np.float32)


@dataclass(frozen=True)
class Contrast(PixelOperation):
    """Made stronger or flatter as by Keras's `RandomContrast`."""

    group = "Color"
    neutral: ClassVar[Draw] = {"contrast": None}
    order = 30
    in_generator = False

    contrast_range: tuple[float, float] | None = setting(
        None,
        "Contrast",
        draws=("contrast",),
        minimum=0.0,
        maximum=4.0,
        step=0.05,
        unit="×",
        help="Scales the distance from the mean. Below 1 lowers contrast, above 1 raises it.",
    )

    def drawn(self, chance: Chances, height: int, width: int) -> dict[str, np.ndarray | None]:
        """Draw a factor."""
        limits = self.contrast_range
        return {"contrast": None if limits is None else between(chance["contrast"], limits)}

    def change(self, canvas: Canvas, value: float) -> None:
        """Look up what becomes of each value, channel by channel."""
        import cv2

        pixels = canvas.pixels
        means = np.array(cv2.mean(pixels)[: pixels.shape[2]], np.float32)
        table = np.clip(np.rint((_VALUES[:, np.newaxis] - means) * np.float32(value) + means), 0, 255)
        cv2.LUT(pixels, table.astype(np.uint8)[np.newaxis], pixels)

    @classmethod
    def words(cls, value: float | None) -> str:
        """Say the factor."""
        return "" if value is None else f"contrast × {value:.2f}"

    def _factors(self) -> tuple[float, float]:
        """Return how far below and above 1 the factors go, as Keras counts."""
        assert self.contrast_range is not None  # noqa: S101 it is on
        low, high = self.contrast_range
        return round(1 - low, 6), round(high - 1, 6)

    def layers(self, fill: str) -> list[str]:
        """Keras's own."""
        below, above = self._factors()
        return [f"RandomContrast(({below}, {above}))"] if below <= above else []

    def layer_notes(self) -> list[str]:
        """What that layer cannot do."""
        below, above = self._factors()
        assert self.contrast_range is not None  # noqa: S101 it is on
        low, high = self.contrast_range
        said = f"# No RandomContrast draws from {low} to {high}: it exchanges the two where {below} > {above}."
        return [] if below <= above else [said]

    def script(self, chance: Callable[[str], str]) -> list[str]:
        """Take the distances."""
        assert self.contrast_range is not None  # noqa: S101 it is on
        return [
            f"contrast = np.float32({between_code(chance('contrast'), self.contrast_range)})",
            "means = image.mean(axis=(0, 1)).astype(np.float32)  # each channel's",
            "image = np.clip(np.rint((image - means) * contrast + means), 0, 255).astype(np.uint8)",
        ]
