"""How a training goes, and how its learning rate will: curves as charts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.charts.chart import EPOCHS, LOW_PX, STRIP_PX, Chart, Line, Scale
from core.charts.palette import LEARNING_RATE, TRAINING, VALIDATION
from core.charts.plotly import go
from core.recipes.schedules import Schedule

Records = Sequence[Mapping[str, Any]]

_MOST_POINTS = 600
# The first losses of an unscaled network are a hundred times higher than the last: the axis is logarithmic.
_LOSS_TICKS = [float(f"{first}e{power}") for power in range(-6, 10) for first in (1, 2, 5)]
# What the lines of a chart by epoch show: of which records, and which of their values.
_SHOWN = (("batch", ""), ("epoch", ""), ("epoch", "val_"))
_BY_EPOCH = ("loss", "accuracy")
# Where not even two of those are on the axis.
_CLOSE_TICKS = [float(f"{first}e{power}") for power in range(-6, 10) for first in (1, 1.5, 2, 3, 4, 5, 6, 8)]
# How far an axis of shares goes on beyond 0% and 100%, as a part of its length: less than to the next tick.
_BEYOND = 1 / 60
_SCHEDULE_POINTS = 200
# A curve by batch of its own chart, how much is seen of one behind another, and curves by epoch.
_BATCHES_WIDTH, _FAINT, _EPOCHS_WIDTH = 1.5, 0.45, 2.5


def run_curves(metrics: Records, epochs: int, *, dark: bool = False, validation: str = "validation") -> list[Chart]:
    """Return a run's curves: loss and accuracy by epoch, the loss by batch, and the learning rate.

    Args:
        metrics: records of `Run.metrics`.
        epochs: how many are planned: the axis is this long from the start.
        dark: whether the page is dark.
        validation: what the validation images are called.
    """
    batches = [record for record in metrics if record["kind"] == "batch"]
    ends = [record for record in metrics if record["kind"] == "epoch"]
    best = best_epoch(ends)
    end = epochs * 1.02
    curves = [_by_epoch(name, batches, ends, end, best, dark, validation) for name in _BY_EPOCH]
    return [*curves, _by_batch(batches, end, dark), _rate(batches, end, dark)]


def new_points(records: Records) -> list[tuple[int, int, float, float | None]]:
    """Return what records add to the first two of `run_curves`: of which chart, of which line, position, value."""
    return [
        (chart, line, record["epoch"], record.get(f"{prefix}{quantity}"))
        for record in records
        for chart, quantity in enumerate(_BY_EPOCH)
        for line, (kind, prefix) in enumerate(_SHOWN)
        if record["kind"] == kind
    ]


def accuracy_curve(metrics: Records, epochs: int, height: int, *, dark: bool = False) -> Chart:
    """Return the accuracy by epoch alone, as wide as there is room.

    Args:
        metrics: as for `run_curves`, as `epochs` and `dark` are.
        epochs: how many are planned.
        height: in CSS pixels.
        dark: whether the page is dark.
    """
    _, accuracy, *_ = run_curves(metrics, epochs, dark=dark)
    return replace(accuracy, height=height, wide=True)


def best_epoch(ends: Records) -> float | None:
    """Return the epoch with the lowest validation loss; `None` before there is one.

    Args:
        ends: the records of epochs.
    """
    known = [(end["val_loss"], end["epoch"]) for end in ends if end.get("val_loss") is not None]
    return min(known)[1] if known else None


def _by_epoch(
    quantity: str, batches: Records, ends: Records, end: float, best: float | None, dark: bool, validation: str
) -> Chart:
    training, validating = TRAINING.on(dark), VALIDATION.on(dark)
    # Bands would hide what they are behind.
    lines = [replace(thin(batches, quantity, "Training (current batch)", training), opacity=_FAINT, lows=[], highs=[])]
    names = (("training", training), (validation, validating))
    for (name, colour), (_, prefix) in zip(names, _SHOWN[1:], strict=True):
        positions, values = [record["epoch"] for record in ends], [record.get(f"{prefix}{quantity}") for record in ends]
        lines.append(Line(f"{name} per epoch", colour, positions, values, _EPOCHS_WIDTH, markers=True))
    scale: Scale = "share" if quantity == "accuracy" else "log"
    limits = _value_range([value for line in lines for value in line.y], scale)
    title = quantity.capitalize()
    return Chart(
        title=title,
        axis=EPOCHS,
        unit="share of images" if scale == "share" else "cross-entropy (log scale)",
        scale=scale,
        ticks=[] if scale == "share" else _loss_ticks(limits),
        end=end,
        range=limits,
        lines=lines,
        alt=f"{title} against epochs",
        best=best,
    )


def _by_batch(batches: Records, end: float, dark: bool) -> Chart:
    line = replace(thin(batches, "loss", "training loss", TRAINING.on(dark)), width=_BATCHES_WIDTH)
    limits = _value_range([*line.y, *line.lows, *line.highs], "log")
    return Chart(
        title="Training loss by batch",
        axis=EPOCHS,
        unit="nats (log scale)",
        scale="log",
        ticks=_loss_ticks(limits),
        end=end,
        range=limits,
        lines=[line],
        alt="Training loss by batch against epochs",
        height=LOW_PX,
        wide=True,
    )


def _loss_ticks(limits: tuple[float, float]) -> list[float]:
    """Return the ticks of an axis of losses; its ends are powers of ten."""
    low, high = (10**end for end in limits)
    return _LOSS_TICKS if sum(low <= tick <= high for tick in _LOSS_TICKS) > 1 else _CLOSE_TICKS


def _rate(batches: Records, end: float, dark: bool) -> Chart:
    told = [record for record in batches if record.get("learning_rate") is not None]
    line = thin(told, "learning_rate", "learning rate", LEARNING_RATE.on(dark))
    highest = max((value for value in line.y if value is not None), default=1.0)
    return Chart(
        title="Learning rate",
        axis=EPOCHS,
        unit="",
        scale="linear",
        ticks=[0.0, highest],
        end=end,
        range=(-0.06 * highest, 1.12 * highest),
        lines=[replace(line, width=_BATCHES_WIDTH, lows=[], highs=[])],
        alt="Learning rate schedule",
        height=STRIP_PX,
        wide=True,
    )


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


def thin(records: Records, quantity: str, name: str, colour: str) -> Line:
    """Return a line of at most `_MOST_POINTS` points: each the end and the mean of as many records in a row.

    Its band is from the lowest to the highest of them. A group with a value that is not finite (`None` in the records)
    stays a gap.
    """
    group = -(-len(records) // _MOST_POINTS) or 1
    line = Line(name, colour, [], [])
    for start in range(0, len(records), group):
        some = records[start : start + group]
        values = [record[quantity] for record in some]
        whole = None not in values
        line.x.append(some[-1]["epoch"])
        line.y.append(sum(values) / len(values) if whole else None)
        if group > 1:
            line.lows.append(min(values) if whole else None)
            line.highs.append(max(values) if whole else None)
    return line


def legend(*, dark: bool = False, validation: str = "validation") -> list[tuple[str, str]]:
    """Return the names of the lines by epoch and their colours, one legend for all charts."""
    return [
        ("Training (thin: per batch, thick: per epoch)", TRAINING.on(dark)),
        (f"{validation} per epoch", VALIDATION.on(dark)),
    ]


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
    drawn.add_scatter(x=done, y=rates, mode="lines", line={"color": LEARNING_RATE.on(dark), "width": 2.5})
    drawn.update_layout(
        xaxis={"title": "epoch", "range": [0, epochs]},
        yaxis={"title": "learning rate", "range": [0, 1.1 * learning_rate], "tickformat": "~g"},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        height=170,
        showlegend=False,
    )
    return drawn
