"""What labelling with the network's help brings, as plotly figures."""

from collections.abc import Sequence

from core.charts import palette
from core.charts.plotly import go

_HEIGHT_PX = 240


def growth(points: Sequence[tuple[int, float]]) -> go.Figure:
    """Draw the accuracy on held-back images by how many labels a person gave: pairs of both."""
    figure = go.Figure()
    _line(figure, "your labels", points, palette.BLUE)
    return _shaped(figure)


def compared(points: Sequence[tuple[int, float, float]]) -> go.Figure:
    """Draw the accuracy by how many labels, the most informative first and at random: triples of these."""
    figure = go.Figure()
    _line(figure, "most informative first", [(count, first) for count, first, _ in points], palette.BLUE)
    _line(figure, "random order", [(count, random) for count, _, random in points], palette.GRAY)
    return _shaped(figure)


def _line(figure: go.Figure, name: str, points: Sequence[tuple[int, float]], colour: str) -> None:
    figure.add_scatter(
        x=[count for count, _ in points],
        y=[accuracy for _, accuracy in points],
        name=name,
        mode="lines+markers",
        line={"color": colour},
        hovertemplate="%{x:,} labels: %{y:.1%}<extra></extra>",
    )


def _shaped(figure: go.Figure) -> go.Figure:
    figure.update_layout(
        height=_HEIGHT_PX,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        xaxis={"title": "labels given", "rangemode": "tozero", "tickformat": ",d"},
        yaxis={"title": "accuracy", "tickformat": ".1%", "nticks": 5},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
        showlegend=len(figure.data) > 1,
    )
    return figure
