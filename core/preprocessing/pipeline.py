"""Steps applied one after the other, and what each of them did."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from core.preprocessing.colour import Grayscale
from core.preprocessing.geometry import Crop, CropAt, Flip, Pad, Resize, Rotate, Scale, Shift
from core.preprocessing.step import Step, StepError
from core.settings import specification

STEPS: dict[str, type[Step]] = {
    kind.__name__: kind for kind in (Grayscale, Resize, Scale, Crop, CropAt, Pad, Flip, Rotate, Shift)
}
_MODULES = ("Image", "ImageChops", "ImageOps")


@dataclass(frozen=True)
class Stage:
    """A picture after one step.

    Attributes:
        step: what was done.
        position: the step's place in the pipeline, from 0.
        before: the picture it was given.
        picture: the picture it gave.
        values: the lowest and the highest value of any channel of `picture`.
        lost: the share of area lost, as `Step.shares` defines it, and `made_up`.
    """

    step: Step
    position: int
    before: Image.Image
    picture: Image.Image
    values: tuple[int, int]
    lost: float
    made_up: float


@dataclass(frozen=True)
class Pipeline:
    """Steps applied one after the other; those that are switched off are left out."""

    steps: tuple[Step, ...] = ()

    @property
    def applied(self) -> "Pipeline":
        """The steps that are switched on."""
        return Pipeline(tuple(step for step in self.steps if step.on))

    @property
    def sufficient_side(self) -> int:
        """To how many pixels a side a larger picture may be reduced before the steps; 0: it may not.

        Twice the size of a Resize that comes before all that counts pixels: so does Pillow's `thumbnail`, by its
        `reducing_gap` of 2.
        """
        for step in self.applied.steps:
            match step:
                case Grayscale() | Flip():
                    continue
                case Resize() if step.resampling != "nearest":
                    return 2 * max(step.width, step.height)
            break
        return 0

    def apply(self, picture: Image.Image) -> Image.Image:
        """Return the picture, mode L or RGB, after all steps.

        Raises:
            StepError: a step cannot be applied; the error knows its position.
        """
        for position, step in enumerate(self.steps):
            if step.on:
                picture = _applied(step, position, picture)
        return picture

    def stages(self, picture: Image.Image) -> Iterator[Stage]:
        """Yield what each step that is switched on did.

        Raises:
            StepError: a step cannot be applied; the error knows its position.
        """
        for position, step in enumerate(self.steps):
            if step.on:
                before, picture = picture, _applied(step, position, picture)
                yield Stage(step, position, before, picture, value_range(picture), *step.shares(*before.size))

    def size_after(self, width: int, height: int) -> tuple[int, int]:
        """Return the size that a picture of a size has after all steps.

        Raises:
            StepError: a step cannot be applied to it; the error knows its position.
        """
        for position, step in enumerate(self.steps):
            if step.on:
                try:
                    width, height = step.size_after(width, height)
                except StepError as error:
                    error.position = position
                    raise
        return width, height

    def code(self, file: str = "") -> str:
        """Return Pillow code that does the same to a variable `picture`.

        Args:
            file: a name to open as `picture` first, upright and in RGB as Pixelwise does; empty: nothing is opened.
        """
        opened = [f'picture = ImageOps.exif_transpose(Image.open({file!r})).convert("RGB")'] if file else []
        lines = [*opened, *(step.code() for step in self.applied.steps)]
        used = [name for name in _MODULES if re.search(rf"\b{name}\.", "\n".join(lines))]
        return "\n".join([f"from PIL import {', '.join(used)}\n"] * bool(used) + lines)

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


def value_range(picture: Image.Image) -> tuple[int, int]:
    """Return the lowest and the highest value of any channel, 0–255."""
    extremes = np.array(picture.getextrema())
    return int(extremes.min()), int(extremes.max())


def _applied(step: Step, position: int, picture: Image.Image) -> Image.Image:
    try:
        return step.apply(picture)
    except StepError as error:
        error.position = position
        raise
