"""Erasing: a box is painted over (Zhong et al., "Random erasing data augmentation", 2017)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.augmentation.chances import Chances
from core.augmentation.operations.canvas import Canvas
from core.augmentation.operations.operation import Draw, PixelOperation, between, between_code, setting

_Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Erasing(PixelOperation):
    """Painted over in a box; `erased` has its left, top, right and bottom, the latter two not included, in pixels."""

    group = "Random erasing"
    neutral: ClassVar[Draw] = {"erased": None}
    order = 90
    when_shown: ClassVar[dict[str, float]] = {"erased": 1.0}
    in_generator = False

    erasing: float = setting(
        0.0,
        "Random erasing",
        draws=("erased_area",),
        percent=True,
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        help="Probability that a random box of the image is painted over.",
    )
    erasing_scale: tuple[float, float] = setting(
        (0.02, 0.33),
        "Box area (% of image)",
        percent=True,
        minimum=0.0,
        maximum=1.0,
        step=0.01,
        help="The box's share of the image's area.",
    )
    erasing_ratio: tuple[float, float] = setting(
        (0.3, 3.3),
        "Box aspect ratio (height ÷ width)",
        minimum=0.05,
        maximum=20.0,
        step=0.05,
        help="The box's height, divided by its width.",
    )
    erasing_value: int = setting(128, "Box gray level", minimum=0, maximum=255, step=1, help="The gray of the box.")

    def drawn(self, chance: Chances, height: int, width: int) -> dict[str, np.ndarray | None]:
        """Draw a box, cut to fit, where one is erased."""
        if not self.erasing:
            return {"erased": None}
        area = between(chance["erased_area"], self.erasing_scale) * height * width
        low, high = np.log(self.erasing_ratio)
        ratio = np.exp(between(chance["erased_ratio"], (low, high)))
        tall = np.clip(np.rint(np.sqrt(area * ratio)), 1, height)
        wide = np.clip(np.rint(np.sqrt(area / ratio)), 1, width)
        top = np.rint(chance["erased_top"] * (height - tall))
        left = np.rint(chance["erased_left"] * (width - wide))
        boxes = np.stack([left, top, left + wide, top + tall], axis=1).astype(int).tolist()
        erased = chance["erased"] >= 1 - self.erasing
        made = np.empty(len(boxes), object)
        made[:] = [tuple(box) if yes else None for box, yes in zip(boxes, erased, strict=True)]
        return {"erased": made}

    def change(self, canvas: Canvas, value: _Box) -> None:
        """Paint the box over."""
        left, top, right, bottom = value
        canvas.pixels[top:bottom, left:right] = self.erasing_value

    @classmethod
    def words(cls, value: _Box | None) -> str:
        """Say how large the box is."""
        if value is None:
            return ""
        left, top, right, bottom = value
        return f"{right - left}×{bottom - top} px erased"

    def layers(self, fill: str) -> list[str]:
        """Keras's own."""
        share, scale, value = self.erasing, self.erasing_scale, self.erasing_value
        return [f"RandomErasing(({share!r}, {share!r}), scale={scale!r}, fill_value={value!r})"]

    def layer_notes(self) -> list[str]:
        """What that layer cannot do."""
        return ["# RandomErasing draws width and height of the box apart: there is no erasing_ratio."]

    def script(self, chance: Callable[[str], str]) -> list[str]:
        """Paint the box over."""
        flat, tall = self.erasing_ratio
        return [
            f"if {chance('erased')} >= 1 - {self.erasing!r}:  # a box is painted over",
            "    height, width = image.shape[:2]",
            f"    area = ({between_code(chance('erased_area'), self.erasing_scale)}) * height * width",
            f"    low, high = np.log(({flat!r}, {tall!r}))",
            f"    ratio = np.exp(low + {chance('erased_ratio')} * (high - low))  # height by width",
            "    rows = int(np.clip(np.rint(np.sqrt(area * ratio)), 1, height))",
            "    columns = int(np.clip(np.rint(np.sqrt(area / ratio)), 1, width))",
            f"    top = int(np.rint({chance('erased_top')} * (height - rows)))",
            f"    left = int(np.rint({chance('erased_left')} * (width - columns)))",
            f"    image[top : top + rows, left : left + columns] = {self.erasing_value}",
        ]
