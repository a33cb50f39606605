"""Preprocessing: Pillow steps as frozen dataclasses, and a pipeline of them. No chance in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from PIL import Image, ImageOps

from core.settings import Specification, setting, specification


@dataclass(frozen=True)
class Step(Specification):
    """The base of all steps."""

    def apply(self, picture: Image.Image) -> Image.Image:
        """Return the changed picture, mode L or RGB; the given one stays as it is."""
        raise NotImplementedError

    def code(self) -> str:
        """Return Pillow code that does the same to a variable `picture`, one statement a line."""
        raise NotImplementedError


@dataclass(frozen=True)
class Grayscale(Step):
    """One channel, weighed as ITU-R BT.601 does: 0.299 red + 0.587 green + 0.114 blue."""

    title: ClassVar[str] = "Grayscale"

    def apply(self, picture: Image.Image) -> Image.Image:
        """Return the picture in mode L."""
        return picture if picture.mode == "L" else picture.convert("L")

    def code(self) -> str:
        """Return the Pillow code."""
        return 'picture = picture.convert("L")'


_RESAMPLING = ("nearest", "bilinear", "bicubic", "lanczos")


@dataclass(frozen=True)
class Resize(Step):
    """A new size, by stretching the picture or by filling the size and cutting off what juts out."""

    title: ClassVar[str] = "Resize"

    width: int = setting(28, minimum=1, maximum=4096, step=1, unit="px", help="The new width.")
    height: int = setting(28, minimum=1, maximum=4096, step=1, unit="px", help="The new height.")
    how: str = setting(
        "stretch",
        choices=("stretch", "fill"),
        help="stretch: the whole picture, its shape changed. fill: its shape kept, the longer side cut at both ends.",
    )
    resampling: str = setting("bilinear", choices=_RESAMPLING, help="How new pixels are made from old ones.")

    def apply(self, picture: Image.Image) -> Image.Image:
        """Return the picture in the new size."""
        size = (self.width, self.height)
        if picture.size == size:
            return picture
        resampling = Image.Resampling[self.resampling.upper()]
        if self.how == "fill":
            return ImageOps.fit(picture, size, resampling)
        return picture.resize(size, resampling)

    def code(self) -> str:
        """Return the Pillow code."""
        size, resampling = (self.width, self.height), f"Image.Resampling.{self.resampling.upper()}"
        if self.how == "fill":
            return f"picture = ImageOps.fit(picture, {size}, {resampling})"
        return f"picture = picture.resize({size}, {resampling})"


STEPS: dict[str, type[Step]] = {kind.__name__: kind for kind in (Grayscale, Resize)}


@dataclass(frozen=True)
class Pipeline:
    """Steps applied one after the other."""

    steps: tuple[Step, ...] = ()

    def apply(self, picture: Image.Image) -> Image.Image:
        """Return the picture after all steps."""
        for step in self.steps:
            picture = step.apply(picture)
        return picture

    def code(self) -> str:
        """Return Pillow code that does the same to a variable `picture`."""
        return "\n".join(["from PIL import Image, ImageOps", *(step.code() for step in self.steps)])

    def to_json(self) -> list[dict[str, Any]]:
        """Return the steps as JSON objects."""
        return [step.to_json() for step in self.steps]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> "Pipeline":
        """Make a pipeline from `to_json`'s list.

        Raises:
            SettingError: an unknown step or field, or a value that is not taken.
        """
        return cls(tuple(specification("step", STEPS, each) for each in data))
