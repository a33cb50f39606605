"""The settings of an augmentation, and the drawing of what happens to each picture.

Names and meaning are those of Keras's `ImageDataGenerator`, with two differences: width_shift_range moves along the
width (Keras 3 exchanges the two shifts when it draws them), and pictures that are no squares turn about their middle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, NamedTuple, cast

import numpy as np

from core.augmentation import applying, keras_code
from core.augmentation.draw import Draw
from core.settings import Specification, setting

_NAMES = tuple(Draw.__annotations__)
# The numbers that each picture takes from the generator, whatever is switched on: moving one slider leaves the other
# draws as they were.
CHANCES = (*_NAMES, "erased_area", "erased_ratio", "erased_left", "erased_top")


class Field(NamedTuple):
    """A field of `Augmentation` that changes pictures.

    Attributes:
        title: what a person calls it.
        draws: the names of the chances that it turns into a draw.
    """

    title: str
    draws: tuple[str, ...]


FIELDS = {
    "rotation_range": Field("Rotation", ("theta",)),
    "width_shift_range": Field("Shift sideways", ("tx",)),
    "height_shift_range": Field("Shift up and down", ("ty",)),
    "shear_range": Field("Shear", ("shear",)),
    "zoom_range": Field("Zoom", ("zx", "zy")),
    "horizontal_flip": Field("Flip left and right", ("flip_horizontal",)),
    "vertical_flip": Field("Flip top and bottom", ("flip_vertical",)),
    "brightness_range": Field("Brightness", ("brightness",)),
    "contrast_range": Field("Contrast", ("contrast",)),
    "channel_shift_range": Field("Channel shift", ("channel_shift_intensity",)),
    "erasing": Field("Erasing", ("erased_area",)),
}


@dataclass(frozen=True)
class Augmentation(Specification):
    """How far chance may change a picture; as it comes, not at all."""

    title: ClassVar[str] = "Augmentation"

    rotation_range: float = setting(
        0.0, minimum=0.0, maximum=180.0, step=1.0, unit="°", help="Turned by up to so much either way."
    )
    width_shift_range: float = setting(
        0.0,
        minimum=0.0,
        maximum=4096.0,
        step=0.01,
        help="Moved sideways by up to so much either way: below 1 a share of the width, from 1 up pixels.",
    )
    height_shift_range: float = setting(
        0.0,
        minimum=0.0,
        maximum=4096.0,
        step=0.01,
        help="Moved up or down by up to so much: below 1 a share of the height, from 1 up pixels.",
    )
    shear_range: float = setting(
        0.0, minimum=0.0, maximum=80.0, step=1.0, unit="°", help="Slanted by up to so much either way."
    )
    zoom_range: tuple[float, float] = setting(
        (1.0, 1.0),
        minimum=0.1,
        maximum=4.0,
        step=0.01,
        help="How much of the picture is seen, drawn for width and height apart: below 1 enlarges, above 1 shrinks. "
        "One number z stands for 1 − z to 1 + z.",
    )
    horizontal_flip: bool = setting(False, help="Every second picture, by chance, has left and right exchanged.")
    vertical_flip: bool = setting(False, help="Every second picture, by chance, has top and bottom exchanged.")
    brightness_range: tuple[float, float] | None = setting(
        None, minimum=0.0, maximum=4.0, step=0.05, help="Every value times a factor: below 1 darkens."
    )
    contrast_range: tuple[float, float] | None = setting(
        None, minimum=0.0, maximum=4.0, step=0.05, help="A factor for the distance from the mean: below 1 flattens."
    )
    channel_shift_range: float = setting(
        0.0, minimum=0.0, maximum=255.0, step=1.0, help="Up to so much is added to, or taken from, every value."
    )
    erasing: float = setting(
        0.0, minimum=0.0, maximum=1.0, step=0.05, help="The share of pictures in which a box is painted over."
    )
    erasing_scale: tuple[float, float] = setting(
        (0.02, 0.33), minimum=0.0, maximum=1.0, step=0.01, help="The box's share of the picture's area."
    )
    erasing_ratio: tuple[float, float] = setting(
        (0.3, 3.3), minimum=0.05, maximum=20.0, step=0.05, help="The box's height, divided by its width."
    )
    erasing_value: int = setting(128, minimum=0, maximum=255, step=1, help="The gray of the box.")
    fill_mode: str = setting(
        "nearest",
        choices=tuple(applying.FILL_MODES),
        help="How the picture goes on beyond its edges. nearest: aaaa|abcd|dddd. constant: kkkk|abcd|kkkk. "
        "reflect: dcba|abcd|dcba. wrap: abcd|abcd|abcd.",
    )
    cval: float = setting(0.0, minimum=0.0, maximum=255.0, step=1.0, help="The gray that fill mode constant takes.")

    def __post_init__(self) -> None:
        """Check every field; a single number as zoom_range becomes a pair, as in Keras.

        Raises:
            SettingError: a value has the wrong type or is out of its range.
        """
        zoom: Any = self.zoom_range
        if isinstance(zoom, int | float) and not isinstance(zoom, bool):
            object.__setattr__(self, "zoom_range", (1 - zoom, 1 + zoom))
        super().__post_init__()

    @property
    def moving(self) -> list[str]:
        """The names of the fields, of `FIELDS`, that are set to change pictures."""
        off = {each.name: each.default for each in fields(self)}
        return [name for name in FIELDS if getattr(self, name) != off[name]]

    def draw(self, n: int, height: int, width: int, rng: np.random.Generator) -> list[Draw]:
        """Draw what happens to `n` pictures of `height` by `width` pixels.

        Each picture takes the same count of numbers from `rng`, in order: two calls for 3 and 5 pictures draw what one
        call for 8 draws, and another range scales the same draws.
        """
        return self.draws_of(rng.random((n, len(CHANCES))), height, width)

    def draws_of(self, chances: np.ndarray, height: int, width: int) -> list[Draw]:
        """Turn numbers from 0 (a field's lowest value) to 1 (its highest), float `(n, chances)`, into draws."""
        drawn = self._drawn(chances, height, width)
        columns = [[None] * len(chances) if drawn[name] is None else drawn[name].tolist() for name in _NAMES]
        return cast(list[Draw], [dict(zip(_NAMES, row, strict=True)) for row in zip(*columns, strict=True)])

    def _drawn(self, chances: np.ndarray, height: int, width: int) -> dict[str, Any]:
        """Return what numbers as for `draws_of` mean: an array `(n,)` by a draw's name; `None`: for no picture any."""
        chance = dict(zip(CHANCES, chances.T, strict=True))

        def either_way(name: str, limit: float) -> np.ndarray:
            return (2 * chance[name] - 1) * limit

        def between(name: str, limits: tuple[float, float] | None) -> np.ndarray | None:
            return None if limits is None else limits[0] + chance[name] * (limits[1] - limits[0])

        across = self.width_shift_range * (width if self.width_shift_range < 1 else 1)
        down = self.height_shift_range * (height if self.height_shift_range < 1 else 1)
        shift = self.channel_shift_range
        return {
            "theta": either_way("theta", self.rotation_range),
            "tx": either_way("tx", across),
            "ty": either_way("ty", down),
            "shear": either_way("shear", self.shear_range),
            "zx": between("zx", self.zoom_range),
            "zy": between("zy", self.zoom_range),
            "flip_horizontal": (chance["flip_horizontal"] >= 0.5) & self.horizontal_flip,
            "flip_vertical": (chance["flip_vertical"] >= 0.5) & self.vertical_flip,
            "channel_shift_intensity": either_way("channel_shift_intensity", shift) if shift else None,
            "brightness": between("brightness", self.brightness_range),
            "contrast": between("contrast", self.contrast_range),
            "erased": self._boxes(chance, height, width) if self.erasing else None,
        }

    def _boxes(self, chance: Mapping[str, np.ndarray], height: int, width: int) -> np.ndarray:
        """Draw a box to erase in each picture, cut to fit (Zhong et al., "Random erasing data augmentation", 2017).

        Returns:
            Objects `(n,)`; `None`: nothing is erased there.
        """
        low, high = self.erasing_scale
        area = (low + chance["erased_area"] * (high - low)) * height * width
        low, high = np.log(self.erasing_ratio)
        ratio = np.exp(low + chance["erased_ratio"] * (high - low))
        tall = np.clip(np.rint(np.sqrt(area * ratio)), 1, height)
        wide = np.clip(np.rint(np.sqrt(area / ratio)), 1, width)
        top = np.rint(chance["erased_top"] * (height - tall))
        left = np.rint(chance["erased_left"] * (width - wide))
        boxes = np.stack([left, top, left + wide, top + tall], axis=1).astype(int).tolist()
        erased = chance["erased"] >= 1 - self.erasing
        made = np.empty(len(boxes), object)
        made[:] = [tuple(box) if yes else None for box, yes in zip(boxes, erased, strict=True)]
        return made

    def apply(self, pictures: np.ndarray, draws: Sequence[Draw]) -> np.ndarray:
        """Return the pictures as the draws say; without chance, on all the machine's cores.

        Args:
            pictures: uint8 `(n, height, width, 1 or 3)`; they stay as they are.
            draws: one a picture.

        Returns:
            uint8 `(n, height, width, 1 or 3)`.
        """
        affine, tones = applying.affine_of(draws), applying.tones_of(draws)
        return applying.apply(pictures, affine, tones, self.fill_mode, self.cval, self.erasing_value)

    def apply_chances(self, pictures: np.ndarray, chances: np.ndarray) -> np.ndarray:
        """Return what `apply` makes of the pictures by the draws that `draws_of` makes of the numbers.

        For small pictures making a dict of each draw costs much of all the time. Arguments are those of the two.
        """
        drawn = self._drawn(chances, *pictures.shape[1:3])
        affine = np.stack([drawn[name] for name in applying.AFFINE]).astype(float)
        columns = [drawn[name] for name in applying.TONES]
        tones = None
        if any(column is not None for column in columns):
            nothing = [None] * len(chances)
            lists = [nothing if column is None else column.tolist() for column in columns]
            tones = list(zip(*lists, strict=True))
        return applying.apply(pictures, affine, tones, self.fill_mode, self.cval, self.erasing_value)

    def generator_code(self) -> str:
        """Return Python code that makes the equivalent `ImageDataGenerator`, called `generator`."""
        return keras_code.generator_code(asdict(self))

    def layers_code(self) -> str:
        """Return Python code that makes the nearest Keras 3 layers, a model called `augmentation`."""
        return keras_code.layers_code(asdict(self))
