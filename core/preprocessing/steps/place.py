"""Steps on where things are in an image."""

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from PIL import Image, ImageChops

from core.preprocessing.steps.base import Step
from core.preprocessing.steps.declared import (
    LARGEST_SIDE,
    colour_setting,
    resampling_code,
    resampling_of,
    scaled_origin,
)
from core.settings import setting

# Pillow rotates by these only.
_RESAMPLINGS = ("nearest", "bilinear", "bicubic")


@dataclass(frozen=True)
class Flip(Step):
    """The image in a mirror."""

    title: ClassVar[str] = "Flip"
    counts_pixels: ClassVar[bool] = False

    way: str = setting("left-right", choices=("left-right", "top-bottom"), help="Which sides change places.")

    @property
    def _transposition(self) -> Image.Transpose:
        sideways = self.way == "left-right"
        return Image.Transpose.FLIP_LEFT_RIGHT if sideways else Image.Transpose.FLIP_TOP_BOTTOM

    def origin(self, width: int, height: int) -> np.ndarray:
        """Return where points come from."""
        return scaled_origin(-1, 1, width) if self.way == "left-right" else scaled_origin(1, -1, 0, height)

    def _changed(self, image: Image.Image) -> Image.Image:
        return image.transpose(self._transposition)

    def code(self) -> str:
        """Return the Pillow code."""
        return f"image = image.transpose(Image.Transpose.{self._transposition.name})"


@dataclass(frozen=True)
class Rotate(Step):
    """The image turned about its centre."""

    title: ClassVar[str] = "Rotate"

    angle: float = setting(15.0, minimum=-180.0, maximum=180.0, step=0.5, unit="°", help="Counterclockwise.")
    expand: bool = setting(False, help="On: the image grows until all of it shows. Off: it keeps its size.")
    resampling: str = setting("bilinear", choices=_RESAMPLINGS, help="Resampling method.")
    colour: str = colour_setting()

    @property
    def _rotation(self) -> np.ndarray:
        """Float64 `(2, 2)`, from after to before; rounded as Pillow does, so that quarter turns are exact."""
        angle = math.radians(self.angle % 360)
        cosine, sine = round(math.cos(angle), 15), round(math.sin(angle), 15)
        return np.array([[cosine, -sine], [sine, cosine]])

    def size_after(self, width: int, height: int) -> tuple[int, int]:
        """Return the same size, or that of the box around the turned image, rounded as Pillow does."""
        if not self.expand or self.angle % 180 == 0:
            return width, height
        if self.angle % 90 == 0:
            return height, width
        centre = np.array([width, height]) / 2
        corners = (np.array([(0, 0), (width, 0), (width, height), (0, height)]) - centre) @ self._rotation + centre
        sides = np.ceil(corners.max(axis=0)) - np.floor(corners.min(axis=0))
        return int(sides[0]), int(sides[1])

    def origin(self, width: int, height: int) -> np.ndarray:
        """Return where points come from."""
        before, after = np.array([width, height]) / 2, np.array(self.size_after(width, height)) / 2
        return np.column_stack([self._rotation, before - self._rotation @ after])

    def _changed(self, image: Image.Image) -> Image.Image:
        return image.rotate(self.angle, resampling_of(self.resampling), self.expand, fillcolor=self.colour)

    def code(self) -> str:
        """Return the Pillow code."""
        fill = f'expand={self.expand}, fillcolor="{self.colour}"'
        return f"image = image.rotate({self.angle}, {resampling_code(self.resampling)}, {fill})"


@dataclass(frozen=True)
class Shift(Step):
    """The image moved within its frame."""

    title: ClassVar[str] = "Shift"

    right: int = setting(4, minimum=-LARGEST_SIDE, maximum=LARGEST_SIDE, step=1, unit="px", help="Below 0: left.")
    down: int = setting(0, minimum=-LARGEST_SIDE, maximum=LARGEST_SIDE, step=1, unit="px", help="Below 0: up.")
    gap: str = setting(
        "colour",
        choices=("colour", "edge", "wrap"),
        help=(
            "What fills the gap. color: a solid color. edge: the last row or column repeated. wrap: "
            "pixels from the opposite side."
        ),
    )
    colour: str = colour_setting()

    def origin(self, width: int, height: int) -> np.ndarray:  # noqa: ARG002 the same for all sizes
        """Return where points come from."""
        return scaled_origin(1, 1, -self.right, -self.down)

    @property
    def idle(self) -> frozenset[str]:
        """Only a gap filled with a colour has one."""
        return frozenset() if self.gap == "colour" else frozenset({"colour"})

    @property
    def wraps(self) -> bool:
        """Whether the gap is filled with what left the image."""
        return self.gap == "wrap"

    @classmethod
    def suited(cls, width: int, height: int) -> Self:  # noqa: ARG003 it moves sideways
        """Return an eighth of the image, to the right."""
        return cls(right=max(1, width // 8))

    def _changed(self, image: Image.Image) -> Image.Image:
        if self.gap == "colour":
            moved = Image.new(image.mode, image.size, self.colour)
            moved.paste(image, (self.right, self.down))
            return moved
        if self.gap == "wrap":
            return ImageChops.offset(image, self.right, self.down)
        width, height = image.size
        if self.right:
            column = 0 if self.right > 0 else width - 1
            edge = image.crop((column, 0, column + 1, height)).resize(
                (abs(self.right), height), Image.Resampling.NEAREST
            )
            image = ImageChops.offset(image, self.right, 0)
            image.paste(edge, (0 if self.right > 0 else width + self.right, 0))
        if self.down:
            row = 0 if self.down > 0 else height - 1
            edge = image.crop((0, row, width, row + 1)).resize((width, abs(self.down)), Image.Resampling.NEAREST)
            image = ImageChops.offset(image, 0, self.down)
            image.paste(edge, (0, 0 if self.down > 0 else height + self.down))
        return image

    def code(self) -> str:
        """Return the Pillow code."""
        if self.gap == "colour":
            return f"""moved = Image.new(image.mode, image.size, "{self.colour}")
moved.paste(image, ({self.right}, {self.down}))
image = moved"""
        if self.gap == "wrap":
            return f"image = ImageChops.offset(image, {self.right}, {self.down})"
        lines = ["width, height = image.size"]
        if self.right:
            column, place = ("0", "0") if self.right > 0 else ("width - 1", f"width - {-self.right}")
            lines += [
                f"edge = image.crop(({column}, 0, {column} + 1, height))",
                f"edge = edge.resize(({abs(self.right)}, height), Image.Resampling.NEAREST)",
                f"image = ImageChops.offset(image, {self.right}, 0)",
                f"image.paste(edge, ({place}, 0))",
            ]
        if self.down:
            row, place = ("0", "0") if self.down > 0 else ("height - 1", f"height - {-self.down}")
            lines += [
                f"edge = image.crop((0, {row}, width, {row} + 1))",
                f"edge = edge.resize((width, {abs(self.down)}), Image.Resampling.NEAREST)",
                f"image = ImageChops.offset(image, 0, {self.down})",
                f"image.paste(edge, (0, {place}))",
            ]
        return "\n".join(lines)
