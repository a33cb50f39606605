"""Two live sliders and what they change, to test them alone."""

import time

import streamlit as st

from pages.shared.components.live_slider import live_range, live_slider


def preset() -> None:
    st.session_state["angle"], st.session_state["zoom"] = 45, (0.5, 1.5)


@st.fragment
def sliders() -> None:
    angle = live_slider(
        "Rotation", minimum=-180, maximum=180, value=0, step=1, unit="°", help="Either *way*.", key="angle"
    )
    zoom = live_range("Zoom", minimum=0.0, maximum=2.0, value=(1.0, 1.0), step=0.05, key="zoom")
    if st.session_state.get("slow"):
        time.sleep(0.3)
    st.text(f"angle {angle!r}, zoom {zoom!r}")


if st.toggle("Sliders", value=True):
    sliders()
st.button("Preset", on_click=preset)
st.toggle("Slow", key="slow")
