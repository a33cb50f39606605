"""How large the numbers are that a first layer gives, as a plotly figure."""

from collections.abc import Mapping

import numpy as np

from core.charts.palette import BLUE, GREEN, ORANGE, translucent
from core.charts.plotly import go

_COLOURS = (ORANGE, BLUE, GREEN)


def output_sizes(outputs: Mapping[str, np.ndarray], bins: np.ndarray) -> go.Figure:
    """Draw how large outputs are, whatever their sign, on a logarithmic axis.

    Args:
        outputs: shares of the outputs in each bin, 0–1, by what made them.
        bins: the bins' edges, decimal logarithms.
    """
    figure = go.Figure()
    for (name, shares), colour in zip(outputs.items(), _COLOURS, strict=False):
        figure.add_scatter(
            x=10 ** ((bins[:-1] + bins[1:]) / 2),
            y=shares,
            name=name,
            mode="lines",
            line={"color": colour, "width": 2, "shape": "hvh"},
            fill="tozeroy",
            fillcolor=translucent(colour, 0.25),
            hovertemplate="about %{x:.2g}: %{y:.1%}<extra>%{fullData.name}</extra>",
        )
    most = max((float(shares.max()) for shares in outputs.values()), default=0.0)
    figure.update_layout(
        xaxis={
            "title": {"text": "size of an output", "standoff": 4},
            "type": "log",
            "range": [-3, 3.1],
            "tickvals": [0.001, 0.01, 0.1, 1, 10, 100, 1000],
            "ticktext": ["0.001", "0.01", "0.1", "1", "10", "100", "1,000"],
        },
        yaxis={"title": "share", "tickformat": ".0%", "range": [0, 1.1 * most or 1]},
        legend={"orientation": "h", "y": 1.3, "x": 0},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        height=180,
    )
    return figure
