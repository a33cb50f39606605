"""A filter that walks over an image: its numbers, the products, their sum, and all sums as an image."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.components import script, style, taking
from pages.components.planes import listed, packed, place_of

_HTML = """<div class='lesson'>
<figure class='input'><figcaption></figcaption><canvas tabindex='0' role='slider'
aria-label='The window' aria-valuenow='0'></canvas></figure>
<div class='middle'>
<div class='buttons'><button type='button' class='play'>▶ Walk</button>
<button type='button' class='step'>Step</button></div>
<div class='tables'><figure><figcaption>Window</figcaption><canvas class='near' role='img'
aria-label='Window'></canvas></figure>
<figure><figcaption>× filter</figcaption><div class='kernel' role='group' aria-label='The filter'></div></figure>
<figure><figcaption>= products</figcaption><canvas class='products' role='img' aria-label='Products'></canvas></figure>
<div class='sum'></div></div>
<label class='weight'><span></span><input type='range'></label>
<p class='problem' role='alert'></p>
</div>
<figure class='output'><figcaption></figcaption><canvas tabindex='0' role='slider'
aria-label='The window' aria-valuenow='0'></canvas></figure>
</div>"""

_mount = st.components.v2.component(
    "pixelwise_convolution",
    html=_HTML,
    css=style("common/pixel_grid.css", "convolution/style.css"),
    js=script("convolution/script.js"),
)

# What is typed is refused beyond that, there and here.
FARTHEST = 10_000.0


@dataclass(frozen=True, eq=False)
class LayerOutput:
    """What a layer of a network makes of the image with a filter.

    Attributes:
        output: before the activation, float32 `(rows, columns)`.
        kernel: the filter's weights for the channel that is shown, as they were trained, `(size, size)`.
        bias: added to each sum.
        activation: what follows, in words; may be empty.
    """

    output: np.ndarray
    kernel: np.ndarray
    bias: float
    activation: str


@dataclass(frozen=True, eq=False)
class Convolution:
    """What is shown.

    Attributes:
        of: tells it from others: for another one, all begins anew.
        plane: one channel, uint8 or float32 `(height, width)`.
        name: what it is.
        tint: `red`, `green` or `blue`; empty for gray.
        kernel: `(size, size)`.
        stride: how far the filter moves.
        padding: `valid` or `same`.
        at: the column and row of the output that is looked at; `None`: the middle.
        light: whether the plane is an image, to be shown from dark to light.
        layer: whose filter it is; `None`: it is made by hand, for this channel alone.
    """

    of: str
    plane: np.ndarray
    name: str
    tint: str
    kernel: np.ndarray
    stride: int
    padding: str
    at: tuple[int, int] | None
    light: bool = True
    layer: LayerOutput | None = None


def convolution(shown: Convolution, changed: Callable[[np.ndarray, tuple[int, int] | None], None], *, key: str) -> None:
    """Show it.

    Args:
        shown: what is shown.
        changed: called with the filter, float64 `(size, size)`, and where it is, before the rerun. While a weight is
            dragged it is called only for a layer's filter.
        key: the component's key.
    """

    def take(sent: dict[str, Any]) -> None:
        kernel = kernel_of(sent.get("kernel"), shown.kernel.shape)
        if kernel is not None:
            changed(kernel, place_of(sent.get("at")))

    sent = st.session_state.get(key, {}).get("changed") or {"turn": 0}
    layer = shown.layer and {
        "output": packed(shown.layer.output),
        "kernel": listed(shown.layer.kernel),
        "bias": shown.layer.bias if math.isfinite(shown.layer.bias) else 0.0,
        "activation": shown.layer.activation,
    }
    data = {
        "of": shown.of,
        "plane": packed(shown.plane),
        "name": shown.name,
        "tint": shown.tint,
        "kernel": listed(shown.kernel),
        "window": {"size": len(shown.kernel), "stride": shown.stride, "padding": shown.padding},
        "at": shown.at,
        "light": shown.light,
        "layer": layer,
        "live": layer is not None,
        "turn": sent["turn"],
    }
    _mount(key=key, data=data, on_changed_change=taking(key, "changed", take))


def is_dragged(key: str) -> bool:
    """Tell whether a weight is being dragged now in the component of that key."""
    sent = st.session_state.get(key, {}).get("changed") or {}
    return bool(sent.get("dragging"))


def kernel_of(sent: Any, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return a filter that a script sent, float64; `None` where it is none of that shape."""
    try:
        kernel = np.array([math.nan if each is None else float(each) for each in sent], np.float64).reshape(shape)
    except (TypeError, ValueError):
        return None
    return np.clip(kernel, -FARTHEST, FARTHEST)
