"""Sliders that act while they are dragged: Streamlit's own sends its value only when the mouse is released.

Use them inside an `st.fragment` that also draws what they change, so that a drag runs no more than that::

    @st.fragment
    def turn(picture: Image.Image) -> None:
        angle = live_slider("Rotation", minimum=-180, maximum=180, value=0, step=1, unit="°", key="angle")
        st.image(picture.rotate(angle))

The value is kept in `st.session_state[key]`, over page changes too. Setting it there before the slider is drawn, or in
a callback, moves the slider.
"""

from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import streamlit as st

from pages.shared.components import source

Number = TypeVar("Number", int, float)
Format = Literal["number", "percent"]

_HTML = """<div class='slider'>
<div class='head'><span class='label'></span><span class='help' tabindex='0' hidden>?<span class='tip'></span></span>
<button type='button' class='reset' hidden>↺</button><output></output></div>
<div class='track'><i class='filled'></i></div>
</div>"""

_mount = st.components.v2.component(
    "pixelwise_live_slider", html=_HTML, css=source("live_slider.css"), js=source("live_slider.js")
)


def live_slider(
    label: str,
    *,
    minimum: Number,
    maximum: Number,
    value: Number,
    step: Number,
    unit: str = "",
    help: str = "",
    key: str,
    format: Format = "number",
) -> Number:
    """Draw a slider; return its value, the newest one that was dragged to.

    Args:
        label: what it sets.
        minimum: the lowest value, and `maximum` the highest.
        value: the default, to which a double click and the reset button return.
        step: the difference between neighbouring values; whole numbers give whole numbers.
        unit: shown after the value, such as `°` or `px`.
        help: plain text shown on request.
        key: where the value is kept in `st.session_state`.
        format: how the value is shown: as it is, or times 100 with a percent sign.
    """
    (chosen,) = _slider(label, (minimum, maximum), (value,), step, unit, help, key, format)
    return chosen


def live_range(
    label: str,
    *,
    minimum: Number,
    maximum: Number,
    value: tuple[Number, Number],
    step: Number,
    unit: str = "",
    help: str = "",
    key: str,
    format: Format = "number",
) -> tuple[Number, Number]:
    """Draw a slider with two thumbs; return the lower and the higher value. The arguments are `live_slider`'s."""
    low, high = _slider(label, (minimum, maximum), value, step, unit, help, key, format)
    return low, high


def _slider(
    label: str,
    limits: tuple[Number, Number],
    default: tuple[Number, ...],
    step: Number,
    unit: str,
    help: str,
    key: str,
    format: Format,
) -> tuple[Number, ...]:
    mounted = f"{key}_slider"

    def within(values: Sequence[Any]) -> tuple[Number, ...]:
        kind = type(step)
        return tuple(sorted(kind(min(max(each, limits[0]), limits[1])) for each in values))

    def kept(values: tuple[Number, ...]) -> Any:
        return values if len(default) > 1 else values[0]

    def moved() -> None:
        values = st.session_state[mounted]["moved"]["values"]
        st.session_state[key] = kept(within(values))

    now = st.session_state.get(key, kept(default))
    values = within(now if len(default) > 1 else (now,))
    st.session_state[key] = kept(values)
    sent = st.session_state.get(mounted, {}).get("moved") or {"turn": 0}
    _mount(
        key=mounted,
        data={
            "label": label,
            "limits": limits,
            "step": step,
            "values": values,
            "default": default,
            "unit": unit,
            "help": help,
            "format": format,
            "turn": sent["turn"],
        },
        on_moved_change=moved,
    )
    return values
