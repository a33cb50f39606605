"""Two images, before and after, with a divider or side by side, their histograms and the numbers around a point."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from core.images import image_io
from pages.components import script, style, taking
from pages.components.pixel_image import data_url

# Up to here an image is sent as it is, else a smaller JPEG: the browser gets one at every step of a drag.
_EXACT_SIDE = 128
_SCREEN_SIDE = 560
_FIGURE = """<figure data-side='{}'><figcaption></figcaption>
<div class='stage'><canvas role='img'></canvas><i hidden></i></div>
<svg role='img' preserveAspectRatio='none'></svg>
<p class='axis'><span>0</span><span class='scale'></span><span>255</span></p><div class='numbers'></div></figure>"""
_LAYOUT = """<p class='layout' role='group' aria-label='How the images are compared'>
<button type='button' name='divided'>Divider</button><button type='button' name='beside'>Side by side</button></p>"""
_DIVIDER = "<div class='over'><input type='range' max='1000' value='500' aria-label='Divider, before at left'></div>"
_HTML = f"<div class='compare'>{_LAYOUT}{_FIGURE.format('before')}{_FIGURE.format('after')}{_DIVIDER}</div>"

_mount = st.components.v2.component(
    "pixelwise_compare", html=_HTML, css=style("compare/style.css"), js=script("compare/script.js")
)


@dataclass(frozen=True)
class OnScreen:
    """What a browser gets of an image. For a large one it takes long to make against the steps themselves.

    Attributes:
        url: a data address of the image, made smaller if need be.
        size: its own width and height in pixels.
        histograms: how many pixels have each value 0–255, by channel.
    """

    url: str
    size: tuple[int, int]
    histograms: list[list[int]]

    @classmethod
    def of(cls, image: Image.Image) -> "OnScreen":
        """Make it of an image of mode L or RGB."""
        histograms = np.array(image.histogram()).reshape(-1, 256).tolist()
        return cls(data_url(for_screen(image)), image.size, histograms)


@dataclass(frozen=True)
class Side:
    """One of the two images.

    Attributes:
        shown: the image.
        label: what is said above it.
        alt: what it shows, in words.
        patch: the numbers around the point, uint8 `(rows, columns, channels)`; `None` where the point is not in it.
        corner: column and row of the patch's first pixel.
        missing: what is said in the patch's place.
    """

    shown: OnScreen
    label: str
    alt: str
    patch: np.ndarray | None
    corner: tuple[int, int] = (0, 0)
    missing: str = ""


@dataclass(frozen=True)
class Point:
    """Where the user pointed, in shares of the width and the height of one of the images."""

    after: bool = True
    x: float = 0.5
    y: float = 0.5


def pointed(key: str) -> Point:
    """Return the newest point; the centre of the image after where there is none."""
    sent = st.session_state.get(key, {}).get("point")
    if not sent:
        return Point()
    return Point(sent["side"] == "after", *(min(max(float(sent[axis]), 0.0), 1.0) for axis in "xy"))


def compare(before: Side, after: Side, *, divided: bool, key: str, on_divided: Callable[[bool], None]) -> None:
    """Show both images; `pointed` tells where the user points.

    Args:
        before: at the left.
        after: at the right.
        divided: in one place, with a divider to drag, rather than side by side.
        key: the component's.
        on_divided: called when the user wants it otherwise.
    """
    _mount(
        key=key,
        data={"divided": divided, "before": _data(before), "after": _data(after)},
        on_point_change=lambda: None,
        on_divided_change=taking(key, "divided", lambda divided: on_divided(bool(divided))),
    )


def _data(side: Side) -> dict[str, object]:
    width, height = side.shown.size
    return {
        "url": side.shown.url,
        "width": width,
        "height": height,
        "label": side.label,
        "alt": side.alt,
        "histograms": side.shown.histograms,
        "patch": None if side.patch is None else side.patch.tolist(),
        "corner": side.corner,
        "missing": side.missing,
    }


def for_screen(image: Image.Image, side: int = _SCREEN_SIDE) -> bytes:
    """Return an image as small as a place on the screen needs it: a small one exactly, as PNG.

    Args:
        image: mode L or RGB.
        side: the longer side of the place in pixels.
    """
    if max(image.size) <= _EXACT_SIDE:
        return image_io.png(image)
    share, data = min(1.0, side / max(image.size)), io.BytesIO()
    width, height = (max(1, round(length * share)) for length in image.size)
    shown = image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    shown.save(data, "JPEG", quality=88)
    return data.getvalue()
