"""Shifts along the width and the height."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.augmentation.chances import Chances
from core.augmentation.matrix import Matrix
from core.augmentation.operations.operation import Draw, Geometric, either_way, either_way_code, setting, short

_EXCHANGED = """\
# Keras 3 exchanges the two shifts when it draws them: in Keras 3.15 height_shift_range moves an image sideways and
# width_shift_range up and down. Pixelwise does what the names say; exchange the two values here to get the same."""


@dataclass(frozen=True)
class Shift(Geometric):
    """Moved; `tx` is in pixels along the width (columns), above 0 to the left, and `ty` along the height, up."""

    neutral: ClassVar[Draw] = {"tx": 0.0, "ty": 0.0}

    width_shift_range: float = setting(
        0.0,
        "Width shift",
        draws=("tx",),
        label="Width shift",
        side="width",
        minimum=0.0,
        maximum=4096.0,
        step=0.01,
        help="Maximum horizontal shift in either direction. Below 1: fraction of the width; 1 and above: pixels.",
    )
    height_shift_range: float = setting(
        0.0,
        "Height shift",
        draws=("ty",),
        label="Height shift",
        side="height",
        minimum=0.0,
        maximum=4096.0,
        step=0.01,
        help="Maximum vertical shift in either direction. Below 1: fraction of the height; 1 and above: pixels.",
    )

    def drawn(self, chance: Chances, height: int, width: int) -> dict[str, np.ndarray | None]:
        """Draw both shifts."""
        across = self.width_shift_range * (width if self.width_shift_range < 1 else 1)
        down = self.height_shift_range * (height if self.height_shift_range < 1 else 1)
        return {"tx": either_way(chance["tx"], across), "ty": either_way(chance["ty"], down)}

    def matrix(self, tx: np.ndarray, ty: np.ndarray) -> Matrix:
        """Move."""
        return Matrix(right=tx, down=ty)

    @classmethod
    def words(cls, tx: float, ty: float) -> str:
        """Say how far and which way."""
        said = []
        if short(tx) != "0":
            said.append(f"shifted {short(tx)} px {'left' if tx > 0 else 'right'}")
        if short(ty) != "0":
            said.append(f"shifted {short(ty)} px {'up' if ty > 0 else 'down'}")
        return " · ".join(said)

    def corners(self) -> list[tuple[str, dict[str, float]]]:
        """The four corners that an image can be moved into, where both shifts are on."""
        if len(self.moving) < 2:
            return []
        ways = ("down and right", "down and left", "up and right", "up and left")
        places = [{"tx": tx, "ty": ty} for ty in (0.0, 1.0) for tx in (0.0, 1.0)]
        return [(f"Shifts, {way}", place) for way, place in zip(ways, places, strict=True)]

    def generator_arguments(self) -> dict[str, Any]:
        """From a whole number of pixels Keras would draw whole pixels."""
        return {name: float(value) for name, value in super().generator_arguments().items()}

    def generator_notes(self) -> list[str]:
        """Keras exchanges the two."""
        return [_EXCHANGED]

    def layers(self, fill: str) -> list[str]:
        """One layer moves both ways."""
        shifts = {"height": self.height_shift_range, "width": self.width_shift_range}
        shares = (f"{side}_factor={_share(shift, side)}" for side, shift in shifts.items())
        return [f"RandomTranslation({', '.join(shares)}, {fill})"]

    def layer_notes(self) -> list[str]:
        """A shift in pixels is a share of a size that the learner must fill in."""
        if max(self.width_shift_range, self.height_shift_range) < 1:
            return []
        return ["height, width = 32, 32  # of your images, for the shifts in pixels"]

    def script(self, chance: Callable[[str], str]) -> list[str]:
        """Move."""
        lines, moved = [], []
        for name, limit, way, what in (
            ("tx", self.width_shift_range, "right", "sideways"),
            ("ty", self.height_shift_range, "down", "up and down"),
        ):
            if limit:
                side = "width" if name == "tx" else "height"
                code = f"({limit!r} * {side})" if limit < 1 else repr(limit)
                lines.append(f"{name} = {either_way_code(chance(name), code)}  # {what}")
                moved.append(f"{way}={name}")
        return [*lines, f"matrix = times(matrix, {', '.join(moved)})"]


def _share(shift: float, side: str) -> str:
    """Return a shift as a share of a side, in Python."""
    return repr(shift) if shift < 1 else f"min({shift!r} / {side}, 1.0)"
