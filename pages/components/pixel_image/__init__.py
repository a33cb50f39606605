"""One image, large, its pixels square."""

import base64
import html
from collections.abc import Sequence

import streamlit as st
from PIL import Image

from core.charts.palette import IMAGE_EDGE
from core.images import image_io

_STYLE = f"max-width:100%;image-rendering:pixelated;border-radius:4px;outline:1px solid {IMAGE_EDGE}"

_STRIP = "height:64px;border-radius:3px;flex:none"
_MOSAIC = "display:grid;grid-template-columns:repeat(6,1fr);gap:3px;border-radius:4px;overflow:hidden"
_SQUARE = "width:100%;aspect-ratio:1;object-fit:cover"


def data_url(image: bytes) -> str:
    """Return an image, PNG, JPEG or WebP, as a data address."""
    kind = {b"\xff\xd8": "jpeg", b"RI": "webp"}.get(image[:2], "png")
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"


def crisp(image: Image.Image, alt: str, side: int) -> None:
    """Show an image enlarged by a whole number.

    Args:
        image: mode L or RGB.
        alt: what it shows, in words.
        side: the longer side on the page in CSS pixels, at most; a larger image is made smaller by the browser.
    """
    width = min(image.width * max(1, side // max(image.size)), side)
    address = data_url(image_io.png(image))
    st.html(f"<img src='{address}' alt='{html.escape(alt, quote=True)}' style='width:{width}px;{_STYLE}'>")


def strip(shown: Sequence[tuple[str, bytes]]) -> None:
    """Show small images in a row, as many as there is room for.

    Args:
        shown: what each is, and its PNG, shown crisp, or JPEG.
    """
    st.html(f"<div style='display:flex;gap:6px;overflow:hidden;height:64px'>{_images(shown, _STRIP)}</div>")


def mosaic(shown: Sequence[tuple[str, bytes]]) -> None:
    """Show small images as one, six in a row, each cut to a square.

    Args:
        shown: as for `strip`.
    """
    st.html(f"<div style='{_MOSAIC}'>{_images(shown, _SQUARE)}</div>")


def _images(shown: Sequence[tuple[str, bytes]], style: str) -> str:
    made = []
    for alt, data in shown:
        address, said = data_url(data), html.escape(alt, quote=True)
        own = style if address.startswith("data:image/jpeg") else f"{style};image-rendering:pixelated"
        made.append(f"<img src='{address}' alt='{said}' title='{said}' style='{own}'>")
    return "".join(made)
