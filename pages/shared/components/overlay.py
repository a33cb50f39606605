"""Curves of several runs over each other."""

from collections.abc import Sequence

import streamlit as st

from core.comparison.curves import Chart
from pages.shared.components import source
from pages.shared.frame import dark

# What Streamlit's theme gives to charts; no style variable holds it.
_TEXT, _GRID = {False: "#5F6973", True: "#C3CAD2"}, {False: "#E6EAF1", True: "#31333F"}

_mount = st.components.v2.component(
    "pixelwise_overlay",
    html="<div class='overlay'></div>",
    css=source("overlay.css"),
    js=source("plotting.js", "overlay.js"),
)


def overlay(charts: Sequence[Chart], *, key: str) -> None:
    """Draw charts side by side, beneath each other on a narrow screen; dragging over a part zooms in, in all of them.

    Streamlit mounts a Plotly chart anew at each change, which with forty lines takes longer than drawing them here.

    Args:
        charts: what to draw; their number stays the same.
        key: the component's key: one drawing goes on from rerun to rerun.
    """
    look = {"text": _TEXT[dark()], "grid": _GRID[dark()]}
    _mount(key=key, data={"charts": [chart.to_json() for chart in charts], "look": look})
