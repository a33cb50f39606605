"""An image with a box on it to drag: by its middle to move it, by its edges and corners to change its size."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from PIL import Image

from pages.components import script, style, taking
from pages.components.compare import for_screen
from pages.components.pixel_image import data_url

# Left, top, width, height in pixels of the image.
Box = tuple[int, int, int, int]

_HTML = """<div class='image'><img alt='' draggable='false'>
<div class='box' tabindex='0' role='slider' aria-label='Crop box: arrows move it, with Shift they change its size'>
<b data-x='-1' data-y='-1'></b><b data-x='1' data-y='-1'></b><b data-x='-1' data-y='1'></b><b data-x='1' data-y='1'></b>
</div></div>"""

_mount = st.components.v2.component(
    "pixelwise_crop_box", html=_HTML, css=style("crop_box/style.css"), js=script("crop_box/script.js")
)


def crop_box(image: Image.Image, box: Box, moved: Callable[[Box], None], *, key: str) -> bool:
    """Show the image with the box, which follows the pointer; return whether it is being dragged now.

    Args:
        image: mode L or RGB.
        box: where the box is; it may reach outside the image.
        moved: called with the box as it was dragged, within the image, before the rerun.
        key: the component's key.
    """

    def changed(dragged: dict[str, Any]) -> None:
        left, top, width, height = (int(each) for each in dragged["box"])
        width, height = min(max(width, 1), image.width), min(max(height, 1), image.height)
        moved((min(max(left, 0), image.width - width), min(max(top, 0), image.height - height), width, height))

    sent = st.session_state.get(key, {}).get("box") or {"turn": 0, "dragging": False}
    data = {
        "url": data_url(for_screen(image, 400)),
        "alt": f"The image before the crop, {image.width}×{image.height} pixels",
        "width": image.width,
        "height": image.height,
        "box": list(box),
        "turn": sent["turn"],
    }
    _mount(key=key, data=data, on_box_change=taking(key, "box", changed))
    return bool(sent["dragging"])
