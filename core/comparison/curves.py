"""The curves of several runs in one figure. Numbers → plotly; colours for a light and a dark page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from core.figures import CLASS_COLOURS

QUANTITIES = ("loss", "accuracy")
PARTS = ("validation", "training")
AXES = {"epoch": "epoch", "seconds": "seconds of training"}
HEIGHT_PX = 340
# More runs than colours: those of the second round are dashed, and so on.
_DASHES = ("solid", "dash", "dashdot")
_FEW_EPOCHS = 8
_SHORTEST = 0.7
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


def overlaid(curves: Sequence[RunCurve], quantity: str, *, parts: Sequence[str], against: str) -> go.Figure:
    """Draw a quantity of several runs: validation in thick lines, training in thin dotted ones.

    Args:
        curves: the runs.
        quantity: of `QUANTITIES`; loss has a logarithmic axis.
        parts: which of `PARTS` to draw.
        against: of `AXES`.
    """
    share = quantity == "accuracy"
    value = "%{y:.2%}" if share else "%{y:.4f}"
    place = "epoch %{x:.0f}" if against == "epoch" else "%{x:,.1f} s"
    # Traces as plain objects: Plotly checks them all at once, which takes a third of the time.
    traces = [
        {
            "type": "scatter",
            "x": [record.get(against) for record in curve.epochs],
            "y": [record.get(quantity if part == "training" else f"val_{quantity}") for record in curve.epochs],
            "mode": "lines" if len(curve.epochs) > 1 else "markers",
            "name": f"{curve.title}, {part}",
            "line": {
                "color": colour(curve.place),
                "width": 1.2 if part == "training" else 2.2,
                "dash": "dot" if part == "training" else _DASHES[curve.place // len(CLASS_COLOURS) % len(_DASHES)],
            },
            "hovertemplate": f"{place}: {value}<extra>{_escaped(curve.title)}, {part}</extra>",
        }
        for part in PARTS[::-1]
        if part in parts
        for curve in curves
    ]
    figure = go.Figure(traces)
    figure.update_layout(
        title={"text": quantity.capitalize(), "x": 0, "font": {"size": 16}},
        xaxis={"title": AXES[against], "rangemode": "tozero", "dtick": _whole_steps(curves, against)},
        yaxis={"title": "share of pictures" if share else "cross-entropy, nats (log scale)"},
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 36, "b": 8},
        height=HEIGHT_PX,
        hovermode="closest",
        uirevision=f"{quantity} {against}",
    )
    if share:
        figure.update_yaxes(tickformat=".1~%")
    else:
        ticks = [f"{value:g}" for value in _LOSS_TICKS]
        figure.update_yaxes(type="log", tickvals=_LOSS_TICKS, ticktext=ticks, range=_loss_range(traces))
    return figure


def _whole_steps(curves: Sequence[RunCurve], against: str) -> int | None:
    """Return 1 where an axis of so few epochs would else be marked at parts of them."""
    return 1 if against == "epoch" and max((len(curve.epochs) for curve in curves), default=0) <= _FEW_EPOCHS else None


def _loss_range(traces: Sequence[dict[str, Any]]) -> tuple[float, float] | None:
    """Return the ends of the axis of losses in powers of ten, never so short that it has no mark."""
    losses = [math.log10(value) for trace in traces for value in trace["y"] if value]
    if not losses:
        return None
    low, high = min(losses), max(losses)
    room = max((high - low) / 20, (_SHORTEST - (high - low)) / 2)
    return low - room, high + room


def _escaped(text: str) -> str:
    """Take away what Plotly would read as markup or as a variable in a text from outside."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("%{", "% {")
