"""How a training goes: curves as data, drawn by a component while they grow and by Plotly once they have ended."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import plotly.graph_objects as go

from core.schedule import Schedule

Scale = Literal["share", "log", "linear"]
Records = Sequence[Mapping[str, Any]]

_TRAINING, _VALIDATION = {False: "#0072B2", True: "#56B4E9"}, {False: "#D55E00", True: "#F0883E"}
_RATE = {False: "#009E73", True: "#35C09A"}
_MARK = {False: "#5F6973", True: "#9AA3AC"}
_MOST_POINTS = 600
HEIGHT_PX, BATCHES_PX, STRIP_PX = 300, 190, 92
MARGIN_PX = {"l": 64, "r": 8, "t": 36, "b": 48}
STRIP_MARGIN_PX = {"l": 64, "r": 8, "t": 28, "b": 8}
# The first losses of an unscaled network are a hundred times higher than the last: the axis is logarithmic.
_LOSS_TICKS = [float(f"{first}e{power}") for power in range(-6, 10) for first in (1, 2, 5)]
# Where not even two of those are on the axis.
_CLOSE_TICKS = [float(f"{first}e{power}") for power in range(-6, 10) for first in (1, 1.5, 2, 3, 4, 5, 6, 8)]
# How far an axis of shares goes on beyond 0% and 100%, as a part of its length: less than to the next tick.
_BEYOND = 1 / 60
_SCHEDULE_POINTS = 200
_TICK_PX = 20


@dataclass(frozen=True)
class Line:
    """A line of a curve.

    Attributes:
        name: what it shows.
        colour: as CSS writes it.
        by_epoch: whether it has one point an epoch and is drawn thick, with markers; else it is thin.
        epochs: positions on the axis of epochs.
        values: one a position; `None` is a gap.
        lows: the lowest of the records behind each value, and `highs` the highest: a band; none when empty.
        highs: see above.
    """

    name: str
    colour: str
    by_epoch: bool
    epochs: list[float]
    values: list[float | None]
    lows: list[float | None] = field(default_factory=list)
    highs: list[float | None] = field(default_factory=list)


@dataclass(frozen=True)
class Curve:
    """A quantity against epochs: what is drawn, whoever draws it.

    Attributes:
        title: the quantity.
        unit: the title of the axis of values; empty: none.
        scale: of the axis of values: shares shown in percent, logarithmic, or plain.
        ticks: values that may be marked on the axis; empty where any round ones will do.
        end: where the axis of epochs ends; it begins at 0.
        range: where the axis of values begins and ends; powers of ten when it is logarithmic.
        lines: what is drawn, the last on top.
        height: in CSS pixels.
        wide: whether it takes the whole width; else two stand side by side.
        best: the epoch that is marked, if one is.
    """

    title: str
    unit: str
    scale: Scale
    ticks: list[float]
    end: float
    range: tuple[float, float]
    lines: list[Line]
    height: int = HEIGHT_PX
    wide: bool = False
    best: float | None = None

    @property
    def strip(self) -> bool:
        """Whether it is so low that its axis of epochs is that of the curve above it."""
        return self.height < BATCHES_PX

    @property
    def margin(self) -> dict[str, int]:
        """The room around what is drawn, in CSS pixels, by side: l, r, t, b."""
        return STRIP_MARGIN_PX if self.strip else MARGIN_PX


def run_curves(metrics: Records, epochs: int, *, dark: bool = False, validation: str = "validation") -> list[Curve]:
    """Return a run's curves: loss and accuracy by epoch, the loss by batch, and the learning rate.

    Args:
        metrics: records of `Run.metrics`.
        epochs: how many are planned: the axis is this long from the start.
        dark: whether the page is dark.
        validation: what the validation pictures are called.
    """
    batches = [record for record in metrics if record["kind"] == "batch"]
    ends = [record for record in metrics if record["kind"] == "epoch"]
    best = best_epoch(ends)
    end = epochs * 1.02
    curves = [_by_epoch(name, batches, ends, end, best, dark, validation) for name in ("loss", "accuracy")]
    return [*curves, _by_batch(batches, end, dark), _rate(batches, end, dark)]


def best_epoch(ends: Records) -> float | None:
    """Return the epoch with the lowest validation loss; `None` before there is one.

    Args:
        ends: the records of epochs.
    """
    known = [(end["val_loss"], end["epoch"]) for end in ends if end.get("val_loss") is not None]
    return min(known)[1] if known else None


def _by_epoch(
    quantity: str, batches: Records, ends: Records, end: float, best: float | None, dark: bool, validation: str
) -> Curve:
    training, validating = _TRAINING[dark], _VALIDATION[dark]
    lines = [thinned(batches, quantity, "training, now", training)]
    for name, key, colour in (("training", quantity, training), (validation, f"val_{quantity}", validating)):
        positions, values = [record["epoch"] for record in ends], [record.get(key) for record in ends]
        lines.append(Line(f"{name}, by epoch", colour, True, positions, values))
    # Bands would hide what they are behind.
    lines[0] = Line(lines[0].name, training, False, lines[0].epochs, lines[0].values)
    scale: Scale = "share" if quantity == "accuracy" else "log"
    limits = _value_range([value for line in lines for value in line.values], scale)
    return Curve(
        title=quantity.capitalize(),
        unit="share of pictures" if scale == "share" else "cross-entropy, nats (log scale)",
        scale=scale,
        ticks=[] if scale == "share" else _loss_ticks(limits),
        end=end,
        range=limits,
        lines=lines,
        best=best,
    )


def _by_batch(batches: Records, end: float, dark: bool) -> Curve:
    line = thinned(batches, "loss", "training loss", _TRAINING[dark])
    limits = _value_range([*line.values, *line.lows, *line.highs], "log")
    title, unit = "Training loss by batch", "nats (log scale)"
    return Curve(title, unit, "log", _loss_ticks(limits), end, limits, [line], BATCHES_PX, wide=True)


def _loss_ticks(limits: tuple[float, float]) -> list[float]:
    """Return the ticks of an axis of losses; its ends are powers of ten."""
    low, high = (10**end for end in limits)
    return _LOSS_TICKS if sum(low <= tick <= high for tick in _LOSS_TICKS) > 1 else _CLOSE_TICKS


def _rate(batches: Records, end: float, dark: bool) -> Curve:
    told = [record for record in batches if record.get("learning_rate") is not None]
    line = thinned(told, "learning_rate", "learning rate", _RATE[dark])
    line = Line(line.name, line.colour, False, line.epochs, line.values)
    highest = max((value for value in line.values if value is not None), default=1.0)
    limits = (-0.06 * highest, 1.12 * highest)
    return Curve("Learning rate", "", "linear", [0.0, highest], end, limits, [line], STRIP_PX, wide=True)


def _value_range(values: Sequence[float | None], scale: Scale) -> tuple[float, float]:
    """Return the ends of an axis with some room around the values, and never so short that it has no tick."""
    known = [value for value in values if value is not None]
    placed = known if scale != "log" else [math.log10(value) for value in known if value > 0]
    lowest, highest = min(placed, default=0.0), max(placed, default=1.0)
    room = max((highest - lowest) / 18, ((0.5 if scale == "log" else 0.1) - (highest - lowest)) / 2)
    low, high = lowest - room, highest + room
    if scale == "share":
        beyond = (high - low) * _BEYOND
        return max(low, -beyond), min(high, 1 + beyond)
    return low, high


def thinned(records: Records, quantity: str, name: str, colour: str) -> Line:
    """Return a line of at most `_MOST_POINTS` points: each the end and the mean of as many records in a row.

    Its band is from the lowest to the highest of them. A group with a value that is not finite (`None` in the records)
    stays a gap.
    """
    group = -(-len(records) // _MOST_POINTS) or 1
    line = Line(name, colour, False, [], [])
    for start in range(0, len(records), group):
        some = records[start : start + group]
        values = [record[quantity] for record in some]
        whole = None not in values
        line.epochs.append(some[-1]["epoch"])
        line.values.append(sum(values) / len(values) if whole else None)
        if group > 1:
            line.lows.append(min(values) if whole else None)
            line.highs.append(max(values) if whole else None)
    return line


def figure(curve: Curve, *, dark: bool = False) -> go.Figure:
    """Draw a curve that has ended; one that grows is drawn by the component `curves`, to look the same.

    Args:
        curve: any.
        dark: whether the page is dark.
    """
    value = {"share": "%{y:.2%}", "log": "%{y:.4f}", "linear": "%{y:.3~g}"}[curve.scale]
    drawn = go.Figure()
    for line in curve.lines:
        if line.lows:
            drawn.add_scatter(
                x=[*line.epochs, *reversed(line.epochs)],
                y=[*line.highs, *reversed(line.lows)],
                fill="toself",
                mode="none",
                fillcolor=line.colour,
                opacity=0.2,
                hoverinfo="skip",
            )
        drawn.add_scatter(
            x=line.epochs,
            y=line.values,
            mode="lines+markers" if line.by_epoch else "lines",
            name=line.name,
            line={"color": line.colour, "width": 2.5 if line.by_epoch else 1.5 if curve.wide else 1},
            marker={"size": 5},
            opacity=1 if line.by_epoch or curve.wide else 0.45,
            hovertemplate=f"epoch %{{x:.2~f}}: {value}<extra>{line.name}</extra>",
        )
    if curve.best is not None:
        drawn.add_vline(
            curve.best,
            line={"color": _MARK[dark], "width": 1, "dash": "dot"},
            annotation={"text": f"best {curve.best:.3g}", "font": {"size": 11, "color": _MARK[dark]}},
            annotation_position="top",
        )
    drawn.update_layout(
        title={"text": curve.title, "x": 0, "font": {"size": 16}},
        xaxis={
            "title": None if curve.strip else "epoch",
            "range": [0, curve.end],
            "automargin": False,
            "showticklabels": not curve.strip,
        },
        yaxis={"title": curve.unit or None, "range": curve.range, "automargin": False},
        # One legend serves all charts, and with margins of their own they look as they did while they grew.
        showlegend=False,
        margin=curve.margin,
        uirevision="curve",
        height=curve.height,
        hovermode="x",
    )
    if curve.scale == "share":
        drawn.update_yaxes(tickformat=".1~%")
    else:
        ticks = _drawn_ticks(curve)
        drawn.update_yaxes(type=curve.scale, tickvals=ticks, ticktext=[f"{tick:.3g}" for tick in ticks])
    return drawn


def _drawn_ticks(curve: Curve) -> list[float]:
    """Return as many of the ticks within the axis as there is room for."""
    low, high = curve.range
    ticks = [tick for tick in curve.ticks if low <= (math.log10(tick) if curve.scale == "log" else tick) <= high]
    room = (curve.height - curve.margin["t"] - curve.margin["b"]) / _TICK_PX
    # On a logarithmic axis, the tenth follows after three.
    return ticks if len(ticks) <= room else ticks[:: 3 if curve.scale == "log" else 2]


def legend(*, dark: bool = False, validation: str = "validation") -> list[tuple[str, str]]:
    """Return the names of the lines by epoch and their colours, one legend for all charts."""
    return [("training (thin: now, thick: by epoch)", _TRAINING[dark]), (f"{validation}, by epoch", _VALIDATION[dark])]


def schedule_figure(schedule: Schedule, learning_rate: float, epochs: int, *, dark: bool = False) -> go.Figure:
    """Draw the learning rate against epochs as a schedule will set it.

    Args:
        schedule: what it is multiplied by.
        learning_rate: the optimiser's own.
        epochs: how many there will be.
        dark: whether the page is dark.
    """
    done = [epochs * step / _SCHEDULE_POINTS for step in range(_SCHEDULE_POINTS + 1)]
    rates = [learning_rate * schedule.factor(each, epochs) for each in done]
    drawn = go.Figure()
    drawn.add_scatter(x=done, y=rates, mode="lines", line={"color": _RATE[dark], "width": 2.5})
    drawn.update_layout(
        xaxis={"title": "epoch", "range": [0, epochs]},
        yaxis={"title": "learning rate", "range": [0, 1.1 * learning_rate], "tickformat": "~g"},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        height=170,
        showlegend=False,
    )
    return drawn
