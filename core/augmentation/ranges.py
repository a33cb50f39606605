"""What an augmentation's ranges allow: their corners, and what one field does from its lowest to its highest value."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from core.augmentation.augmentation import FIELDS, Augmentation
from core.augmentation.chances import Chances
from core.augmentation.draw import UNCHANGED, describe
from core.augmentation.operations import OPERATIONS, Draw


def extremes(augmentation: Augmentation, height: int, width: int) -> list[tuple[str, Draw]]:
    """Return the corners of what can be drawn for images of a size in pixels, each with a label.

    They are each field's lowest and highest value alone, corners of fields that belong together, and all together.
    """

    moving = augmentation.moving
    found = []
    for name in moving:
        lowest, highest = strip(augmentation, name, 2, height, width)
        found += [(f"{FIELDS[name].title}, lowest", lowest), (f"{FIELDS[name].title}, highest", highest)]
    for operation in augmentation.on(OPERATIONS):
        corners = operation.corners()
        if corners:
            alone = _only(augmentation, *operation.moving)
            draws = alone.draws_of(_chances([each for _, each in corners]), height, width)
            found += [(label, draw) for (label, _), draw in zip(corners, draws, strict=True)]
    if len(moving) > 1:
        names = [chance for name in moving for chance in FIELDS[name].draws]
        ends = _chances([dict.fromkeys(names, end) for end in (0.0, 1.0)])
        lowest, highest = augmentation.draws_of(ends, height, width)
        found += [("All, lowest", lowest), ("All, highest", highest)]
    return [(label, draw) for label, draw in found if describe(draw) != UNCHANGED]


def strip(augmentation: Augmentation, field: str, count: int, height: int, width: int) -> list[Draw]:
    """Return `count` draws in which one field alone goes from its lowest to its highest value.

    Args:
        augmentation: the ranges; a field that it leaves off gives draws that change nothing.
        field: a name of `FIELDS`; of a flip, the first half of the draws lacks it.
        count: how many.
        height: of the images in pixels, and `width`.
    """
    steps = [dict.fromkeys(FIELDS[field].draws, value) for value in np.linspace(0, 1, count).tolist()]
    return _only(augmentation, field).draws_of(_chances(steps), height, width)


def _only(augmentation: Augmentation, *names: str) -> Augmentation:
    """Return an augmentation in which none but the named fields change images, as far as they did."""
    kept = {name: value for name, value in asdict(augmentation).items() if name not in FIELDS or name in names}
    return Augmentation(**kept)


def _chances(given: Sequence[Mapping[str, float]]) -> Chances:
    """Return chances for as many images: these, what operations want where they are shown, and else the middle."""
    wanted = {name: value for each in OPERATIONS for name, value in each.when_shown.items()}
    rows = [{**wanted, **each} for each in given]
    return Chances.chosen(len(rows), {name: np.array([row[name] for row in rows]) for name in rows[0]} if rows else {})
