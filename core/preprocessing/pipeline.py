"""Steps applied one after the other, and what each of them did."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from core.preprocessing import open_code
from core.preprocessing.steps import STEPS, Step, StepError
from core.settings import SettingError, format_value, specification

# Each is drawn on a page, with its settings and what it does to an image.
MOST_STEPS = 50
_MODULES = ("Image", "ImageChops", "ImageCms", "ImageOps")


@dataclass(frozen=True)
class Stage:
    """An image after one step.

    Attributes:
        step: what was done.
        position: the step's place in the pipeline, from 0.
        before: the image it was given.
        image: the image it gave.
        values: the lowest and the highest value of any channel of `image`.
        lost: the share of area lost, as `Step.shares` defines it, and `made_up`.
    """

    step: Step
    position: int
    before: Image.Image
    image: Image.Image
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
        """To how many pixels a side a larger image may be reduced before the steps; 0: it may not."""
        for step in self.applied.steps:
            if step.counts_pixels:
                return step.sufficient_side
        return 0

    def apply(self, image: Image.Image) -> Image.Image:
        """Return the image, mode L or RGB, after all steps.

        Raises:
            StepError: a step cannot be applied; the error knows its position.
        """
        for position, step in enumerate(self.steps):
            if step.on:
                image = _applied(step, position, image)
        return image

    def stages(self, image: Image.Image) -> Iterator[Stage]:
        """Yield what each step that is switched on did.

        Raises:
            StepError: a step cannot be applied; the error knows its position.
        """
        for position, step in enumerate(self.steps):
            if step.on:
                before, image = image, _applied(step, position, image)
                yield Stage(step, position, before, image, value_range(image), *step.shares(*before.size))

    def size_after(self, width: int, height: int) -> tuple[int, int]:
        """Return the size that an image of a size has after all steps.

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
        """Return Pillow code that does the same to a variable `image`.

        Args:
            file: a name to open as `image` first, as Pixelwise does; empty: nothing is opened.
        """
        lines = [step.code() for step in self.applied.steps]
        if file:
            lines = [f"\n{open_code.opening_code()}\n\n", f"image = open_image({file!r})", *lines]
        used = [name for name in _MODULES if re.search(rf"\b{name}\.", "\n".join(lines))]
        imported = [*open_code.IMPORTS] * bool(file) + [f"from PIL import {', '.join(used)}\n"] * bool(used)
        return "\n".join(imported + lines)

    def to_json(self) -> list[dict[str, Any]]:
        """Return the steps as JSON objects."""
        return [step.to_json() for step in self.steps]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> "Pipeline":
        """Make a pipeline from `to_json`'s list.

        Raises:
            SettingError: an unknown step or field, a value that is not taken, or more than `MOST_STEPS`.
        """
        if not isinstance(data, list | tuple):
            raise SettingError(f"Steps are a list; received {format_value(data)}.")
        if len(data) > MOST_STEPS:
            raise SettingError(f"There are {len(data):,} steps; at most {MOST_STEPS} are taken.")
        return cls(tuple(specification("step", STEPS, each) for each in data))


def value_range(image: Image.Image) -> tuple[int, int]:
    """Return the lowest and the highest value of any channel, 0–255."""
    extremes = np.array(image.getextrema())
    return int(extremes.min()), int(extremes.max())


def _applied(step: Step, position: int, image: Image.Image) -> Image.Image:
    try:
        return step.apply(image)
    except StepError as error:
        error.position = position
        raise
