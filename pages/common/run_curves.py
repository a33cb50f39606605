"""The curves of the chosen runs over each other, and what differs between their recipes."""

import html
from collections.abc import Sequence

import streamlit as st

from core.charts import run_curves
from core.charts.palette import RULE
from core.runs import Run, comparison
from pages.common.messages import show_errors
from pages.components.chart import show_charts

_AXES = {"epoch": "Epoch", "seconds": "Time"}
_PARTS = {"both": "Both", "validation": "Validation", "training": "Training"}


@st.fragment
def show_curves(chosen: Sequence[Run]) -> None:
    """Draw loss and accuracy of the chosen runs; a fragment: what they are drawn against changes nothing else."""
    titles = _told_apart(chosen)
    drawn = [run_curves.RunCurve(titles[place], place, comparison.epochs(run)) for place, run in enumerate(chosen)]
    if not any(curve.epochs for curve in drawn):
        st.info("Curves appear after the first epoch.")
        return
    with st.container(horizontal=True, gap="medium"):
        against = st.segmented_control(
            "X-axis",
            list(_AXES),
            format_func=_AXES.__getitem__,
            default="epoch",
            required=True,
            key="runs_against",
            persist_state="session",
            width="content",
        )
        part = st.segmented_control(
            "Images",
            list(_PARTS),
            format_func=_PARTS.__getitem__,
            default="both",
            required=True,
            key="runs_parts",
            persist_state="session",
            width="content",
        )
    parts = run_curves.PARTS if part == "both" else (part,)
    show_charts(
        [run_curves.overlaid(drawn, quantity, parts=parts, against=against) for quantity in run_curves.QUANTITIES],
        key="runs_curves",
    )
    if len(drawn) > 1:
        st.html(_legend(drawn))
    st.caption(
        "Solid: validation. Dotted: training (averaged over the epoch). Drag to zoom, double-click "
        "to reset. Where validation turns while training keeps improving, the network starts to "
        "overfit."
    )


def _legend(drawn: Sequence[run_curves.RunCurve]) -> str:
    """Return the runs' names with their colours, as HTML."""
    style = "display:inline-block;max-width:100%;overflow-wrap:anywhere"
    marks = [f"<b style='color:{run_curves.colour(curve.place)}'>━</b> {html.escape(curve.title)}" for curve in drawn]
    return "&emsp; ".join(f"<span style='{style}'>{mark}</span>" for mark in marks)


def show_differences(chosen: Sequence[Run]) -> None:
    """Show in what the chosen runs differ, and nothing else."""
    st.header("Differences", anchor=False)
    with show_errors():
        found = comparison.differences(chosen)
        if not found:
            st.markdown(
                "No differences: same recipe, same data. Any difference in results comes from "
                "nondeterministic hardware."
            )
            return
        cells = [["Setting", *_told_apart(chosen)], *([each.setting, *each.values] for each in found)]
        st.html(_table(cells, [None, *(run_curves.colour(place) for place in range(len(chosen)))]))


def _told_apart(chosen: Sequence[Run]) -> list[str]:
    """Return the runs' titles, or the names of those that share theirs with another."""
    titles = [run.title for run in chosen]
    return [title if titles.count(title) == 1 else run.name for title, run in zip(titles, chosen, strict=True)]


def _table(cells: Sequence[Sequence[str]], colours: Sequence[str | None]) -> str:
    """Return a table as HTML, its first row as headings, each over a line of its column's colour."""
    style = f"padding:6px 14px 6px 0;text-align:left;vertical-align:top;border-bottom:1px solid {RULE};"
    lines = [f"min-width:7em;border-bottom:3px solid {colour}" if colour else "" for colour in colours]
    head = "".join(
        f"<th style='{style}{line}'>{html.escape(cell)}</th>" for cell, line in zip(cells[0], lines, strict=True)
    )
    rows = "".join(
        "<tr>" + "".join(f"<td style='{style}'>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in cells[1:]
    )
    return f"<div style='overflow-x:auto'><table style='border-collapse:collapse'><tr>{head}</tr>{rows}</table></div>"
