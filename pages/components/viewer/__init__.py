"""One image, large: pixel values under the pointer, and the histogram of each channel."""

from collections.abc import Mapping

import streamlit as st

from core.datasets.views.image_detail import CloseUp
from pages.components import script, style
from pages.components.pixel_image import data_url

_HTML = """<div class='viewer'>
<div class='stage'>
<canvas class='image' role='img'></canvas><canvas class='loupe' width='143' height='143' hidden></canvas>
<i class='pixel' hidden></i>
</div>
<p class='value'></p>
<div class='histograms'></div>
</div>"""

_mount = st.components.v2.component(
    "pixelwise_viewer", html=_HTML, css=style("viewer/style.css"), js=script("viewer/script.js")
)


def viewer(shown: CloseUp, alt: str, *, key: str, keys: Mapping[str, str]) -> None:
    """Show an image: one of few pixels enlarged by a whole number, its pixels square.

    Args:
        shown: the image.
        alt: what it shows, in words.
        key: the component's key.
        keys: for a key of the keyboard, the CSS selector of what it gives the focus.
    """
    data = {
        "url": data_url(shown.data),
        "alt": alt,
        "width": shown.width,
        "height": shown.height,
        "gray": shown.gray,
        "exact": shown.exact,
        "keys": dict(keys),
        "histograms": shown.histograms.tolist(),
    }
    _mount(key=key, data=data)
