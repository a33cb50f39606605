"""Numbers → plotly figures. Colours are the palette's; the page's theme does the rest."""

import html

from core.charts.palette import BLUE, OTHER, OTHERS_ALIKE
from core.charts.plotly import go

# Of a class's name beside a bar.
_NAME_LETTERS = 20


def literal(text: str, letters: int | None = None) -> str:
    """Escape a text from outside for Plotly, which takes tags for markup, links among it, and `%{x}` for a value.

    Args:
        text: such as a class's name.
        letters: a longer one is cut to so many.
    """
    short = text if letters is None or len(text) <= letters else f"{text[: letters - 1]}…"
    return html.escape(short).replace("%{", "%\u2060{")


def ranking(ranked: list[tuple[str, float]], *, answers: bool = True) -> go.Figure:
    """Draw classes with their probabilities as bars, the most probable on top.

    Args:
        ranked: class names with probabilities 0–1, most probable first.
        answers: whether the most probable is the answer; else none is marked.
    """
    first, others = (BLUE, OTHER) if answers else (OTHERS_ALIKE, OTHERS_ALIKE)
    figure, places = go.Figure(), list(range(len(ranked)))
    figure.add_bar(
        x=[probability for _, probability in ranked],
        y=places,
        orientation="h",
        marker={"color": [first] + [others] * (len(ranked) - 1)},
        text=[f"{probability:.1%}" for _, probability in ranked],
        textposition="outside",
        cliponaxis=False,
        customdata=[literal(name) for name, _ in ranked],
        hovertemplate="%{customdata}: %{x:.2%}<extra></extra>",
    )
    names = [literal(name, _NAME_LETTERS) for name, _ in ranked]
    figure.update_layout(
        xaxis={"title": "probability", "range": [0, 1.3], "tickvals": [0, 0.5, 1], "tickformat": ".0%"},
        yaxis={"autorange": "reversed", "tickvals": places, "ticktext": names, "showgrid": False, "zeroline": False},
        margin={"l": 8, "r": 24, "t": 8, "b": 8},
        height=34 * len(ranked) + 60,
        bargap=0.35,
    )
    return figure
