"""Two live sliders and what they change, to test them alone."""

import time

import streamlit as st

from pages.components.live_slider import Slider, live_sliders


def preset() -> None:
    st.session_state["angle"], st.session_state["zoom"] = 45, (0.5, 1.5)


@st.fragment
def sliders() -> None:
    rotation = Slider("angle", "Rotation", -180, 180, 0, 1, "°", "Either *way*.")
    live_sliders({"": [rotation]}, key="angle_slider")
    live_sliders({"": [Slider("zoom", "Zoom", 0.0, 2.0, (1.0, 1.0), 0.05)]}, key="zoom_slider")
    angle, zoom = st.session_state["angle"], st.session_state["zoom"]
    if st.session_state.get("slow"):
        time.sleep(0.3)
    st.text(f"angle {angle!r}, zoom {zoom!r}")


if st.toggle("Sliders", value=True):
    sliders()
st.button("Preset", on_click=preset)
st.toggle("Slow", key="slow")
