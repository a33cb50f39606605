"""Charts of lines: the curves of a training, which grow, and those of several runs over each other."""

from collections.abc import Sequence

import streamlit as st

from core.charts.chart import Chart
from core.charts.news import News
from pages.components import script, style

_mount = st.components.v2.component(
    "pixelwise_chart", html="<div class='curves'></div>", css=style("chart/style.css"), js=script("chart/script.js")
)


def show_charts(charts: Sequence[Chart], *, key: str, growing: bool = False, live: str | None = None) -> None:
    """Draw charts, two side by side or one as wide as the page; beneath each other on a narrow screen.

    Plotly lays out a whole chart at each change, which takes the processor from the network that trains, and with forty
    lines longer than drawing them here. Dragging over a part shows only that, in all charts and while they grow.

    Args:
        charts: what to draw; their number stays the same.
        key: the component's key: one drawing goes on from rerun to rerun.
        growing: whether they are drawn again and again, each time somewhat longer: then only what is new is sent.
        live: an address of `pages.common.live_points`, where the browser asks for points meanwhile.
    """
    kept = f"{key}_news"
    # What has ended is sent as a whole: no message after it would tell that one was missed.
    news = st.session_state.setdefault(kept, News()) if growing else News()
    if not growing:
        st.session_state.pop(kept, None)
    _mount(
        key=key,
        data={**news.message([chart.to_json() for chart in charts]), "live": live},
        on_missed_change=lambda: st.session_state.pop(kept, None),
    )
