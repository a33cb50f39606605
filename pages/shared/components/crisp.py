"""One picture, large, its pixels square."""

import base64
import html

import streamlit as st
from PIL import Image

from core import pictures

_STYLE = "max-width:100%;image-rendering:pixelated;border-radius:4px;outline:1px solid rgba(128,128,128,.3)"


def data_url(picture: bytes) -> str:
    """Return a picture, PNG or JPEG, as a data address."""
    kind = "jpeg" if picture.startswith(b"\xff\xd8") else "png"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def crisp(picture: Image.Image, alt: str, side: int) -> None:
    """Show a picture enlarged by a whole number.

    Args:
        picture: mode L or RGB.
        alt: what it shows, in words.
        side: the longer side on the page in CSS pixels, at most; a larger picture is made smaller by the browser.
    """
    width = min(picture.width * max(1, side // max(picture.size)), side)
    address = data_url(pictures.png(picture))
    st.html(f"<img src='{address}' alt='{html.escape(alt, quote=True)}' style='width:{width}px;{_STYLE}'>")
