"""What an operation is: everything that one way of changing images must answer about itself.

A new operation is one file here and one line in this folder's registry. It declares its fields and the names of its
draws, and answers: what is drawn, what that does to an image, how that is said, and how it is written in Keras and in
a script. `tests/unit/test_operations.py` walks the registry.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from core.augmentation.chances import Chances
from core.augmentation.matrix import Matrix
from core.augmentation.operations.canvas import Canvas
from core.settings import Setting, Specification

# What bends an image stands first on the page.
GEOMETRY = "Geometry"
# What was drawn for one image, under the names of `ImageDataGenerator.get_random_transform` and of the operations
# that Keras has not. The geometric values tell where each pixel of the new image comes from in the old one, so `tx`
# above 0 moves the image to the left, and a `zx` above 1 makes it narrower. A name that is missing changes nothing.
Draw = dict[str, Any]


class Field(NamedTuple):
    """What is known of a field beside its range.

    Attributes:
        title: what a person calls it.
        draws: the names of the chances that move it from its lowest to its highest value; a field without any does not
            change images by itself, and is shown where one of its operation's that does is on.
        label: what its control is called, where that is not its title.
        percent: whether its control shows percent.
        side: `width` or `height` for a length that is a share of that side below 1, and pixels from 1 up.
    """

    title: str
    draws: tuple[str, ...] = ()
    label: str = ""
    percent: bool = False
    side: str = ""


def setting(
    default: Any,
    title: str,
    *,
    draws: tuple[str, ...] = (),
    label: str = "",
    percent: bool = False,
    side: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    step: float | None = None,
    unit: str = "",
    help: str,
) -> Any:
    """Declare a field of an operation: what `Field` and `Setting` have."""
    about = Setting(minimum, maximum, step, unit, help)
    known = Field(title, draws, label or title, percent, side)
    return field(default=default, metadata={"setting": about, "field": known})


@dataclass(frozen=True)
class Operation(Specification):
    """One way of changing images. Its own fields are its settings; with their defaults it changes nothing.

    Attributes:
        group: the heading of its controls.
        neutral: what it draws, by name, with the values that change nothing.
        when_shown: chances that are not in the middle where one field is shown alone.
        in_generator: whether `ImageDataGenerator` has its fields.
    """

    group: ClassVar[str]
    neutral: ClassVar[Draw]
    when_shown: ClassVar[dict[str, float]] = {}
    in_generator: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            SettingError: a value is not taken.
        """
        for name in self.names():
            object.__setattr__(self, name, self.taken(getattr(self, name)))
        super().__post_init__()

    @classmethod
    def taken(cls, value: Any) -> Any:
        """Return a field's value as it is kept, where it can be given in several ways."""
        return value

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of its fields."""
        return [each.name for each in fields(cls)]

    @classmethod
    def about(cls) -> dict[str, Field]:
        """Return what is known of each of its fields, by name."""
        return {each.name: each.metadata["field"] for each in fields(cls)}

    @cached_property
    def moving(self) -> list[str]:
        """The names of its fields that are set to change images."""
        return [
            each.name
            for each in fields(self)
            if each.metadata["field"].draws and getattr(self, each.name) != each.default
        ]

    def drawn(self, chance: Chances, height: int, width: int) -> dict[str, np.ndarray | None]:
        """Return what numbers mean for images of a size in pixels: a column `(n,)` for each name of `neutral`.

        `None` in place of a column, or in it, changes nothing. An image's draw depends on its own numbers only.
        """
        raise NotImplementedError

    @classmethod
    def words(cls, *args: Any, **kwargs: Any) -> str:
        """Say in a few words what a draw does, or nothing: it is given its values in the order of `neutral`."""
        raise NotImplementedError

    def corners(self) -> list[tuple[str, dict[str, float]]]:
        """Return chances by name that show the ends of several of its fields at once, each with a label."""
        return []

    def generator_arguments(self) -> dict[str, Any]:
        """Return the arguments of `ImageDataGenerator` that say the same."""
        return {each.name: getattr(self, each.name) for each in fields(self)} if self.in_generator else {}

    def generator_notes(self) -> list[str]:
        """Return comments on that, when it is on."""
        return [] if self.in_generator else [f"# ImageDataGenerator has no {name}." for name in self.moving]

    def layers(self, fill: str) -> list[str]:
        """Return the Keras 3 layers that come nearest when it is on, as calls; `fill` has the arguments of filling."""
        raise NotImplementedError

    def layer_notes(self) -> list[str]:
        """Return comments on those, and lines that they need."""
        return []

    def script(self, chance: Callable[[str], str]) -> list[str]:
        """Return the lines of a script that do the same to the same pixels, when it is on.

        Args:
            chance: gives the code of a number by name, as `drawn` takes it.
        """
        raise NotImplementedError


class Geometric(Operation):
    """An operation that moves pixels: it contributes a factor to the one matrix by which an image is resampled."""

    group = GEOMETRY

    def matrix(self, *args: Any, **kwargs: Any) -> Matrix:
        """Return what it does about the middle, of the columns in the order of `neutral`.

        Matrices lead from new pixels to old ones, and the first operation of the registry is done last on that way. In
        a script the lines set `matrix = times(matrix, …)`, with the same numbers; `chance` gives arrays.
        """
        raise NotImplementedError


class PixelOperation(Operation):
    """An operation that changes values where they are, with one draw an image, which may be `None`.

    Attributes:
        order: those with a lower one come first.
        on_values: whether it maps each value by itself. Then its lines of a script set `values` anew, float32 `(256,)`,
            what becomes of each; others set `image`, uint8 `(height, width, channels)`, anew, or change it. `chance`
            gives one image's number.
    """

    order: ClassVar[int]
    on_values: ClassVar[bool] = False

    def change(self, canvas: Canvas, value: Any) -> None:
        """Change an image as was drawn."""
        raise NotImplementedError


def either_way(chance: np.ndarray, limit: float) -> np.ndarray:
    """Return values from −limit to limit."""
    return (2 * chance - 1) * limit


def between(chance: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """Return values from the lower to the higher limit."""
    return limits[0] + chance * (limits[1] - limits[0])


def either_way_code(chance: str, limit: str) -> str:
    """Return the code of `either_way`."""
    return f"(2 * {chance} - 1) * {limit}"


def between_code(chance: str, limits: tuple[float, float]) -> str:
    """Return the code of `between`."""
    low, high = limits
    return f"{low!r} + {chance} * ({high!r} - {low!r})"


def short(value: float) -> str:
    """Return a value without its sign, with a decimal place where it is below 10 and has one."""
    size = abs(value)
    return f"{size:.0f}" if size >= 10 else f"{size:.1f}".removesuffix(".0")
