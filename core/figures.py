"""Numbers → plotly figures, and a curve as data. Colours for a light and a dark page; its theme does the rest."""

import math
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

# Okabe and Ito's eight colours for the colour-blind, their black made a gray that shows on both pages, and two more.
CLASS_COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#B8A800",
    "#7F7F7F",
    "#882255",
    "#44AA99",
)
_TRAINING, _VALIDATION = {False: "#0072B2", True: "#56B4E9"}, {False: "#D55E00", True: "#F0883E"}
CURVE_HEIGHT_PX = 310
CURVE_MARGIN_PX = {"l": 64, "r": 8, "t": 36, "b": 48}
_MOST_POINTS = 600
# The first losses of an unscaled network are a hundred times higher than the last: the axis is logarithmic.
_LOSS_TICKS = [float(f"{first}e{power}") for power in range(-6, 4) for first in (1, 2, 5)]


@dataclass(frozen=True)
class Line:
    """A line of a curve.

    Attributes:
        name: what it shows.
        colour: as CSS writes it.
        by_epoch: whether it has one point an epoch and is drawn thick, with markers; else it is thin.
        epochs: positions on the axis of epochs.
        values: one a position; `None` is a gap.
    """

    name: str
    colour: str
    by_epoch: bool
    epochs: list[float]
    values: list[float | None]


@dataclass(frozen=True)
class Curve:
    """A quantity against epochs: what is drawn, whoever draws it.

    Attributes:
        title: the quantity.
        unit: the title of the axis of values.
        share: whether values are shares, shown in percent; else their axis is logarithmic.
        ticks: values that may be marked on the axis; empty where any round ones will do.
        end: where the axis of epochs ends; it begins at 0.
        range: where the axis of values begins and ends; powers of ten when it is logarithmic.
        lines: what is drawn, the last on top.
    """

    title: str
    unit: str
    share: bool
    ticks: list[float]
    end: float
    range: tuple[float, float]
    lines: list[Line]


def curve_data(
    metrics: list[dict[str, Any]],
    quantity: str,
    epochs: int,
    *,
    dark: bool = False,
    validation: str = "validation",
) -> Curve:
    """Return how a quantity of training and validation goes with the epochs.

    Args:
        metrics: records of `Run.metrics`.
        quantity: `loss` or `accuracy`.
        epochs: how many are planned: the axis is this long from the start.
        dark: whether the page is dark.
        validation: what the validation pictures are called.
    """
    batches = thinned([record for record in metrics if record["kind"] == "batch"], quantity)
    ends = [record for record in metrics if record["kind"] == "epoch"]
    training, validating = _TRAINING[dark], _VALIDATION[dark]
    lines = [Line("training, now", training, False, [x for x, _ in batches], [y for _, y in batches])]
    for name, key, colour in (("training", quantity, training), (validation, f"val_{quantity}", validating)):
        epochs_ended, values = [record["epoch"] for record in ends], [record.get(key) for record in ends]
        lines.append(Line(f"{name}, by epoch", colour, True, epochs_ended, values))
    share = quantity == "accuracy"
    return Curve(
        title=quantity.capitalize(),
        unit="share of pictures" if share else "cross-entropy, nats (log scale)",
        share=share,
        ticks=[] if share else _LOSS_TICKS,
        end=epochs * 1.02,
        range=_value_range([value for line in lines for value in line.values], share),
        lines=lines,
    )


def _value_range(values: list[float | None], share: bool) -> tuple[float, float]:
    """Return the ends of an axis with some room around the values, and never so short that it has no tick."""
    known = [value for value in values if value is not None]
    placed = known if share else [math.log10(value) for value in known if value > 0]
    lowest, highest = min(placed, default=0.0), max(placed, default=1.0)
    room = max((highest - lowest) / 18, ((0.1 if share else 0.5) - (highest - lowest)) / 2)
    return lowest - room, highest + room


def curve(data: Curve) -> go.Figure:
    """Draw a curve that has ended; one that grows is drawn by the component `curves`, to look the same."""
    value = "%{y:.2%}" if data.share else "%{y:.4f}"
    figure = go.Figure()
    for line in data.lines:
        figure.add_scatter(
            x=line.epochs,
            y=line.values,
            mode="lines+markers" if line.by_epoch else "lines",
            name=line.name,
            line={"color": line.colour, "width": 2.5 if line.by_epoch else 1},
            marker={"size": 5},
            opacity=1 if line.by_epoch else 0.45,
            hovertemplate=f"epoch %{{x:.2~f}}: {value}<extra>{line.name}</extra>",
        )
    figure.update_layout(
        title={"text": data.title, "x": 0, "font": {"size": 16}},
        xaxis={"title": "epoch", "range": [0, data.end], "automargin": False},
        yaxis={"title": data.unit, "range": data.range, "automargin": False},
        # One legend serves both charts, and with margins of their own they look as they did while they grew.
        showlegend=False,
        margin=CURVE_MARGIN_PX,
        uirevision="curve",
        height=CURVE_HEIGHT_PX,
        hovermode="x",
    )
    if data.share:
        figure.update_yaxes(tickformat=".1~%")
    else:
        figure.update_yaxes(type="log", tickvals=data.ticks, ticktext=[f"{value:g}" for value in data.ticks])
    return figure


def curve_legend(*, dark: bool = False, validation: str = "validation") -> list[tuple[str, str]]:
    """Return the names of `curve`'s lines and their colours, one legend for all its charts."""
    return [("training (thin: now, thick: by epoch)", _TRAINING[dark]), (f"{validation}, by epoch", _VALIDATION[dark])]


def thinned(records: list[dict[str, Any]], quantity: str) -> list[tuple[float, float | None]]:
    """Return at most `_MOST_POINTS` points: each the end and the mean of as many records in a row.

    A group with a value that is not finite (`None` in the records) stays a gap.
    """
    group = -(-len(records) // _MOST_POINTS) or 1
    points: list[tuple[float, float | None]] = []
    for start in range(0, len(records), group):
        some = records[start : start + group]
        values = [record[quantity] for record in some]
        mean = None if any(value is None for value in values) else sum(values) / len(values)
        points.append((some[-1]["epoch"], mean))
    return points


def ranking(ranked: list[tuple[str, float]]) -> go.Figure:
    """Draw classes with their probabilities as bars, the most probable on top.

    Args:
        ranked: class names with probabilities 0–1, most probable first.
    """
    figure = go.Figure()
    figure.add_bar(
        x=[probability for _, probability in ranked],
        y=[name for name, _ in ranked],
        orientation="h",
        marker={"color": [CLASS_COLOURS[0]] + ["#7F8C98"] * (len(ranked) - 1)},
        text=[f"{probability:.1%}" for _, probability in ranked],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.2%}<extra></extra>",
    )
    figure.update_layout(
        xaxis={"title": "probability", "range": [0, 1.12], "tickvals": [0, 0.5, 1], "tickformat": ".0%"},
        yaxis={"autorange": "reversed", "type": "category", "showgrid": False},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        height=34 * len(ranked) + 60,
        bargap=0.35,
    )
    return figure
