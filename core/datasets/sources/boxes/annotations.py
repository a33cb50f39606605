"""What files of boxes tell, whatever their format: images, and the objects in each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any


@dataclass(frozen=True, slots=True)
class Box:
    """An object.

    Attributes:
        name: its class.
        sides: left, top, right and bottom in pixels from the image's upper left corner.
    """

    name: str
    sides: tuple[float, float, float, float]


@dataclass(frozen=True)
class Annotated:
    """What is told of an image.

    Attributes:
        image: its file's name, or path.
        size: its width and height in pixels; 0, 0: they are not told.
        boxes: of the objects that can be cut out, as far as they are told.
        crowds: how many boxes have several objects in one.
        difficult: how many are marked as too hard to tell.
        odd: how many are no boxes, or of no class.
    """

    image: str
    size: tuple[int, int] = (0, 0)
    boxes: tuple[Box, ...] = ()
    crowds: int = 0
    difficult: int = 0
    odd: int = 0


@dataclass(frozen=True)
class Format:
    """A format of boxes.

    Attributes:
        name: what people call it.
        ending: of its files' names, in lower case.
        begins: a file is of it that has all texts of one of these at its beginning.
        read: returns what a file tells; raises `ValueError` where it is damaged.
    """

    name: str
    ending: str
    begins: tuple[tuple[bytes, ...], ...]
    read: Callable[[bytes], Iterator[Annotated]]

    def fits(self, name: str, begin: bytes) -> bool:
        """Tell whether a file with this name and beginning is of this format."""
        return name.lower().endswith(self.ending) and any(all(mark in begin for mark in each) for each in self.begins)


def box(name: Any, sides: tuple[Any, ...]) -> Box | None:
    """Return a box; `None` where it is of no class, has no area, or its sides are no numbers."""
    try:
        left, top, right, bottom = map(float, sides)
    except (TypeError, ValueError):
        return None
    if not isinstance(name, str) or not name.strip() or not all(map(isfinite, (left, top, right, bottom))):
        return None
    return Box(name.strip(), (left, top, right, bottom)) if right > left and bottom > top else None


def side(value: Any) -> int:
    """Return a side of an image in pixels; 0 where it is none."""
    try:
        return max(0, int(value))
    except (TypeError, ValueError, OverflowError):
        return 0
