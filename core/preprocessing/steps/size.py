"""Steps on the size of an image."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image, ImageOps

from core.preprocessing.steps.base import Step
from core.preprocessing.steps.declared import (
    RESAMPLINGS,
    colour_setting,
    resampling_code,
    resampling_of,
    scaled_origin,
    side_setting,
)
from core.settings import setting


@dataclass(frozen=True)
class Resize(Step):
    """A new size."""

    title: ClassVar[str] = "Resize"

    width: int = side_setting("The new width.")
    height: int = side_setting("The new height.")
    how: str = setting(
        "stretch",
        choices=("stretch", "fit", "pad", "fill"),
        help=(
            "stretch: exactly this size; aspect ratio changes. fit: largest size that fits; aspect ratio "
            "kept. pad: like fit, then padded to exactly this size. fill: exactly this size; aspect "
            "ratio kept, overflow cropped on both ends."
        ),
    )
    resampling: str = setting("bilinear", choices=tuple(RESAMPLINGS), help="Resampling method.")
    colour: str = colour_setting()

    @property
    def idle(self) -> frozenset[str]:
        """Only bands have a colour."""
        return frozenset() if self.how == "pad" else frozenset({"colour"})

    def size_after(self, width: int, height: int) -> tuple[int, int]:
        """Return the size asked for; with fit, as much of it as the image's shape takes."""
        return self._inside(width, height) if self.how == "fit" else (self.width, self.height)

    def _inside(self, width: int, height: int) -> tuple[int, int]:
        """Return the largest size of the image's shape in the size asked for, rounded as `ImageOps.contain` does."""
        if width / height > self.width / self.height:
            return self.width, round(height / width * self.width)
        return round(width / height * self.height), self.height

    def origin(self, width: int, height: int) -> np.ndarray:
        """Return where points come from."""
        if self.how in ("fit", "pad"):
            inside = self._inside(width, height)
            share = 0.5 if self.how == "pad" else 0.0
            bands = [round((size - side) * share) for size, side in zip(self._size, inside, strict=True)]
            across, down = width / inside[0], height / inside[1]
            return scaled_origin(across, down, -bands[0] * across, -bands[1] * down)
        if self.how == "stretch":
            return scaled_origin(width / self.width, height / self.height)
        scale = min(width / self.width, height / self.height)
        return scaled_origin(scale, scale, (width - scale * self.width) / 2, (height - scale * self.height) / 2)

    @property
    def _size(self) -> tuple[int, int]:
        return self.width, self.height

    def _changed(self, image: Image.Image) -> Image.Image:
        resampling = resampling_of(self.resampling)
        if image.size == self._size:
            return image
        if self.how == "fit":
            return ImageOps.contain(image, self._size, resampling)
        if self.how == "pad":
            if not all(self._inside(*image.size)):
                raise self._refused("the image is too narrow: nothing of it would be left between the bands.")
            return ImageOps.pad(image, self._size, resampling, color=self.colour)
        if self.how == "fill":
            return ImageOps.fit(image, self._size, resampling)
        return image.resize(self._size, resampling)

    def code(self) -> str:
        """Return the Pillow code."""
        size, resampling = self._size, resampling_code(self.resampling)
        return {
            "stretch": f"image = image.resize({size}, {resampling})",
            "fit": f"image = ImageOps.contain(image, {size}, {resampling})",
            "pad": f'image = ImageOps.pad(image, {size}, {resampling}, color="{self.colour}")',
            "fill": f"image = ImageOps.fit(image, {size}, {resampling})",
        }[self.how]

    @property
    def sufficient_side(self) -> int:
        """Twice the new size, as Pillow's `thumbnail` has it by its `reducing_gap` of 2."""
        return 0 if self.resampling == "nearest" else 2 * max(self.width, self.height)


@dataclass(frozen=True)
class Scale(Step):
    """A new size by a factor, the shape kept."""

    title: ClassVar[str] = "Resize by a factor"

    factor: float = setting(0.5, minimum=0.01, maximum=8.0, step=0.01, unit="×", help="Of width and height.")
    resampling: str = setting("bilinear", choices=tuple(RESAMPLINGS), help="Resampling method.")

    def size_after(self, width: int, height: int) -> tuple[int, int]:
        """Return both sides times the factor, rounded, at least one pixel."""
        return max(1, round(width * self.factor)), max(1, round(height * self.factor))

    def origin(self, width: int, height: int) -> np.ndarray:
        """Return where points come from."""
        right, bottom = self.size_after(width, height)
        return scaled_origin(width / right, height / bottom)

    def _changed(self, image: Image.Image) -> Image.Image:
        return image.resize(self.size_after(*image.size), resampling_of(self.resampling))

    def code(self) -> str:
        """Return the Pillow code."""
        return f"""size = [max(1, round(side * {self.factor})) for side in image.size]
image = image.resize(size, {resampling_code(self.resampling)})"""
