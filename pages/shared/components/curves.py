"""Curves that grow while a network trains."""

from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from core.curves import Curve
from pages.shared.components import source
from pages.shared.frame import dark

# What Streamlit's theme gives to Plotly; no style variable holds it.
_TEXT, _GRID = {False: "#808495", True: "#E6EAF1"}, {False: "#E6EAF1", True: "#31333F"}

_mount = st.components.v2.component(
    "pixelwise_curves",
    html="<div class='curves'></div>",
    css=source("curves.css"),
    js=source("plotting.js", "curves.js"),
)


def growing_curves(curves: Sequence[Curve], *, key: str) -> None:
    """Draw curves, two side by side or one as wide as the page; beneath each other on a narrow screen.

    They look like `core.curves.figure`. Plotly lays out a whole chart at each change, which takes the processor from
    the network that trains. Dragging over some epochs shows only these, in all curves and while they grow.

    Args:
        curves: what to draw; their number stays the same.
        key: the component's key: one drawing goes on from rerun to rerun.
    """
    look = {"text": _TEXT[dark()], "grid": _GRID[dark()]}
    shown = [{**asdict(curve), "margin": curve.margin, "strip": curve.strip} for curve in curves]
    _mount(key=key, data={"curves": shown, "look": look})
