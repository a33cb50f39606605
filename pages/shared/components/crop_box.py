"""A picture with a box on it to drag: by its middle to move it, by its edges and corners to change its size."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from PIL import Image

from pages.shared.components import source, taking
from pages.shared.components.compare import for_screen
from pages.shared.components.crisp import data_url

# Left, top, width, height in pixels of the picture.
Box = tuple[int, int, int, int]

_HTML = """<div class='picture'><img alt='' draggable='false'>
<div class='box' tabindex='0' role='slider' aria-label='Crop box: arrows move it, with Shift they change its size'>
<b data-x='-1' data-y='-1'></b><b data-x='1' data-y='-1'></b><b data-x='-1' data-y='1'></b><b data-x='1' data-y='1'></b>
</div></div>"""

_mount = st.components.v2.component(
    "pixelwise_crop_box", html=_HTML, css=source("crop_box.css"), js=source("crop_box.js")
)


def crop_box(picture: Image.Image, box: Box, moved: Callable[[Box], None], *, key: str) -> None:
    """Show the picture with the box, which follows the pointer and is sent while it is dragged.

    Args:
        picture: mode L or RGB.
        box: where the box is; it may reach outside the picture.
        moved: called with the box as it was dragged, within the picture, before the rerun.
        key: the component's key.
    """

    def changed(dragged: dict[str, Any]) -> None:
        left, top, width, height = (int(each) for each in dragged["box"])
        width, height = min(max(width, 1), picture.width), min(max(height, 1), picture.height)
        moved((min(max(left, 0), picture.width - width), min(max(top, 0), picture.height - height), width, height))

    sent = st.session_state.get(key, {}).get("box") or {"turn": 0}
    data = {
        "url": data_url(for_screen(picture, 400)),
        "alt": f"The picture before the crop, {picture.width}×{picture.height} pixels",
        "width": picture.width,
        "height": picture.height,
        "box": list(box),
        "turn": sent["turn"],
    }
    _mount(key=key, data=data, on_box_change=taking(key, "box", changed))
