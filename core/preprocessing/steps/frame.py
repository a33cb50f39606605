"""Steps on the frame of an image: less of it, or more around it."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from PIL import Image

from core.preprocessing.steps.base import Step
from core.preprocessing.steps.declared import (
    LARGEST_SIDE,
    PLACES,
    colour_setting,
    scaled_origin,
    side_setting,
)
from core.settings import setting


@dataclass(frozen=True)
class Crop(Step):
    """A box of the image."""

    title: ClassVar[str] = "Crop a box"

    left: int = side_setting("Where the box begins, from the image's left edge.", 0, 0)
    top: int = side_setting("Where the box begins, from the image's upper edge.", 0, 0)
    width: int = side_setting("The box's width.")
    height: int = side_setting("The box's height.")

    def size_after(self, width: int, height: int) -> tuple[int, int]:
        """Return the box's size. Raises `StepError` where it reaches outside the image."""
        if self.left + self.width > width or self.top + self.height > height:
            raise self._refused(
                f"the box from ({self.left}, {self.top}) to ({self.left + self.width}, {self.top + self.height}) "
                f"reaches outside the image, which has {width:,}×{height:,} pixels. Move it or make it smaller."
            )
        return self.width, self.height

    def origin(self, width: int, height: int) -> np.ndarray:  # noqa: ARG002 the same for all sizes
        """Return where points come from."""
        return scaled_origin(1, 1, self.left, self.top)

    @classmethod
    def suited(cls, width: int, height: int) -> Self:
        """Return the middle of the image, an eighth cut at each side."""
        left, top = width // 8, height // 8
        return cls(left=left, top=top, width=width - 2 * left, height=height - 2 * top)

    def _changed(self, image: Image.Image) -> Image.Image:
        return image.crop((self.left, self.top, self.left + self.width, self.top + self.height))

    def code(self) -> str:
        """Return the Pillow code."""
        return f"image = image.crop({(self.left, self.top, self.left + self.width, self.top + self.height)})"


@dataclass(frozen=True)
class CropAt(Step):
    """A part of a given size, at the centre, a corner or a side of the image."""

    title: ClassVar[str] = "Crop to a size"

    width: int = side_setting("The part's width.")
    height: int = side_setting("The part's height.")
    where: str = setting(
        "centre",
        choices=tuple(PLACES),
        help="Which part to keep. Center plus four corners is the classic five-crop test.",
    )

    def size_after(self, width: int, height: int) -> tuple[int, int]:
        """Return the size asked for. Raises `StepError` where the image is smaller."""
        if self.width > width or self.height > height:
            raise self._refused(
                f"{self.width:,}×{self.height:,} pixels cannot be cut from an image of {width:,}×{height:,}. Choose a "
                "smaller part, or resize the image before."
            )
        return self.width, self.height

    def _corner(self, width: int, height: int) -> tuple[int, int]:
        across, down = PLACES[self.where]
        return int((width - self.width) * across), int((height - self.height) * down)

    def origin(self, width: int, height: int) -> np.ndarray:
        """Return where points come from."""
        return scaled_origin(1, 1, *self._corner(width, height))

    @classmethod
    def suited(cls, width: int, height: int) -> Self:
        """Return the middle three quarters."""
        return cls(width=width - width // 4, height=height - height // 4)

    def _changed(self, image: Image.Image) -> Image.Image:
        left, top = self._corner(*image.size)
        return image.crop((left, top, left + self.width, top + self.height))

    def code(self) -> str:
        """Return the Pillow code."""
        across, down = PLACES[self.where]
        return f"""left = int((image.width - {self.width}) * {across})
top = int((image.height - {self.height}) * {down})
image = image.crop((left, top, left + {self.width}, top + {self.height}))"""


@dataclass(frozen=True)
class Pad(Step):
    """Bands around the image up to a size; a side that is as long already stays."""

    title: ClassVar[str] = "Pad"

    width: int = side_setting("The width with the bands.", 32)
    height: int = side_setting("The height with the bands.", 32)
    where: str = setting("centre", choices=tuple(PLACES), help="Position of the image within the padding.")
    colour: str = colour_setting()

    def size_after(self, width: int, height: int) -> tuple[int, int]:
        """Return the size asked for, or the image's own where that is larger."""
        return max(width, self.width), max(height, self.height)

    def _corner(self, width: int, height: int) -> tuple[int, int]:
        (right, bottom), (across, down) = self.size_after(width, height), PLACES[self.where]
        return int((right - width) * across), int((bottom - height) * down)

    def origin(self, width: int, height: int) -> np.ndarray:
        """Return where points come from."""
        left, top = self._corner(width, height)
        return scaled_origin(1, 1, -left, -top)

    @classmethod
    def suited(cls, width: int, height: int) -> Self:
        """Return a square around the image."""
        side = min(max(width, height) + max(2, min(width, height) // 8), LARGEST_SIDE)
        return cls(width=side, height=side)

    def _changed(self, image: Image.Image) -> Image.Image:
        padded = Image.new(image.mode, self.size_after(*image.size), self.colour)
        padded.paste(image, self._corner(*image.size))
        return padded

    def code(self) -> str:
        """Return the Pillow code."""
        across, down = PLACES[self.where]
        return f"""size = (max({self.width}, image.width), max({self.height}, image.height))
padded = Image.new(image.mode, size, "{self.colour}")
padded.paste(image, (int((size[0] - image.width) * {across}), int((size[1] - image.height) * {down})))
image = padded"""
