"""The curves of several runs in one chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.charts.chart import EPOCHS, SECONDS, Chart, Line
from core.charts.palette import CLASS_COLOURS
from core.storage.progress import counted

QUANTITIES = ("loss", "accuracy")
PARTS = ("validation", "training")
AXES = {"epoch": EPOCHS, "seconds": SECONDS}
# Lengths of strokes and gaps in pixels. More runs than colours: those of the second round are dashed, and so on.
_DASHES: tuple[tuple[int, ...], ...] = ((), (9, 4), (9, 3, 2, 3))
_DOTTED = (2, 3)
_TRAINING_WIDTH, _VALIDATION_WIDTH = 1.2, 2.2
# How much longer than the longest run the axis is.
_ROOM = 1.01
_LOSS_TICKS = [float(f"{first}e{power}") for power in range(-6, 4) for first in (1, 2, 5)]


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
    lines = [_line(curve, quantity, part, against) for part in PARTS[::-1] if part in parts for curve in curves]
    return Chart(
        title=quantity.capitalize(),
        axis=AXES[against],
        end=_ROOM * max((line.x[-1] for line in lines if line.x), default=1.0),
        unit="share of images" if share else "cross-entropy (log scale)",
        scale="share" if share else "log",
        ticks=[] if share else _LOSS_TICKS,
        lines=lines,
        alt=f"{quantity.capitalize()} of {counted(len(curves), 'run')} against {AXES[against]}",
        each=False,
        whole=against == "epoch",
    )


def _line(curve: RunCurve, quantity: str, part: str, against: str) -> Line:
    training = part == "training"
    name = quantity if training else f"val_{quantity}"
    return Line(
        f"{curve.title}, {part}",
        colour(curve.place),
        [record[against] for record in curve.epochs],
        [record.get(name) for record in curve.epochs],
        _TRAINING_WIDTH if training else _VALIDATION_WIDTH,
        dash=_DOTTED if training else _DASHES[curve.place // len(CLASS_COLOURS) % len(_DASHES)],
    )
