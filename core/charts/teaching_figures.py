"""What teaching shows, as plotly figures."""

from collections.abc import Sequence

from core.charts.palette import BLUE
from core.charts.plotly import go


def learning_curve(points: Sequence[tuple[int, float]]) -> go.Figure:
    """Draw how accuracy grows with images.

    Args:
        points: images of each class, and the accuracy, 0–1, after learning from so many.
    """
    sizes = [size for size, _ in points]
    figure = go.Figure(
        go.Scatter(x=sizes, y=[share for _, share in points], mode="lines+markers", line={"color": BLUE})
    )
    figure.update_layout(
        xaxis={"title": "images a class", "type": "log", "tickvals": sizes, "ticktext": [str(each) for each in sizes]},
        yaxis={"title": "accuracy", "tickformat": ".0%", "range": [0, 1.04]},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        height=210,
    )
    return figure
