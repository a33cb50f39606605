"""Where in an image a place of a feature map looks: its receptive field.

It is exact, by kernel, stride, padding and dilation of each layer, as Araujo, Norris and Sim compute it in "Computing
receptive fields of convolutional neural networks", Distill, 2019.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """What the places along one side of a map look at: place i sees the pixels from `low + i·jump` to `high + i·jump`.

    Attributes:
        jump: pixels of the image between neighbouring places.
        low: the first pixel that place 0 sees; below 0 where it looks at padding.
        high: the last one.
    """

    jump: float = 1
    low: float = 0
    high: float = 0

    @property
    def size(self) -> float:
        """How many pixels a place sees, those of the padding counted."""
        return self.high - self.low + 1

    def through(self, kernel: int, stride: int, before: int = 0, dilation: int = 1) -> "Field":
        """Return the field after a window slides over the map.

        Args:
            kernel: the window's side.
            stride: places between two windows.
            before: how many places of padding come first.
            dilation: places between neighbouring ones of the window.
        """
        last = (kernel - 1) * dilation - before
        return Field(self.jump * stride, self.low - before * self.jump, self.high + last * self.jump)

    def joined(self, other: "Field") -> "Field":
        """Return the field of what two maps of a size are added or put together to."""
        return Field(self.jump, min(self.low, other.low), max(self.high, other.high))


def padding_before(size: int, kernel: int, stride: int, padding: str, dilation: int = 1) -> int:
    """Return how many places of padding Keras puts before a map's first one.

    Args:
        size: of the map, along the side.
        kernel: the window's side.
        stride: places between two windows.
        padding: `valid` or `same`; for an odd sum, `same` puts the smaller half first.
        dilation: as for `Field.through`.
    """
    if padding != "same":
        return 0
    reach = (kernel - 1) * dilation + 1
    return max((math.ceil(size / stride) - 1) * stride + reach - size, 0) // 2
