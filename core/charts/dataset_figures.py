"""What a dataset is like, as plotly figures. Classes have the colours that they have everywhere."""

from typing import Any

import numpy as np

from core.charts import palette
from core.charts.figures import literal
from core.charts.plotly import go
from core.datasets.store import LABELED_SPLITS, SPLITS

_ROW_PX, _MANY_ROW_PX = 30, 18
_MANY_CLASSES = 20
_HEIGHT_PX = 320
_NAME_LETTERS = 16
# How strong a class's colour is in each split.
_SPLIT_OPACITY = (1.0, 0.55, 0.3)
_CHANNELS = {
    1: (("gray level", palette.GRAY),),
    3: (("red", palette.VERMILION), ("green", palette.GREEN), ("blue", palette.BLUE)),
}
_BIN = 4
_VALUES = {"range": [-2, 257], "tickvals": [0, 64, 128, 192, 255]}
_LEGEND = {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0}
# Where the highest bar is so many times the middle one, the axis is logarithmic.
_STEEP = 20


def class_counts(counts: np.ndarray, class_names: tuple[str, ...]) -> go.Figure:
    """Draw how many images each class has, its splits one after the other.

    Args:
        counts: int `(classes, splits)`.
        class_names: one text a class.
    """
    figure = go.Figure()
    used = [split for split in range(len(LABELED_SPLITS)) if counts[:, split].any()]
    for split in used:
        figure.add_bar(
            x=counts[:, split],
            y=list(range(len(counts))),
            orientation="h",
            marker={"color": _colours(len(counts)), "opacity": _SPLIT_OPACITY[split], "line": {"width": 0}},
            text=[f"{literal(name)}, {SPLITS[split]}" for name in class_names],
            textposition="none",
            hovertemplate="%{text}: %{x:,}<extra></extra>",
            showlegend=False,
        )
        if len(used) > 1:
            gray = {"color": palette.translucent(palette.GRAY, _SPLIT_OPACITY[split])}
            figure.add_bar(x=[None], y=[None], orientation="h", name=SPLITS[split], marker=gray)
    _by_class(figure, class_names)
    figure.update_layout(
        barmode="stack",
        bargap=0.25,
        xaxis={"title": "images", "rangemode": "tozero", "tickformat": ",", "nticks": 6},
        legend={**_LEGEND, "traceorder": "normal", "itemclick": False, "itemdoubleclick": False},
    )
    return figure


def brightness(percentiles: np.ndarray, class_names: tuple[str, ...]) -> go.Figure:
    """Draw how bright each class's images are: half of them in the box, nine tenths between the whiskers.

    Args:
        percentiles: the 5th, 25th, 50th, 75th and 95th of each class, float `(classes, 5)`, 0–255; NaN: no images.
        class_names: one text a class.
    """
    figure = go.Figure()
    for label, colour in enumerate(_colours(len(class_names))):
        if np.isnan(percentiles[label]).any():
            continue
        low, first, middle, third, high = ([float(value)] for value in percentiles[label])
        figure.add_box(
            y=[label],
            lowerfence=low,
            q1=first,
            median=middle,
            q3=third,
            upperfence=high,
            orientation="h",
            name=literal(class_names[label]),
            line={"color": colour, "width": 1.5},
            width=0.6,
            hoverinfo="x+name",
        )
    _by_class(figure, class_names)
    figure.update_layout(xaxis={"title": "mean gray level (0 black – 255 white)", **_VALUES}, showlegend=False)
    return figure


def image_sizes(sizes: np.ndarray, counts: np.ndarray) -> go.Figure:
    """Draw how wide and high images are; the larger a dot, the more images.

    Args:
        sizes: widths and heights in pixels, int `(k, 2)`.
        counts: how many images have each, int `(k,)`.
    """
    figure = go.Figure()
    longest = int(sizes.max()) * 1.05
    figure.add_scatter(
        x=[0, longest],
        y=[0, longest],
        mode="lines",
        line={"color": palette.GRAY, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=sizes[:, 0],
        y=sizes[:, 1],
        mode="markers",
        marker={
            "size": np.clip(5 * np.sqrt(counts), 5, 28),
            "color": palette.CLASS_COLOURS[0],
            "opacity": 0.55,
            "line": {"width": 0},
        },
        customdata=counts,
        hovertemplate="%{x} × %{y} px: %{customdata:,}<extra></extra>",
    )
    figure.update_layout(
        xaxis={"title": "width, pixels", "range": [0, longest]},
        yaxis={"title": "height, pixels", "range": [0, longest]},
        showlegend=False,
        height=_HEIGHT_PX,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )
    return figure


def channel_histograms(counts: np.ndarray) -> go.Figure:
    """Draw which share of the pixels has each value, a line a channel.

    Args:
        counts: int `(channels, 256)`.
    """
    shares = counts.reshape(len(counts), -1, _BIN).sum(axis=2) / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    steep = bool(shares.max() > _STEEP * np.median(shares[shares > 0]))
    figure = go.Figure()
    for share, (name, colour) in zip(shares, _CHANNELS[len(counts)], strict=True):
        figure.add_scatter(
            x=np.arange(len(share)) * _BIN + (_BIN - 1) / 2,
            y=np.where(share > 0, share, np.nan) if steep else share,
            name=name,
            mode="lines",
            line={"color": colour, "width": 2, "shape": "hvh"},
            connectgaps=steep,
            hovertemplate=f"{name} %{{x:.0f}}: %{{y:.2%}}<extra></extra>",
        )
    figure.update_layout(
        xaxis={"title": "value (0 dark – 255 bright)", **_VALUES},
        yaxis={"title": "share of pixels" + (" (log scale)" if steep else ""), "tickformat": ".2~%"},
        showlegend=len(counts) > 1,
        legend=_LEGEND,
        height=_HEIGHT_PX,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )
    figure.update_yaxes(**({"type": "log", "dtick": 1} if steep else {"rangemode": "tozero"}))
    return figure


def _by_class(figure: go.Figure, class_names: tuple[str, ...]) -> None:
    """Give a figure an axis of classes, the first on top, and a height for them."""
    classes = len(class_names)
    many = classes > _MANY_CLASSES
    axis: dict[str, Any] = {
        "tickvals": list(range(classes)),
        "ticktext": [literal(name, _NAME_LETTERS) for name in class_names],
        "range": [classes - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
    }
    if many:
        axis["tickfont"] = {"size": 11}
    height = max((_MANY_ROW_PX if many else _ROW_PX) * classes, 2 * _ROW_PX) + 90
    figure.update_layout(yaxis=axis, height=height, margin={"l": 8, "r": 16, "t": 28, "b": 8})


def _colours(classes: int) -> list[str]:
    return [palette.CLASS_COLOURS[label % len(palette.CLASS_COLOURS)] for label in range(classes)]
