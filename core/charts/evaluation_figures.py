"""How sure and how right a network is → plotly figures, for a light and a dark page."""

import numpy as np

from core.charts import palette
from core.charts.plotly import go
from core.evaluation.calibration import Answering, Reliability
from core.storage.progress import counted

_HEIGHT_PX = 360
_MARGIN_PX = {"l": 64, "r": 24, "t": 8, "b": 48}
_MOST_POINTS = 500


def reliability_diagram(bins: Reliability) -> go.Figure:
    """Draw how often predictions are right by how sure they are, with lines where they should be.

    The bars, the points of the first trace, are the bins.

    Args:
        bins: of one part's predictions.
    """
    middles, width = (bins.edges[:-1] + bins.edges[1:]) / 2, np.diff(bins.edges)
    figure = go.Figure()
    figure.add_bar(
        x=middles,
        y=bins.accuracy,
        width=width * 0.94,
        text=[f"{count:,}" if count else "" for count in bins.counts],
        textposition="inside",
        insidetextanchor="start",
        textangle=0,
        textfont={"color": palette.WHITE},
        constraintext="none",
        marker={"color": palette.BLUE},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        hovertemplate=[
            f"{low:.0%} to {high:.0%} sure: {counted(count, 'image')}"
            + (f",<br>{mean:.1%} sure on average, {right:.1%} right" if count else "")
            + "<extra></extra>"
            for low, high, count, mean, right in zip(
                bins.edges, bins.edges[1:], bins.counts, bins.confidence, bins.accuracy, strict=False
            )
        ],
    )
    there = bins.counts > 0
    figure.add_scatter(
        x=middles[there],
        y=bins.confidence[there],
        mode="markers",
        marker={"symbol": "line-ew", "size": 26, "line": {"color": palette.VERMILION, "width": 4}},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": palette.GRAY, "dash": "dot", "width": 1.5},
        hoverinfo="skip",
    )
    figure.update_layout(
        xaxis={"title": "confidence", "range": [0, 1], "tickformat": ".0%", "dtick": 0.2},
        yaxis={"title": "accuracy", "range": [0, 1.02], "tickformat": ".0%", "dtick": 0.2},
        bargap=0,
        showlegend=False,
        margin=_MARGIN_PX,
        height=_HEIGHT_PX,
        dragmode=False,
        clickmode="event+select",
        uirevision="reliability",
    )
    return figure


def accuracy_by_share(answers: Answering, threshold: float) -> go.Figure:
    """Draw how right the answers are by how many images are answered, with a threshold marked.

    Args:
        answers: for each threshold.
        threshold: the one that is marked.
    """
    # The first answers are few, and their accuracy jumps: they are not thinned.
    chosen = np.unique(np.geomspace(1, len(answers.shares), _MOST_POINTS).astype(int)) - 1
    figure = go.Figure()
    figure.add_scatter(
        x=answers.shares[chosen],
        y=answers.accuracies[chosen],
        mode="lines",
        line={"color": palette.BLUE, "width": 2.5},
        customdata=answers.thresholds[chosen],
        hovertemplate="%{customdata:.1%} sure or more:<br>%{x:.1%} answered, %{y:.2%} of them right<extra></extra>",
    )
    share, accuracy = answers.at(threshold)
    if accuracy is not None:
        figure.add_scatter(
            x=[share],
            y=[accuracy],
            mode="markers",
            marker={"color": palette.VERMILION, "size": 11},
            hoverinfo="skip",
        )
    lowest = float(min(answers.accuracies[chosen].min(), 0.95))
    figure.update_layout(
        xaxis={"title": "share of images answered", "range": [0, 1.02], "tickformat": ".0%", "dtick": 0.2},
        yaxis={
            "title": "accuracy of accepted predictions",
            "range": [max(lowest - 0.03, 0), 1.005],
            "tickformat": ".0%",
        },
        showlegend=False,
        margin=_MARGIN_PX,
        height=_HEIGHT_PX,
        dragmode=False,
        uirevision="answering",
    )
    return figure
