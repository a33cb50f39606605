"""The settings of an augmentation, and the drawing of what happens to each image.

Names and meaning are those of Keras's `ImageDataGenerator`, with two differences: width_shift_range moves along the
width (Keras 3 exchanges the two shifts when it draws them), and images that are no squares turn about their middle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, make_dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast, get_type_hints

import numpy as np

from core.augmentation import applying, keras_code
from core.augmentation.chances import CHANCES, Chances
from core.augmentation.draw import GEOMETRIC, PIXEL
from core.augmentation.matrix import folded
from core.augmentation.operations import OPERATIONS, Draw, Field, Operation
from core.settings import Specification, setting

Kind = TypeVar("Kind", bound=Operation)
# Every field of an operation, and those that change images by themselves, by name.
CONTROLS: dict[str, Field] = {name: about for operation in OPERATIONS for name, about in operation.about().items()}
FIELDS: dict[str, Field] = {name: about for name, about in CONTROLS.items() if about.draws}


@dataclass(frozen=True)
class Filling(Specification):
    """How an image goes on beyond its edges."""

    fill_mode: str = setting(
        "nearest",
        choices=tuple(applying.FILL_MODES),
        help=(
            "How pixels beyond the edges are filled. nearest: aaaa|abcd|dddd. constant: kkkk|abcd|kkkk. "
            "reflect: dcba|abcd|dcba. wrap: abcd|abcd|abcd."
        ),
    )
    cval: float = setting(0.0, minimum=0.0, maximum=255.0, step=1.0, help="Gray level used by fill mode “constant”.")


if TYPE_CHECKING:
    _Settings: Any
else:
    _SOURCES = (*OPERATIONS, Filling)
    # A dataclass with the fields of all operations.
    _Settings = make_dataclass(
        "_Settings",
        [(each.name, get_type_hints(source)[each.name], each) for source in _SOURCES for each in fields(source)],
        bases=(Specification,),
        frozen=True,
    )

# What JSON has whatever its value, as the first version wrote it: the hashes of recipes depend on it. A later field
# stands there where it is not off.
_ALWAYS_WRITTEN = {
    "rotation_range",
    "width_shift_range",
    "height_shift_range",
    "shear_range",
    "zoom_range",
    "horizontal_flip",
    "vertical_flip",
    "brightness_range",
    "contrast_range",
    "channel_shift_range",
    "erasing",
    "erasing_scale",
    "erasing_ratio",
    "erasing_value",
    "fill_mode",
    "cval",
}


class Augmentation(_Settings):  # type: ignore[misc]  # its fields are the operations', which mypy cannot know
    """How far chance may change an image; as it comes, not at all.

    Its fields are those of all `OPERATIONS`, and how to fill what comes from beyond the edges.
    """

    title: ClassVar[str] = "Augmentation"

    def __post_init__(self) -> None:
        """Check every field; a single number as zoom_range becomes a pair, as in Keras.

        Raises:
            SettingError: a value has the wrong type or is out of its range.
        """
        for operation in OPERATIONS:
            for name in operation.names():
                object.__setattr__(self, name, operation.taken(getattr(self, name)))
        super().__post_init__()

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object: the class's name under `kind`, then the fields.

        Fields of later operations stand there only where they are not off, so that what is saved and hashed without
        them stays as it was.
        """
        off = {each.name for each in fields(self) if getattr(self, each.name) == each.default}
        made: dict[str, Any] = super().to_json()
        return {name: value for name, value in made.items() if name in _ALWAYS_WRITTEN or name not in off}

    @cached_property
    def _operations(self) -> dict[type[Operation], Operation]:
        return {each: each(**{name: getattr(self, name) for name in each.names()}) for each in OPERATIONS}

    def operation(self, kind: type[Kind]) -> Kind:
        """Return one operation with these settings."""
        return cast(Kind, self._operations[kind])

    @property
    def moving(self) -> list[str]:
        """The names of the fields, of `FIELDS`, that are set to change images."""
        off = {each.name: each.default for each in fields(self)}
        return [name for name in FIELDS if getattr(self, name) != off[name]]

    def on(self, among: Iterable[type[Kind]]) -> list[Kind]:
        """Return the operations that are set to change images, in the given order."""
        return [self.operation(each) for each in among if self.operation(each).moving]

    def draw(self, n: int, height: int, width: int, rng: np.random.Generator) -> list[Draw]:
        """Draw what happens to `n` images of `height` by `width` pixels.

        Each image takes the same count of numbers from `rng`, in order: two calls for 3 and 5 images draw what one
        call for 8 draws, and another range scales the same draws.
        """
        return self.draws_of(rng.random((n, len(CHANCES))), height, width)

    def draws_of(self, chances: np.ndarray | Chances, height: int, width: int) -> list[Draw]:
        """Turn numbers from 0 (a field's lowest value) to 1 (its highest), float `(n, chances)`, into draws."""
        chance = chances if isinstance(chances, Chances) else Chances(chances)
        columns: dict[str, list[Any]] = {}
        for each in (*GEOMETRIC, *PIXEL):
            drawn = self.operation(each).drawn(chance, height, width)
            for name, off in each.neutral.items():
                column = drawn[name]
                columns[name] = [off] * len(chance) if column is None else column.tolist()
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def apply(self, images: np.ndarray, draws: Sequence[Draw]) -> np.ndarray:
        """Return the images as the draws say; without chance, on all the machine's cores.

        Args:
            images: uint8 `(n, height, width, 1 or 3)`; they stay as they are.
            draws: one an image, also as `ImageDataGenerator.get_random_transform` makes them: what is missing changes
                nothing.

        Returns:
            uint8 `(n, height, width, 1 or 3)`.
        """
        _, height, width, _ = images.shape
        changing = [
            each for each in PIXEL if any(draw.get(name) is not None for draw in draws for name in each.neutral)
        ]
        values = [[draw.get(name) for draw in draws] for each in changing for name in each.neutral]
        changes = [(self.operation(each), column) for each, column in zip(changing, values, strict=True)]
        return applying.apply(images, self.matrices(draws, height, width), changes, self.fill_mode, self.cval)

    def matrices(self, draws: Sequence[Draw], height: int, width: int) -> np.ndarray:
        """Return the matrix by which `apply` resamples each image, float64 `(n, 2, 3)`, from new (x, y) to old."""
        factors = []
        for each in GEOMETRIC:
            columns = ([draw.get(name, off) for draw in draws] for name, off in each.neutral.items())
            factors.append(self.operation(each).matrix(*(np.array(column, np.float64) for column in columns)))
        return folded(factors, len(draws), height, width)

    def apply_chances(self, images: np.ndarray, chances: np.ndarray) -> np.ndarray:
        """Return what `apply` makes of the images by the draws that `draws_of` makes of the numbers.

        For small images making a dict of each draw costs much of all the time. Arguments are those of the two.
        """
        _, height, width, _ = images.shape
        chance = Chances(chances)
        factors = [each.matrix(*each.drawn(chance, height, width).values()) for each in self.on(GEOMETRIC)]
        changes = []
        for each in self.on(PIXEL):
            (column,) = each.drawn(chance, height, width).values()
            if column is not None:
                changes.append((each, column.tolist()))
        matrices = folded(factors, len(chances), height, width)
        return applying.apply(images, matrices, changes, self.fill_mode, self.cval)

    def generator_code(self) -> str:
        """Return Python code that makes the equivalent `ImageDataGenerator`, called `generator`."""
        return keras_code.generator_code(
            map(self.operation, OPERATIONS), {"fill_mode": self.fill_mode, "cval": self.cval}
        )

    def layers_code(self) -> str:
        """Return Python code that makes the nearest Keras 3 layers, a model called `augmentation`."""
        fill = f"fill_mode={self.fill_mode!r}, fill_value={self.cval!r}"
        return keras_code.layers_code(self.on((*GEOMETRIC, *PIXEL)), fill)
