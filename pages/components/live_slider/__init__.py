"""Sliders that act while they are dragged: Streamlit's own sends its value only when the mouse is released.

Use them inside an `st.fragment` that also draws what they change, so that a drag runs no more than that::

    @st.fragment
    def turn(image: Image.Image) -> None:
        angle = live_slider("Rotation", minimum=-180, maximum=180, value=0, step=1, unit="°", key="angle")
        st.image(image.rotate(angle))

A value is kept in `st.session_state[key]`, over page changes too. Setting it there before the slider is drawn, or in a
callback, moves the slider. Every element that a fragment draws takes the browser some milliseconds at each step of a
drag: draw several sliders by one call of `live_sliders`, and other widgets outside the fragment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import streamlit as st

from pages.components import script, style, taking

Number = TypeVar("Number", int, float)
Format = Literal["number", "percent"]

_mount = st.components.v2.component(
    "pixelwise_live_sliders",
    html="<div class='sliders'></div>",
    css=style("live_slider/style.css"),
    js=script("live_slider/script.js"),
)


@dataclass(frozen=True)
class Slider:
    """A slider of one thumb, or of two for a lower and a higher value.

    Attributes:
        key: where its value is kept in `st.session_state`: a number, or a pair of them.
        label: what it sets.
        minimum: the lowest value, and `maximum` the highest.
        value: the default, to which a double click and the reset button return; a pair makes two thumbs.
        step: the difference between neighbouring values; whole numbers give whole numbers.
        unit: shown after the value, such as `°` or `px`.
        help: plain text shown on request.
        format: how the value is shown: as it is, or times 100 with a percent sign.
    """

    key: str
    label: str
    minimum: float
    maximum: float
    value: float | tuple[float, float]
    step: float
    unit: str = ""
    help: str = ""
    format: Format = "number"

    def within(self, value: Any) -> Any:
        """Return a number or pair as this slider can have it."""
        kind = type(self.step)
        if isinstance(self.value, tuple):
            return tuple(sorted(kind(min(max(each, self.minimum), self.maximum)) for each in value))
        return kind(min(max(value, self.minimum), self.maximum))


def live_sliders(groups: Mapping[str, Sequence[Slider]], *, key: str) -> bool:
    """Draw sliders beneath each other; return whether one of them is being dragged now.

    Args:
        groups: the sliders by the heading above them, which may be empty.
        key: the component's key, no slider's.
    """
    sliders = {slider.key: slider for group in groups.values() for slider in group}

    def moved(to: dict[str, Any]) -> None:
        for name, values in to["values"].items():
            if name in sliders:
                value = values if len(values) > 1 else values[0]
                st.session_state[name] = sliders[name].within(value)

    for name, slider in sliders.items():
        before = st.session_state.get(name)
        value = slider.within(slider.value if before is None else before)
        if value != before:
            st.session_state[name] = value
    sent = st.session_state.get(key, {}).get("moved") or {"turn": 0, "dragging": False}
    data = {
        "groups": [
            {"heading": heading, "sliders": [_shown(slider) for slider in group]} for heading, group in groups.items()
        ],
        "turn": sent["turn"],
    }
    _mount(key=key, data=data, on_moved_change=taking(key, "moved", moved))
    return bool(sent["dragging"])


def _shown(slider: Slider) -> dict[str, Any]:
    """Return what the script needs to know of a slider."""
    return {
        "key": slider.key,
        "label": slider.label,
        "limits": [slider.minimum, slider.maximum],
        "step": slider.step,
        "values": _listed(st.session_state[slider.key]),
        "default": _listed(slider.value),
        "unit": slider.unit,
        "help": slider.help,
        "format": slider.format,
    }


def _listed(value: float | tuple[float, float]) -> list[float]:
    return list(value) if isinstance(value, tuple) else [value]
