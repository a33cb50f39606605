"""One picture, large, its pixels square."""

import base64
import html
from collections.abc import Sequence

import streamlit as st
from PIL import Image

from core import pictures

_STYLE = "max-width:100%;image-rendering:pixelated;border-radius:4px;outline:1px solid rgba(128,128,128,.3)"

_STRIP = "height:64px;border-radius:3px;flex:none"


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


def strip(shown: Sequence[tuple[str, bytes]]) -> None:
    """Show small pictures in a row, as many as there is room for.

    Args:
        shown: what each is, and its PNG, shown crisp, or JPEG.
    """
    pictures_shown = []
    for alt, data in shown:
        address, said = data_url(data), html.escape(alt, quote=True)
        style = _STRIP if address.startswith("data:image/jpeg") else f"{_STRIP};image-rendering:pixelated"
        pictures_shown.append(f"<img src='{address}' alt='{said}' title='{said}' style='{style}'>")
    st.html(f"<div style='display:flex;gap:6px;overflow:hidden;height:64px'>{''.join(pictures_shown)}</div>")
