"""The curves of several runs in one figure. Numbers → plotly; colours for a light and a dark page."""

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
        xaxis={"title": AXES[against], "rangemode": "tozero"},
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
        figure.update_yaxes(type="log", tickvals=_LOSS_TICKS, ticktext=[f"{value:g}" for value in _LOSS_TICKS])
    return figure


def _escaped(text: str) -> str:
    """Take away what Plotly would read as markup or as a variable in a text from outside."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("%{", "% {")
