"""Channel shift: something is added to every value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.augmentation.chances import Chances
from core.augmentation.operations.canvas import Canvas
from core.augmentation.operations.operation import Draw, PixelOperation, either_way, either_way_code, setting


@dataclass(frozen=True)
class ChannelShift(PixelOperation):
    """Values moved within the image's own range, as Keras's `apply_channel_shift` does."""

    group = "Color"
    neutral: ClassVar[Draw] = {"channel_shift_intensity": None}
    order = 10
    on_values = True

    channel_shift_range: float = setting(
        0.0,
        "Channel shift",
        draws=("channel_shift_intensity",),
        minimum=0.0,
        maximum=255.0,
        step=1.0,
        help="Maximum amount added to or subtracted from every pixel value.",
    )

    def drawn(self, chance: Chances, height: int, width: int) -> dict[str, np.ndarray | None]:
        """Draw what is added."""
        on, limit = bool(self.channel_shift_range), self.channel_shift_range
        return {"channel_shift_intensity": either_way(chance["channel_shift_intensity"], limit) if on else None}

    def change(self, canvas: Canvas, value: float) -> None:
        """Add it; the image's smallest and largest values limit what comes out."""
        pixels = canvas.pixels
        canvas.values = np.clip(canvas.values + np.float32(value), pixels.min(), pixels.max())

    @classmethod
    def words(cls, value: float | None) -> str:
        """Say what is added."""
        return "" if value is None else f"values {value:+.0f}"

    def layers(self, fill: str) -> list[str]:
        """What Keras 3 calls brightness is added."""
        return [f"RandomBrightness({self.channel_shift_range!r} / 255)"]

    def script(self, chance: Callable[[str], str]) -> list[str]:
        """Add it."""
        return [
            f"shift = {either_way_code(chance('channel_shift_intensity'), repr(self.channel_shift_range))}",
            "values = np.clip(values + np.float32(shift), image.min(), image.max())",
        ]
