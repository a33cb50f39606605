"""Small plots and images beside each other, as data. The component `panels` draws them, many times a second.

Plots of evaluations are Plotly's; these are for what changes while a slider is dragged.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Colour = Literal["blue", "orange", "green", "vermilion", "purple", "gray"]
Kind = Literal["line", "bars", "outline", "dots", "across", "down"]


@dataclass(frozen=True)
class Axis:
    """An axis of a plot.

    Attributes:
        title: the quantity with its unit.
        low: where it begins, and `high` where it ends, above `low`.
        high: see above.
        ticks: values that are marked, with their texts.
        log: whether it is logarithmic; then `low` is above 0.
    """

    title: str
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    log: bool = False


@dataclass(frozen=True)
class Mark:
    """Something drawn in a plot.

    Attributes:
        kind: `line` through points, `dots`, `bars` from 0 (filled, or `outline`: each `x` is a bar's middle and they
            are as wide as they are apart); a line `down` at an x, or `across` at a y.
        colour: by its name in the palette.
        x: positions; none for `across`.
        y: values, as many; none for `down`.
        label: in the legend; empty: not there.
        dashed: whether a line is.
    """

    kind: Kind
    colour: Colour
    x: Sequence[float] = ()
    y: Sequence[float] = ()
    label: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Plot:
    """A plot.

    Attributes:
        title: what it shows.
        alt: what there is to see, in words.
        x: the horizontal axis.
        y: the vertical one.
        marks: what is drawn, the last on top.
        width: in units of about a CSS pixel; it is drawn as wide as there is room, within limits.
        height: in the same units.
    """

    title: str
    alt: str
    x: Axis
    y: Axis
    marks: Sequence[Mark]
    width: int = 300
    height: int = 240


@dataclass(frozen=True, eq=False)
class Picture:
    """An image.

    Attributes:
        title: what it is.
        alt: what there is to see, in words.
        pixels: uint8 `(height, width, 1 or 3)`.
        width: in CSS pixels, at most; enlarged pixels stay square.
        note: said beneath.
    """

    title: str
    alt: str
    pixels: np.ndarray = field(repr=False)
    width: int = 300
    note: str = ""

    @property
    def crisp(self) -> bool:
        """Whether its pixels are so much enlarged that each is to be seen."""
        return max(self.pixels.shape[:2]) * 2 <= self.width


def linear_axis(title: str, low: float, high: float, *, percent: bool = False, count: int = 5) -> Axis:
    """Return an axis with about so many round values marked.

    Args:
        title: of it.
        low: where it begins; what is not finite, or not below `high`, is put right.
        high: where it ends.
        percent: whether values are shares.
        count: about how many values are marked.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        low = low if math.isfinite(low) else 0.0
        high = low + 1.0
    step = _round_step((high - low) / count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    places = max(0, -math.floor(math.log10(step) + (2 if percent else 0) + 1e-9))
    ticks = []
    for at in range(first, last + 1):
        value = at * step
        text = f"{100 * value:.{places}f}%" if percent else f"{value:,.{places}f}"
        ticks.append((value, text.replace("-", "−")))
    return Axis(title, low, high, ticks)


def log_axis(title: str, low: float, high: float, ticks: Sequence[tuple[float, str]]) -> Axis:
    """Return a logarithmic axis; of the ticks those are marked that are on it."""
    return Axis(title, low, high, [each for each in ticks if low <= each[0] <= high], log=True)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def histogram(values: np.ndarray, edges: np.ndarray) -> tuple[list[float], list[float]]:
    """Return the middles of bins and the share of the finite values in each; what lies outside counts in the last ones.

    Args:
        values: float, of any shape.
        edges: float `(bins + 1,)`, ascending.
    """
    finite = np.asarray(values, np.float64).ravel()
    finite = np.clip(finite[np.isfinite(finite)], edges[0], edges[-1])
    counts, _ = np.histogram(finite, edges)
    return ((edges[:-1] + edges[1:]) / 2).tolist(), (counts / max(1, len(finite))).tolist()
