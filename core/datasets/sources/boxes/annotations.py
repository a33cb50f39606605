"""What files of boxes tell, whatever their format: images, and the objects in each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import IO, Any

from core.datasets.sources.readers import Member, Opened


@dataclass(frozen=True, slots=True)
class Box:
    """An object.

    Attributes:
        name: its class.
        sides: left, top, right and bottom from the image's upper left corner, in pixels or in shares of the image.
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
        beyond: how many were not looked at, since there are too many.
        shares: whether sides are shares of the image's, not pixels.
        exact: whether `image` is the whole path of the one image that it can be.
    """

    image: str
    size: tuple[int, int] = (0, 0)
    boxes: tuple[Box, ...] = ()
    crowds: int = 0
    difficult: int = 0
    odd: int = 0
    beyond: int = 0
    shares: bool = False
    exact: bool = False


@dataclass(frozen=True)
class Reading:
    """How the files of boxes of one source are read.

    Attributes:
        takes: tells by its path and beginning whether a file is one of them.
        read: returns what a file with its path tells; raises `ValueError` where it is damaged.
        notes: sentences for a person.
        in_pieces: returns what a file tells that is too large to be in memory at once; `None`: such are not read.
    """

    takes: Callable[[Member, bytes], bool]
    read: Callable[[Member, bytes], Iterator[Annotated]]
    notes: tuple[str, ...] = ()
    in_pieces: Callable[[IO[bytes]], Iterator[Annotated]] | None = None


@dataclass(frozen=True)
class Format:
    """A format of boxes.

    Attributes:
        name: what people call it.
        ending: of its files' names, in lower case.
        fits: tells by its beginning whether a file with that ending is of this format.
        reading: returns how those among some members are read.
    """

    name: str
    ending: str
    fits: Callable[[bytes], bool]
    reading: Callable[[Sequence[Member], Opened], Reading]


def with_marks(
    name: str,
    ending: str,
    begins: tuple[tuple[bytes, ...], ...],
    read: Callable[[bytes], Iterator[Annotated]],
    in_pieces: Callable[[IO[bytes]], Iterator[Annotated]] | None = None,
) -> Format:
    """Return a format whose files tell all by themselves, and have all texts of one of `begins` at their beginning."""

    def fits(begin: bytes) -> bool:
        return any(all(mark in begin for mark in each) for each in begins)

    reading = Reading(lambda _member, begin: fits(begin), lambda _member, data: read(data), in_pieces=in_pieces)
    return Format(name, ending, fits, lambda _members, _opened: reading)


def box(name: Any, sides: tuple[Any, ...]) -> Box | None:
    """Return a box; `None` where it is of no class, has no area, or its sides are no numbers."""
    try:
        left, top, right, bottom = map(float, sides)
    except (TypeError, ValueError, OverflowError):
        return None
    if not isinstance(name, str) or not name.strip() or not isfinite((right - left) * (bottom - top)):
        return None
    return Box(name.strip(), (left, top, right, bottom)) if right > left and bottom > top else None


def side(value: Any) -> int:
    """Return a side of an image in pixels; 0 where it is none."""
    try:
        return max(0, int(value))
    except (TypeError, ValueError, OverflowError):
        return 0
