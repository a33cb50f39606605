"""What a booking threshold leads to → a plotly figure."""

import numpy as np
import plotly.graph_objects as go

from core.booking import Forecast
from core.figures import CLASS_COLOURS

_HEIGHT_PX = 230
_MOST_POINTS = 400


def asked_against_wrong(made: Forecast, threshold: float, wrong: str, *, dark: bool = False) -> go.Figure:
    """Draw how many are answered wrong by how many are asked about, each threshold a point, with one marked.

    Args:
        made: for a run.
        threshold: the one that is marked.
        wrong: what a wrong answer is called, such as `booked wrong`.
        dark: whether the page is dark.
    """
    asked, failed = made.shares()
    # The ends are always drawn.
    points = np.unique(np.linspace(0, len(asked) - 1, _MOST_POINTS).astype(int))
    outcome = made.at(threshold)
    colour = CLASS_COLOURS[5] if dark else CLASS_COLOURS[0]
    figure = go.Figure()
    figure.add_scatter(
        x=asked[points],
        y=failed[points],
        mode="lines",
        line={"color": colour, "width": 2},
        hovertemplate=f"%{{x:.1%}} asked: %{{y:.2%}} {wrong}<extra></extra>",
    )
    figure.add_scatter(
        x=[outcome.asked / outcome.pictures],
        y=[outcome.wrong / outcome.pictures],
        mode="markers",
        cliponaxis=False,
        marker={"size": 13, "color": CLASS_COLOURS[3]},
        hovertemplate=f"now: %{{x:.1%}} asked, %{{y:.2%}} {wrong}<extra></extra>",
    )
    figure.update_layout(
        xaxis={"title": "share asked about", "range": [-0.02, 1.02], "tickformat": ".0%", "fixedrange": True},
        yaxis={
            "title": f"share {wrong}",
            "range": [-0.02 * failed.max(), max(1.1 * failed.max(), 0.01)],
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
