"""An image after pooling and after a strided convolution, and what changes in each when the image is moved."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.components import script, style, taking
from pages.components.planes import listed, packed, place_of

# So many pixels an image can be moved to each side.
FARTHEST = 4

_SLIDER = (
    "<label>{0}<input type='range' class='{0}' min='-{1}' max='{1}' step='1'><span class='{0}-said'></span></label>"
)
_RESULT = """<figure class='result {0}'><figcaption><b>{1}</b><span class='title'></span></figcaption>
<canvas class='whole' role='img' aria-label='Pooled'></canvas><div class='changed'></div>
<canvas class='part' role='img' aria-label='Pooled numbers'></canvas></figure>"""
_HTML = f"""<div class='pooling'>
<div class='move'><button type='button' class='play'>▶ Walk</button><b>Move the image</b>
{_SLIDER.format("right", FARTHEST)}{_SLIDER.format("down", FARTHEST)}
<label><input type='checkbox' class='difference'>Show what changes</label></div>
<div class='given'>
<figure class='image'><figcaption><b>Image</b><span class='title'></span></figcaption>
<canvas tabindex='0' role='slider'
aria-label='The frame on the image' aria-valuenow='0'></canvas><div class='changed'></div></figure>
<figure class='numbers'><figcaption class='title'></figcaption><canvas role='img'
aria-label='Numbers'></canvas></figure></div>
{_RESULT.format("max", "Max")}{_RESULT.format("average", "Average")}{_RESULT.format("strided", "Strided convolution")}
</div>"""

_mount = st.components.v2.component(
    "pixelwise_pooling",
    html=_HTML,
    css=style("common/pixel_grid.css", "pooling/style.css"),
    js=script("pooling/script.js"),
)


@dataclass(frozen=True)
class Looked:
    """What is looked at.

    Attributes:
        at: the column and row of the upper left of the part that is shown as numbers; `None`: the middle.
        shift: by how many pixels the image is moved to the right and down, `FARTHEST` at most to each side.
        difference: whether what that changes is shown in place of what comes out.
    """

    at: tuple[int, int] | None = None
    shift: tuple[int, int] = (0, 0)
    difference: bool = False


@dataclass(frozen=True, eq=False)
class Pooling:
    """What is shown.

    Attributes:
        of: tells it from others: for another one, all begins anew.
        plane: one channel, uint8 `(height, width)`.
        name: what it is.
        tint: `red`, `green` or `blue`; empty for gray.
        kernel: of the convolution, as large as the squares that are pooled.
        stride: how far they move.
        padding: `valid` or `same`.
    """

    of: str
    plane: np.ndarray
    name: str
    tint: str
    kernel: np.ndarray
    stride: int
    padding: str


def pooling(shown: Pooling, looked: Looked, changed: Callable[[Looked], None], *, key: str) -> None:
    """Show it.

    Args:
        shown: what is shown.
        looked: what is looked at.
        changed: called with what is looked at now, before the rerun.
        key: the component's key.
    """
    sent = st.session_state.get(key, {}).get("changed") or {"turn": 0}
    data = {
        "of": shown.of,
        "plane": packed(shown.plane),
        "name": shown.name,
        "tint": shown.tint,
        "kernel": listed(shown.kernel),
        "window": {"size": len(shown.kernel), "stride": shown.stride, "padding": shown.padding},
        "at": looked.at,
        "shift": looked.shift,
        "difference": looked.difference,
        "turn": sent["turn"],
    }
    _mount(key=key, data=data, on_changed_change=taking(key, "changed", lambda given: changed(looked_of(given))))


def looked_of(sent: Any) -> Looked:
    """Return what a script sent; what cannot be used is as at first."""
    try:
        right, down = (min(max(int(each), -FARTHEST), FARTHEST) for each in sent["shift"])
        return Looked(place_of(sent.get("at")), (right, down), bool(sent.get("difference")))
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        return Looked()
