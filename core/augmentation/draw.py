"""What chance decided for one picture."""

from collections.abc import Iterator
from typing import TypedDict

# What a draw is called that changes nothing.
UNCHANGED = "as it is"


class Draw(TypedDict):
    """What was drawn for one picture, under the names of `ImageDataGenerator.get_random_transform` and two more.

    The affine values tell where each pixel of the new picture comes from in the old one, so `tx` above 0 moves the
    picture to the left, and a `zx` above 1 makes it narrower.

    Attributes:
        theta: the rotation in degrees, counter-clockwise.
        tx: the shift along the width (columns) in pixels, and `ty` along the height (rows).
        shear: the shear in degrees.
        zx: the zoom along the width, and `zy` along the height.
        flip_horizontal: whether left and right change places, and `flip_vertical` top and bottom.
        channel_shift_intensity: what is added to every value; the picture's own smallest and largest limit it.
        brightness: the factor of every value.
        contrast: the factor of every value's distance from its channel's mean.
        erased: the box that is painted over, in pixels: left, top, right, bottom, the latter two not included.
    """

    theta: float
    tx: float
    ty: float
    shear: float
    zx: float
    zy: float
    flip_horizontal: bool
    flip_vertical: bool
    channel_shift_intensity: float | None
    brightness: float | None
    contrast: float | None
    erased: tuple[int, int, int, int] | None


def describe(draw: Draw) -> str:
    """Say in a few words what a draw does to a picture, such as `turned 12° clockwise · shifted 3 px right`."""
    return " · ".join(_words(draw)) or UNCHANGED


def _words(draw: Draw) -> Iterator[str]:
    for value, words, above, below in (
        (draw["theta"], "turned {}° {}", "anticlockwise", "clockwise"),
        (draw["tx"], "shifted {} px {}", "left", "right"),
        (draw["ty"], "shifted {} px {}", "up", "down"),
        (draw["shear"], "slanted {}° {}", "left", "right"),
    ):
        if _short(value) != "0":
            yield words.format(_short(value), above if value > 0 else below)
    wide, high = f"{100 / draw['zx']:.0f}%", f"{100 / draw['zy']:.0f}%"
    if (wide, high) != ("100%", "100%"):
        yield f"{wide} of its size" if wide == high else f"{wide} wide and {high} high"
    if draw["flip_horizontal"]:
        yield "flipped left-right"
    if draw["flip_vertical"]:
        yield "flipped top-bottom"
    if draw["channel_shift_intensity"] is not None:
        yield f"values {draw['channel_shift_intensity']:+.0f}"
    if draw["brightness"] is not None:
        yield f"brightness × {draw['brightness']:.2f}"
    if draw["contrast"] is not None:
        yield f"contrast × {draw['contrast']:.2f}"
    if draw["erased"] is not None:
        left, top, right, bottom = draw["erased"]
        yield f"{right - left}×{bottom - top} px erased"


def _short(value: float) -> str:
    """Return a value without its sign, with a decimal place where it is below 10 and has one."""
    size = abs(value)
    return f"{size:.0f}" if size >= 10 else f"{size:.1f}".removesuffix(".0")
