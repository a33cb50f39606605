"""One picture, large: pixel values under the pointer, and the histogram of each channel."""

from collections.abc import Mapping

import streamlit as st

from core.datasets.closeup import CloseUp
from pages.shared.components import source
from pages.shared.components.crisp import data_url

_HTML = """<div class='viewer'>
<div class='stage'>
<canvas class='picture' role='img'></canvas><canvas class='loupe' width='143' height='143' hidden></canvas>
<i class='pixel' hidden></i>
</div>
<p class='value'></p>
<div class='histograms'></div>
</div>"""

_mount = st.components.v2.component("pixelwise_viewer", html=_HTML, css=source("viewer.css"), js=source("viewer.js"))


def viewer(shown: CloseUp, alt: str, *, key: str, keys: Mapping[str, str]) -> None:
    """Show a picture: one of few pixels enlarged by a whole number, its pixels square.

    Args:
        shown: the picture.
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
