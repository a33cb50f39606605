"""The curves of several runs in one chart, as data: a component draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.figures import CLASS_COLOURS

QUANTITIES = ("loss", "accuracy")
PARTS = ("validation", "training")
AXES = {"epoch": "epoch", "seconds": "seconds of training"}
# Lengths of strokes and gaps in pixels. More runs than colours: those of the second round are dashed, and so on.
_DASHES: tuple[tuple[int, ...], ...] = ((), (9, 4), (9, 3, 2, 3))
_DOTTED = (2, 3)
_LOSS_TICKS = tuple(float(f"{first}e{power}") for power in range(-6, 4) for first in (1, 2, 5))


@dataclass(frozen=True)
class RunCurve:
    """A run among those whose curves are drawn.

    Attributes:
        title: what to call it.
        place: its place among them, which gives its colour.
        epochs: its metrics, a record an epoch.
    """

    title: str
    place: int
    epochs: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Line:
    """A line of a chart.

    Attributes:
        name: what it shows.
        colour: as CSS writes it.
        width: in CSS pixels.
        dash: lengths of strokes and gaps in CSS pixels; empty: solid.
        x: positions, ascending.
        y: values, one a position; `None` is a gap.
    """

    name: str
    colour: str
    width: float
    dash: tuple[int, ...]
    x: tuple[float, ...]
    y: tuple[float | None, ...]


@dataclass(frozen=True)
class Chart:
    """A quantity of several runs.

    Attributes:
        title: the quantity.
        axis: what it is drawn against.
        unit: of its values.
        log: whether their axis is logarithmic; else they are shares.
        ticks: values that may be marked on a logarithmic axis.
        alt: what there is to see, in words.
        lines: the last is drawn on top.
    """

    title: str
    axis: str
    unit: str
    log: bool
    ticks: tuple[float, ...]
    alt: str
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the chart as a JSON object, without copies of its thousands of numbers."""
        return {**vars(self), "lines": [vars(line) for line in self.lines]}


def colour(place: int) -> str:
    """Return the colour of a run's curves by its place among those drawn."""
    return CLASS_COLOURS[place % len(CLASS_COLOURS)]


def overlaid(curves: Sequence[RunCurve], quantity: str, *, parts: Sequence[str], against: str) -> Chart:
    """Lay a quantity of several runs over each other: validation in thick lines, training in thin dotted ones.

    Args:
        curves: the runs.
        quantity: of `QUANTITIES`; loss has a logarithmic axis.
        parts: which of `PARTS` to draw.
        against: of `AXES`.
    """
    share = quantity == "accuracy"
    return Chart(
        title=quantity.capitalize(),
        axis=AXES[against],
        unit="share of pictures" if share else "cross-entropy, nats (log scale)",
        log=not share,
        ticks=() if share else _LOSS_TICKS,
        alt=f"{quantity.capitalize()} of {len(curves)} run{'s' * (len(curves) != 1)} against {AXES[against]}",
        lines=tuple(_line(curve, quantity, part, against) for part in PARTS[::-1] if part in parts for curve in curves),
    )


def _line(curve: RunCurve, quantity: str, part: str, against: str) -> Line:
    training = part == "training"
    name = quantity if training else f"val_{quantity}"
    return Line(
        f"{curve.title}, {part}",
        colour(curve.place),
        1.2 if training else 2.2,
        _DOTTED if training else _DASHES[curve.place // len(CLASS_COLOURS) % len(_DASHES)],
        tuple(record[against] for record in curve.epochs),
        tuple(record.get(name) for record in curve.epochs),
    )
