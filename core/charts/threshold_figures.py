"""What a booking threshold leads to → a plotly figure."""

import numpy as np

from core.charts import palette
from core.charts.plotly import go
from core.evaluation.threshold import Forecast

_HEIGHT_PX = 230
_MOST_POINTS = 400


def asked_against_wrong(made: Forecast, threshold: float, wrong: str, *, dark: bool = False) -> go.Figure:
    """Draw how many are answered wrong by how many are asked about, each threshold a point, with one marked.

    Around the line, a band: how many it may be of other images.

    Args:
        made: for a run.
        threshold: the one that is marked.
        wrong: what a wrong answer is called, such as `booked wrong`.
        dark: whether the page is dark.
    """
    asked, failed = made.shares()
    low, high = made.shares_elsewhere()
    # The ends are always drawn.
    points = np.unique(np.linspace(0, len(asked) - 1, _MOST_POINTS).astype(int))
    outcome = made.at(threshold)
    colour = palette.TRAINING.on(dark)
    figure = go.Figure()
    figure.add_scatter(
        x=np.concatenate((asked[points], asked[points[::-1]])),
        y=np.concatenate((low[points], high[points[::-1]])),
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=palette.translucent(colour, 0.18),
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=asked[points],
        y=failed[points],
        mode="lines",
        line={"color": colour, "width": 2},
        hovertemplate=f"%{{x:.1%}} asked: %{{y:.2%}} {wrong}<extra></extra>",
    )
    figure.add_scatter(
        x=[outcome.asked / outcome.images],
        y=[outcome.wrong / outcome.images],
        mode="markers",
        cliponaxis=False,
        marker={"size": 13, "color": palette.VERMILION},
        hovertemplate=f"now: %{{x:.1%}} asked, %{{y:.2%}} {wrong}<extra></extra>",
    )
    figure.update_layout(
        xaxis={"title": "sent for review", "range": [-0.02, 1.02], "tickformat": ".0%", "fixedrange": True},
        yaxis={
            "title": wrong,
            "range": [-0.02 * high.max(), max(1.05 * high.max(), 0.01)],
            "tickformat": ".1~%",
            "fixedrange": True,
            "nticks": 6,
        },
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        height=_HEIGHT_PX,
        uirevision="booking",
    )
    return figure
