"""Small plots and images beside each other that follow a dragged slider: one message, one element."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from core.charts.panel import Picture, Plot
from core.images import image_io
from pages.components import script, style, taking
from pages.components.panels.ahead import Ahead as Ahead
from pages.components.pixel_image import data_url

_mount = st.components.v2.component(
    "pixelwise_panels",
    html="<div class='panels'></div>",
    css=style("panels/style.css"),
    js=script("panels/script.js"),
)


def panels(shown: Sequence[Plot | Picture], *, of: str = "", ahead: Ahead | None = None, key: str) -> None:
    """Draw panels in a row, beneath each other where there is no room.

    Args:
        shown: from the left.
        of: what they were made of; the element has it as `data-of` once they are drawn.
        ahead: how they follow sliders; `data-of` is these sliders' values then. `shown` is what it makes of them now.
        key: the component's key: the element stays from rerun to rerun.
    """
    data = {"of": of, "panels": [_sent(each) for each in shown]}
    if ahead is None:
        _mount(key=key, data=data)
        return
    asking = f"{key} asks for"
    asked = st.session_state.pop(asking, None)
    follows = {"token": ahead.token, "values": ahead.values(), "frames": None if asked is None else ahead.frames(asked)}
    take = taking(key, "asked", lambda sent: st.session_state.update({asking: sent}))
    _mount(key=key, data=data | {"follows": follows}, on_asked_change=take)


def _sent(panel: Plot | Picture) -> dict[str, Any]:
    if isinstance(panel, Plot):
        return {"plot": asdict(panel)}
    url = _url(panel.pixels.tobytes(), panel.pixels.shape)
    about = {"title": panel.title, "alt": panel.alt, "note": panel.note, "width": panel.width}
    return {"picture": {**about, "url": url, "crisp": panel.crisp}}


@lru_cache(maxsize=64)
def _url(pixels: bytes, shape: tuple[int, ...]) -> str:
    """Return an image as a data address; most of a row stays as it is while a slider is dragged."""
    return data_url(image_io.png(image_io.from_array(np.frombuffer(pixels, np.uint8).reshape(shape))))
