"""An answer and what makes it change, as plotly figures. Blue is the true class, orange a wrong answer."""

import numpy as np

from core.charts import palette
from core.charts.figures import literal
from core.charts.plotly import go
from core.evaluation.explaining.sensitivity import Change

TRUE_COLOUR, WRONG_COLOUR, OTHER_COLOUR = palette.BLUE, palette.VERMILION, palette.OTHER
_SHOWN = 5
_ROW_PX = 30
_NAME_LETTERS = 16
_MARGIN_PX = {"l": 8, "r": 8, "t": 34, "b": 8}


def class_colour(label: int, true: int | None, predicted: int) -> str:
    """Return the colour of a class in an explanation.

    Args:
        label: the class.
        true: the true class; `None` where it is not known: the predicted one takes its colour.
        predicted: the most probable class.
    """
    if label == (predicted if true is None else true):
        return TRUE_COLOUR
    return WRONG_COLOUR if label == predicted else OTHER_COLOUR


def answer(probabilities: np.ndarray, class_names: tuple[str, ...], true: int | None) -> go.Figure:
    """Draw the probabilities of the likeliest classes, and of the true one, as bars.

    Args:
        probabilities: float `(classes,)`.
        class_names: one text a class.
        true: the true class, where it is known.
    """
    order = np.argsort(-probabilities, kind="stable").tolist()
    shown = order[:_SHOWN]
    if true is not None and true not in shown:
        shown[-1] = true
    figure, places = go.Figure(), list(range(len(shown)))
    names = [literal(class_names[label], _NAME_LETTERS) + (" (true)" if label == true else "") for label in shown]
    figure.add_bar(
        x=[float(probabilities[label]) for label in shown],
        y=places,
        orientation="h",
        marker={"color": [class_colour(label, true, order[0]) for label in shown]},
        text=[f"{probabilities[label]:.1%}" for label in shown],
        textposition="outside",
        cliponaxis=False,
        customdata=names,
        hovertemplate="%{customdata}: %{x:.3%}<extra></extra>",
    )
    figure.update_layout(
        title={"text": "Predicted probabilities", "x": 0, "font": {"size": 14}},
        xaxis={"title": "probability", "range": [0, 1.2], "tickvals": [0, 0.5, 1], "tickformat": ".0%"},
        yaxis={"autorange": "reversed", "tickvals": places, "ticktext": names, "showgrid": False, "zeroline": False},
        margin=_MARGIN_PX,
        height=_ROW_PX * len(shown) + 90,
        bargap=0.35,
    )
    return figure


def changing(
    change: Change, probabilities: np.ndarray, class_names: tuple[str, ...], shown: list[int], true: int | None
) -> go.Figure:
    """Draw how the probabilities of some classes go with a change.

    Args:
        change: what was done to the image.
        probabilities: float `(values, classes)`.
        class_names: one text a class.
        shown: the classes.
        true: the true class, where it is known.
    """
    predicted = int(probabilities[change.middle].argmax())
    figure = go.Figure()
    figure.add_vline(x=change.values[change.middle], line={"color": palette.GRAY, "width": 1, "dash": "dot"})
    for label in shown:
        colour = class_colour(label, true, predicted)
        figure.add_scatter(
            x=change.values,
            y=probabilities[:, label],
            mode="lines+markers",
            name=literal(class_names[label], _NAME_LETTERS),
            line={"color": colour, "width": 2, "dash": "dot" if colour == OTHER_COLOUR else "solid"},
            marker={"size": 4},
            hovertemplate=f"%{{x:g}}: %{{y:.1%}}<extra>{literal(class_names[label], _NAME_LETTERS)}</extra>",
        )
    figure.update_layout(
        title={"text": change.title, "x": 0, "font": {"size": 14}},
        xaxis={"title": change.unit, "zeroline": False, "nticks": 5},
        yaxis={"title": "probability", "range": [-0.04, 1.04], "tickvals": [0, 0.5, 1], "tickformat": ".0%"},
        showlegend=False,
        margin=_MARGIN_PX,
        height=190,
        hovermode="x",
    )
    return figure
