"""Steps on the size, the frame and the place of an image."""

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from PIL import Image, ImageChops, ImageOps

from core.preprocessing.steps.base import Step
from core.settings import setting

_LARGEST_SIDE = 4096
# What each does when it enlarges, and when it shrinks.
RESAMPLINGS = {
    "nearest": (
        "repeats pixels: blocky, no new values",
        "keeps one pixel and drops its neighbors: thin lines break",
    ),
    "box": ("repeats pixels, as nearest does", "averages all covered pixels: smooth, no ringing"),
    "bilinear": ("blends the 2×2 nearest: smooth, soft", "a weighted mean of all pixels beneath: smooth"),
    "hamming": ("like nearest, with narrow blends", "as sharp as bicubic, without its halos"),
    "bicubic": ("blends 4×4: sharper, slight halos at edges", "a weighted mean with slight sharpening"),
    "lanczos": ("blends 6×6: the sharpest, with halos at edges", "the sharpest; halos at hard edges"),
}
_OF_A_ROTATION = ("nearest", "bilinear", "bicubic")
# Where something smaller lies in something larger: shares of the room beside it and above it.
PLACES = {
    "centre": (0.5, 0.5),
    "top left": (0.0, 0.0),
    "top": (0.5, 0.0),
    "top right": (1.0, 0.0),
    "left": (0.0, 0.5),
    "right": (1.0, 0.5),
    "bottom left": (0.0, 1.0),
    "bottom": (0.5, 1.0),
    "bottom right": (1.0, 1.0),
}
_BLACK = "#000000"
_NEAREST = Image.Resampling.NEAREST


def _side(help: str, default: int = 28, minimum: int = 1) -> int:
    """Declare a number of pixels."""
    declared: int = setting(default, minimum=minimum, maximum=_LARGEST_SIDE, step=1, unit="px", help=help)
    return declared


def _colour() -> str:
    declared: str = setting(_BLACK, colour=True, help="The colour of what is added; its gray in a gray image.")
    return declared


def _resampling(name: str) -> Image.Resampling:
    return Image.Resampling[name.upper()]


def _resampling_code(name: str) -> str:
    return f"Image.Resampling.{name.upper()}"


def _scaled(across: float, down: float, left: float = 0.0, top: float = 0.0) -> np.ndarray:
    """Return the origin of an image whose pixels are `across` × `down` of those before, the first at `left`, `top`."""
    return np.array([[across, 0.0, left], [0.0, down, top]])


@dataclass(frozen=True)
class Resize(Step):
    """A new size."""

    title: ClassVar[str] = "Resize"

    width: int = _side("The new width.")
    height: int = _side("The new height.")
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
    colour: str = _colour()

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
            return _scaled(across, down, -bands[0] * across, -bands[1] * down)
        if self.how == "stretch":
            return _scaled(width / self.width, height / self.height)
        scale = min(width / self.width, height / self.height)
        return _scaled(scale, scale, (width - scale * self.width) / 2, (height - scale * self.height) / 2)

    @property
    def _size(self) -> tuple[int, int]:
        return self.width, self.height

    def _changed(self, image: Image.Image) -> Image.Image:
        resampling = _resampling(self.resampling)
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
        size, resampling = self._size, _resampling_code(self.resampling)
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
        return _scaled(width / right, height / bottom)

    def _changed(self, image: Image.Image) -> Image.Image:
        return image.resize(self.size_after(*image.size), _resampling(self.resampling))

    def code(self) -> str:
        """Return the Pillow code."""
        return f"""size = [max(1, round(side * {self.factor})) for side in image.size]
image = image.resize(size, {_resampling_code(self.resampling)})"""


@dataclass(frozen=True)
class Crop(Step):
    """A box of the image."""

    title: ClassVar[str] = "Crop a box"

    left: int = _side("Where the box begins, from the image's left edge.", 0, 0)
    top: int = _side("Where the box begins, from the image's upper edge.", 0, 0)
    width: int = _side("The box's width.")
    height: int = _side("The box's height.")

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
        return _scaled(1, 1, self.left, self.top)

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

    width: int = _side("The part's width.")
    height: int = _side("The part's height.")
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
        return _scaled(1, 1, *self._corner(width, height))

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

    width: int = _side("The width with the bands.", 32)
    height: int = _side("The height with the bands.", 32)
    where: str = setting("centre", choices=tuple(PLACES), help="Position of the image within the padding.")
    colour: str = _colour()

    def size_after(self, width: int, height: int) -> tuple[int, int]:
        """Return the size asked for, or the image's own where that is larger."""
        return max(width, self.width), max(height, self.height)

    def _corner(self, width: int, height: int) -> tuple[int, int]:
        (right, bottom), (across, down) = self.size_after(width, height), PLACES[self.where]
        return int((right - width) * across), int((bottom - height) * down)

    def origin(self, width: int, height: int) -> np.ndarray:
        """Return where points come from."""
        left, top = self._corner(width, height)
        return _scaled(1, 1, -left, -top)

    @classmethod
    def suited(cls, width: int, height: int) -> Self:
        """Return a square around the image."""
        side = min(max(width, height) + max(2, min(width, height) // 8), _LARGEST_SIDE)
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
        return _scaled(-1, 1, width) if self.way == "left-right" else _scaled(1, -1, 0, height)

    def _changed(self, image: Image.Image) -> Image.Image:
        return image.transpose(self._transposition)

    def code(self) -> str:
        """Return the Pillow code."""
        return f"image = image.transpose(Image.Transpose.{self._transposition.name})"


@dataclass(frozen=True)
class Rotate(Step):
    """The image turned about its centre."""

    title: ClassVar[str] = "Rotate"

    angle: float = setting(15.0, minimum=-180.0, maximum=180.0, step=0.5, unit="°", help="Counter-clockwise.")
    expand: bool = setting(False, help="On: the image grows until all of it shows. Off: it keeps its size.")
    resampling: str = setting("bilinear", choices=_OF_A_ROTATION, help="Resampling method.")
    colour: str = _colour()

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
        return image.rotate(self.angle, _resampling(self.resampling), self.expand, fillcolor=self.colour)

    def code(self) -> str:
        """Return the Pillow code."""
        fill = f'expand={self.expand}, fillcolor="{self.colour}"'
        return f"image = image.rotate({self.angle}, {_resampling_code(self.resampling)}, {fill})"


@dataclass(frozen=True)
class Shift(Step):
    """The image moved within its frame."""

    title: ClassVar[str] = "Shift"

    right: int = setting(4, minimum=-_LARGEST_SIDE, maximum=_LARGEST_SIDE, step=1, unit="px", help="Below 0: left.")
    down: int = setting(0, minimum=-_LARGEST_SIDE, maximum=_LARGEST_SIDE, step=1, unit="px", help="Below 0: up.")
    gap: str = setting(
        "colour",
        choices=("colour", "edge", "wrap"),
        help=(
            "What fills the gap. colour: a solid color. edge: the last row or column repeated. wrap: "
            "pixels from the opposite side."
        ),
    )
    colour: str = _colour()

    def origin(self, width: int, height: int) -> np.ndarray:  # noqa: ARG002 the same for all sizes
        """Return where points come from."""
        return _scaled(1, 1, -self.right, -self.down)

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
            edge = image.crop((column, 0, column + 1, height)).resize((abs(self.right), height), _NEAREST)
            image = ImageChops.offset(image, self.right, 0)
            image.paste(edge, (0 if self.right > 0 else width + self.right, 0))
        if self.down:
            row = 0 if self.down > 0 else height - 1
            edge = image.crop((0, row, width, row + 1)).resize((width, abs(self.down)), _NEAREST)
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
