"""A chart of lines as data: what is drawn, and how. The component `chart` draws it, live or not, one run or twenty."""

from dataclasses import dataclass, field
from typing import Any, Literal

Scale = Literal["share", "log", "linear"]

# What the horizontal axis shows; what is no epoch is a time in seconds.
EPOCHS, SECONDS = "epoch", "seconds of training"
HEIGHT_PX, LOW_PX, STRIP_PX = 300, 190, 92
_MARGIN_PX = {"l": 64, "r": 8, "t": 36, "b": 48}
_STRIP_MARGIN_PX = {"l": 64, "r": 8, "t": 28, "b": 8}


@dataclass(frozen=True)
class Line:
    """A line of a chart.

    Attributes:
        name: what it shows.
        colour: as CSS writes it.
        x: positions, ascending.
        y: values, one a position; `None` is a gap.
        width: in CSS pixels.
        opacity: 0–1.
        dash: lengths of strokes and gaps in CSS pixels; empty: solid.
        markers: whether each point is marked.
        lows: the lowest of the records behind each value, and `highs` the highest: a band; none when empty.
        highs: see above.
    """

    name: str
    colour: str
    x: list[float]
    y: list[float | None]
    width: float = 1
    opacity: float = 1
    dash: tuple[int, ...] = ()
    markers: bool = False
    lows: list[float | None] = field(default_factory=list)
    highs: list[float | None] = field(default_factory=list)


@dataclass(frozen=True)
class Chart:
    """A quantity against epochs or seconds.

    Attributes:
        title: the quantity.
        axis: what the horizontal axis shows from 0 on: `EPOCHS` or `SECONDS`.
        end: where the horizontal axis ends.
        unit: the title of the axis of values; empty: none.
        scale: of the axis of values: shares shown in percent, logarithmic, or plain.
        lines: what is drawn, the last on top.
        alt: what there is to see, in words.
        ticks: values that may be marked on the axis of values; empty where any round ones will do.
        range: where the axis of values begins and ends, powers of ten when it is logarithmic; `None`: just around what
            is seen.
        each: whether the pointer tells the values of all lines at its place; else of the line next to it.
        whole: whether only whole numbers are marked on the horizontal axis.
        height: in CSS pixels.
        wide: whether it takes the whole width; else two stand side by side.
        best: the position that is marked, if one is.
    """

    title: str
    axis: str
    end: float
    unit: str
    scale: Scale
    lines: list[Line]
    alt: str
    ticks: list[float] = field(default_factory=list)
    range: tuple[float, float] | None = None
    each: bool = True
    whole: bool = False
    height: int = HEIGHT_PX
    wide: bool = False
    best: float | None = None

    @property
    def strip(self) -> bool:
        """Whether it is so low that its horizontal axis is that of the chart above it."""
        return self.height < LOW_PX

    def to_json(self) -> dict[str, Any]:
        """Return the chart as a JSON object, without copies of its thousands of numbers."""
        margin = _STRIP_MARGIN_PX if self.strip else _MARGIN_PX
        return {**vars(self), "lines": [vars(line) for line in self.lines], "strip": self.strip, "margin": margin}
