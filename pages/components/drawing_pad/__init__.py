"""A pad to draw on with mouse, finger or pen."""

import base64
import binascii

import streamlit as st

from core.images.handwriting import SIDE
from pages.components import script, style

_HTML = f"""<div class='pad'>
<canvas width='{SIDE}' height='{SIDE}' role='img' aria-label='A pad: draw on it with the mouse or a finger'></canvas>
<button type='button'>Clear</button>
</div>"""

_mount = st.components.v2.component(
    "pixelwise_drawing_pad", html=_HTML, css=style("drawing_pad/style.css"), js=script("drawing_pad/script.js")
)


def drawing_pad(*, key: str) -> bytes | None:
    """Show the pad; return the drawing so far as PNG, white on black, or `None` when nothing is drawn."""
    drawing = _mount(key=key, on_drawing_change=lambda: None).get("drawing") or ""
    _, comma, encoded = str(drawing).partition("base64,")
    try:
        return base64.b64decode(encoded, validate=True) if comma else None
    except binascii.Error:
        return None
