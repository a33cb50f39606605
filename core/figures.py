"""Numbers → plotly figures. Colours for a light and a dark page; its theme does the rest."""

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
        xaxis={"title": "probability", "range": [0, 1.3], "tickvals": [0, 0.5, 1], "tickformat": ".0%"},
        yaxis={"autorange": "reversed", "type": "category", "showgrid": False},
        margin={"l": 8, "r": 24, "t": 8, "b": 8},
        height=34 * len(ranked) + 60,
        bargap=0.35,
    )
    return figure
