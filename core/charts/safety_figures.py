"""What an augmentation costs a network, as plotly figures."""

from collections.abc import Sequence

from core.augmentation.safety.measurement import Fall
from core.charts import palette
from core.charts.figures import literal
from core.charts.plotly import go

_COLOUR, _ROW_PX, _AROUND_PX = palette.VERMILION, 26, 70
_NAME_LETTERS = 20


def falls(names: Sequence[str], found: Sequence[Fall]) -> go.Figure:
    """Draw how far accuracy fell, with its 95% confidence interval, one row each from the top.

    Args:
        names: what each is called.
        found: one a name.
    """
    shares = [100 * fall.share for fall in found]
    intervals = [[100 * end for end in fall.interval] for fall in found]
    figure = go.Figure(
        go.Bar(
            x=shares,
            y=list(range(len(names))),
            orientation="h",
            marker={"color": _COLOUR, "opacity": 0.75},
            error_x={
                "array": [max(0.0, high - share) for share, (_, high) in zip(shares, intervals, strict=True)],
                "arrayminus": [max(0.0, share - low) for share, (low, _) in zip(shares, intervals, strict=True)],
                "thickness": 1.2,
                "width": 3,
                "color": palette.GRAY,
            },
            text=[
                f"{literal(name)}: {fall.plain / fall.images:.1%} as they are, "
                f"{fall.changed / fall.images:.1%} as drawn, {fall.images:,} images"
                if fall.images
                else ""
                for name, fall in zip(names, found, strict=True)
            ],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.update_layout(
        height=_ROW_PX * len(names) + _AROUND_PX,
        margin={"l": 0, "r": 10, "t": 6, "b": 40},
        bargap=0.35,
        xaxis={"title": "accuracy lost, percentage points", "zeroline": True, "rangemode": "tozero"},
        yaxis={
            "tickvals": list(range(len(names))),
            "ticktext": [literal(name, _NAME_LETTERS) for name in names],
            "autorange": "reversed",
            "automargin": True,
        },
    )
    return figure
