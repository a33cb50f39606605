"""What an augmentation's ranges allow: their corners, and what one field does from its lowest to its highest value."""

from dataclasses import fields

import numpy as np

from core.augmentation.augmentation import CHANCES, FIELDS, Augmentation
from core.augmentation.draw import UNCHANGED, Draw, describe


def extremes(augmentation: Augmentation, height: int, width: int) -> list[tuple[str, Draw]]:
    """Return the corners of what can be drawn for pictures of a size in pixels, each with a label.

    They are each field's lowest and highest value alone, the four corners of the shifts, and all fields together.
    """

    moving = augmentation.moving
    found = []
    for name in moving:
        lowest, highest = strip(augmentation, name, 2, height, width)
        found += [(f"{FIELDS[name].title}, lowest", lowest), (f"{FIELDS[name].title}, highest", highest)]
    shifts = ("width_shift_range", "height_shift_range")
    if set(shifts) <= set(moving):
        ways = ("down and right", "down and left", "up and right", "up and left")
        corners = np.array([_chances(tx=tx, ty=ty) for ty in (0, 1) for tx in (0, 1)])
        draws = _only(augmentation, *shifts).draws_of(corners, height, width)
        found += [(f"Shifts, {way}", draw) for way, draw in zip(ways, draws, strict=True)]
    if len(moving) > 1:
        names = [chance for name in moving for chance in FIELDS[name].draws]
        both = np.array([_chances(**dict.fromkeys(names, extreme)) for extreme in (0, 1)])
        lowest, highest = augmentation.draws_of(both, height, width)
        found += [("All, lowest", lowest), ("All, highest", highest)]
    return [(label, draw) for label, draw in found if describe(draw) != UNCHANGED]


def strip(augmentation: Augmentation, field: str, count: int, height: int, width: int) -> list[Draw]:
    """Return `count` draws in which one field alone goes from its lowest to its highest value.

    Args:
        augmentation: the ranges; a field that it leaves off gives draws that change nothing.
        field: a name of `FIELDS`; of a flip, the first half of the draws lacks it.
        count: how many.
        height: of the pictures in pixels, and `width`.
    """
    rows = [_chances(**dict.fromkeys(FIELDS[field].draws, value)) for value in np.linspace(0, 1, count).tolist()]
    return _only(augmentation, field).draws_of(np.array(rows), height, width)


def _only(augmentation: Augmentation, *names: str) -> Augmentation:
    """Return an augmentation in which none but the named fields change pictures, as far as they did."""
    kept = {each.name for each in fields(Augmentation)} - (set(FIELDS) - set(names))
    return Augmentation(**{name: getattr(augmentation, name) for name in kept})


def _chances(**values: float) -> list[float]:
    """Return a row of chances: these, a box wherever one can be erased, and all others in the middle."""
    return [values.get(name, 1.0 if name == "erased" else 0.5) for name in CHANCES]
