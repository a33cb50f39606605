"""What a sweep found, as plotly figures."""

import math
from collections.abc import Sequence
from typing import Any

from core.charts import palette
from core.charts.figures import literal
from core.charts.plotly import go
from core.sweeps.importance import Importances
from core.sweeps.plan import ACCURACY
from core.sweeps.trials import FINISHED, Trial
from core.sweeps.variation import Choices, Span, Variation, value_said

_HEIGHT_PX, _ROW_PX = 380, 40
_NAME_LETTERS = 26
# Round numbers for the ticks of an axis by ratio.
_STEPS = (1, 2, 5)
_MOST_TICKS = 8
# Names of more axes would overlap on a narrow page.
_MOST_LEVEL = 4


def parallel_coordinates(
    variations: Sequence[Variation], trials: Sequence[Trial], objective: str, *, dark: bool = False
) -> go.Figure:
    """Draw a line a trial through its values, the better the stronger; an axis each, the figure at the right.

    Args:
        variations: what varies.
        trials: those with a figure, at least one.
        objective: what the figure is.
        dark: whether the page is dark.
    """
    figures = [trial.last or 0.0 for trial in trials]
    low, high = min(figures), max(figures)
    share = objective == ACCURACY
    axes = [_axis(variation, [trial.values[variation.name] for trial in trials]) for variation in variations]
    axes.append(
        {
            "label": objective,
            "values": figures,
            "range": [low, high] if low < high else [low - 0.01, high + 0.01],
            "tickformat": ".1%" if share else ".3g",
        }
    )
    faint, strong = palette.RULE, palette.PRIMARY_TEXT.on(dark)
    text = {"color": palette.TEXT.on(dark), "size": 12}
    chart = go.Figure(
        go.Parcoords(
            line={
                "color": figures if share else [-each for each in figures],
                "colorscale": [[0, faint], [0.5, palette.CHART_MARK.on(dark)], [1, strong]],
            },
            dimensions=axes,
            labelangle=-15 if len(axes) > _MOST_LEVEL else 0,
            labelfont=text,
            tickfont={**text, "size": 11},
            rangefont={"color": palette.translucent(palette.BLACK, 0), "size": 1},
            unselected={"line": {"color": palette.LEFT_OUT, "opacity": 0.25}},
        )
    )
    chart.update_layout(margin={"l": 60, "r": 60, "t": 56, "b": 20}, height=_HEIGHT_PX)
    return chart


def _axis(variation: Variation, values: Sequence[Any]) -> dict[str, Any]:
    """Return an axis with a place for each value."""
    label = literal(variation.name.rpartition(".")[2].replace("_", " "), _NAME_LETTERS)
    if isinstance(variation, Choices):
        places = [variation.values.index(value) for value in values]
        ticks = list(range(len(variation.values)))
        texts = [literal(value_said(value), _NAME_LETTERS) for value in variation.values]
        shown = ticks if len(ticks) <= 3 * _MOST_TICKS else ticks[:: -(-len(ticks) // _MOST_TICKS)]
        return {
            "label": label,
            "values": places,
            "range": [-0.1, ticks[-1] + 0.1],
            "tickvals": shown,
            "ticktext": [texts[place] for place in shown],
        }
    if variation.log:
        marks = _round_numbers(variation)
        return {
            "label": label,
            "values": [math.log10(value) for value in values],
            "range": [math.log10(variation.low), math.log10(variation.high)],
            "tickvals": [math.log10(mark) for mark in marks],
            "ticktext": [f"{mark:g}" for mark in marks],
        }
    return {"label": label, "values": list(values), "range": [variation.low, variation.high], "tickformat": "~g"}


def _round_numbers(span: Span) -> list[float]:
    """Return round numbers of a range by ratio, few enough to be read; its ends where there are none."""
    first, last = math.floor(math.log10(span.low)), math.ceil(math.log10(span.high))
    for steps in (_STEPS, (1,)):
        made = [float(f"{step}e{power}") for power in range(first, last + 1) for step in steps]
        inside = [mark for mark in made if span.low <= mark <= span.high]
        if 2 <= len(inside) <= _MOST_TICKS:
            return inside
    return [span.low, span.high]


def importance_bars(found: Importances) -> go.Figure:
    """Draw how much each setting matters, the most important on top, with lines from 5% to 95% of the samples."""
    names = [each.name.rpartition(".")[2].replace("_", " ") for each in found.settings]
    places = list(range(len(names)))
    chart = go.Figure()
    chart.add_bar(
        x=[each.share for each in found.settings],
        y=places,
        orientation="h",
        marker={"color": palette.BLUE},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [each.high - each.share for each in found.settings],
            "arrayminus": [each.share - each.low for each in found.settings],
            "color": palette.GRAY,
            "thickness": 2,
        },
        customdata=[
            f"{literal(name)}: {each.share:.0%}, from {each.low:.0%} to {each.high:.0%}"
            for name, each in zip(names, found.settings, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    chart.update_layout(
        xaxis={"title": "share of the variance explained", "range": [0, 1.04], "tickformat": ".0%"},
        yaxis={
            "autorange": "reversed",
            "tickvals": places,
            "ticktext": [literal(name, _NAME_LETTERS) for name in names],
            "showgrid": False,
        },
        margin={"l": 8, "r": 24, "t": 8, "b": 8},
        height=_ROW_PX * len(names) + 80,
        bargap=0.4,
    )
    return chart


def drawable(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials that a chart can show: those that came to a figure, the best of the ended last, on top."""
    shown = [trial for trial in trials if trial.last is not None]
    return sorted(shown, key=lambda trial: trial.state == FINISHED)
