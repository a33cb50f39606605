"""An image with a frame on it, and the pixels in the frame as numbers, channel by channel."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from pages.components import script, style, taking
from pages.components.planes import packed, place_of

_HTML = """<div class='magnifier'>
<figure class='image'><div class='head'><button type='button' class='play'>▶ Walk</button><figcaption></figcaption>
</div><canvas tabindex='0' role='slider' aria-label='The frame on the image' aria-valuemin='0'></canvas></figure>
<div class='matrices'></div>
</div>"""

_mount = st.components.v2.component(
    "pixelwise_magnifier",
    html=_HTML,
    css=style("common/pixel_grid.css", "magnifier/style.css"),
    js=script("magnifier/script.js"),
)


def magnifier(
    image: np.ndarray,
    side: int,
    at: tuple[int, int] | None,
    moved: Callable[[tuple[int, int] | None], None],
    *,
    of: str,
    key: str,
) -> None:
    """Show it.

    Args:
        image: uint8 `(height, width, 1 or 3)`.
        side: of the frame, in pixels of the image.
        at: the column and row of the frame's upper left; `None`: the middle.
        moved: called with that as it has been moved, before the rerun.
        of: tells the image from others.
        key: the component's key.
    """
    colours = image.shape[2] > 1
    sent = st.session_state.get(key, {}).get("changed") or {"turn": 0}
    data: dict[str, Any] = {
        "of": of,
        "planes": [packed(np.ascontiguousarray(image[:, :, channel])) for channel in range(image.shape[2])],
        "names": ["Red", "Green", "Blue"] if colours else ["Gray"],
        "tints": ["red", "green", "blue"] if colours else [""],
        "side": side,
        "at": at,
        "turn": sent["turn"],
    }
    _mount(key=key, data=data, on_changed_change=taking(key, "changed", lambda given: moved(_place(given))))


def _place(sent: Any) -> tuple[int, int] | None:
    return place_of(sent.get("at")) if isinstance(sent, dict) else None
