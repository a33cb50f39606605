"""Panels as they will look at each place of a slider: sent before a drag, so that the browser alone follows it."""

import base64
import json
import math
import secrets
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from core.charts.panel import Axis, Mark, Picture, Plot
from core.images import image_io
from pages.components.live_slider import Slider
from pages.components.pixel_image import data_url

# Of a slider with more places some are drawn, and the browser draws what lies between.
MOST_STOPS = 256
# How long the server draws ahead at a time, and how much it then sends: a drag that begins meanwhile waits for it.
_BUDGET_S, _BUDGET_BYTES = 0.1, 150_000
_SHARPNESS = 4


@dataclass(frozen=True)
class Ahead:
    """What panels follow. Make it outside the fragment: what was drawn ahead counts until the page is drawn again.

    Attributes:
        sliders: of one thumb each, all that the panels depend on within a fragment; the first is likely dragged first.
        drawn: makes the panels of the sliders' values, in that order.
        token: tells it from others.
    """

    sliders: Sequence[Slider]
    drawn: Callable[..., Sequence[Plot | Picture]]
    token: str = field(default_factory=lambda: secrets.token_hex(4))

    def values(self) -> dict[str, Any]:
        """Return the values that the sliders have, by their keys."""
        return {each.key: st.session_state[each.key] for each in self.sliders}

    def now(self) -> Sequence[Plot | Picture]:
        """Return the panels of the values that the sliders have."""
        return self.drawn(*self.values().values())

    def frames(self, asked: Any) -> dict[str, Any] | None:
        """Return the panels at some places of a slider, as the script takes them; `None` for what cannot be asked.

        Args:
            asked: `{key, have: numbers of the places that are known}`, as the script sends it.
        """
        try:
            have = {int(each) for each in asked["have"]}
            slider = next(each for each in self.sliders if each.key == asked["key"])
        except (KeyError, StopIteration, TypeError, ValueError, OverflowError):
            return None
        values = self.values()
        step, count = stops(slider)
        at = (values[slider.key] - slider.minimum) / step
        wanted = sorted(set(range(count)) - have, key=lambda each: abs(each - at))
        made: dict[int, Any] = {}
        pictures: dict[str, int] = {}
        begun = time.perf_counter()
        for place in wanted:
            value = slider.within(round(slider.minimum + place * step, 9))
            made[place] = [_frame(each, pictures) for each in self.drawn(*(values | {slider.key: value}).values())]
            if time.perf_counter() - begun > _BUDGET_S or sum(map(len, pictures)) > _BUDGET_BYTES:
                break
        text = json.dumps({"pictures": list(pictures), "frames": made}, ensure_ascii=False, separators=(",", ":"))
        return {
            "key": slider.key,
            "low": slider.minimum,
            "step": step,
            "others": _others(values, slider.key),
            "left": len(wanted) - len(made),
            "packed": base64.b64encode(zlib.compress(text.encode())).decode(),
        }


def stops(slider: Slider) -> tuple[float, int]:
    """Return how far apart the places are at which a slider's panels are drawn ahead, and how many there are."""
    places = max(1, round((slider.maximum - slider.minimum) / slider.step))
    coarser = -(-places // (MOST_STOPS - 1))
    return slider.step * coarser, places // coarser + 1


def _others(values: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != key}


def _frame(panel: Plot | Picture, pictures: dict[str, int]) -> dict[str, Any]:
    """Return a panel as the script takes it, its image as a place among those that were met so far."""
    if isinstance(panel, Plot):
        axes = {"x": vars(panel.x), "y": vars(panel.y)}
        return {"plot": vars(panel) | axes | {"marks": [_mark(each, panel) for each in panel.marks]}}
    place = pictures.setdefault(_url(panel.pixels.tobytes(), panel.pixels.shape, panel.crisp), len(pictures))
    about = {"title": panel.title, "alt": panel.alt, "note": panel.note, "width": panel.width}
    return {"picture": {**about, "url": place, "crisp": panel.crisp}}


def _mark(mark: Mark, plot: Plot) -> dict[str, Any]:
    return vars(mark) | {"x": rounded(mark.x, plot.x), "y": rounded(mark.y, plot.y)}


def rounded(values: Sequence[float], axis: Axis) -> list[float | None]:
    """Return values as exactly as they are seen on an axis; `None` for what JSON has no number for."""
    found = np.asarray(values, np.float64)
    if not axis.log:
        found = found.round(_SHARPNESS - math.floor(math.log10(axis.high - axis.low)))
    shown = [float(f"{each:.5g}") for each in found.tolist()] if axis.log else found.tolist()
    return [each if math.isfinite(each) else None for each in shown]


@lru_cache(maxsize=256)
def _url(pixels: bytes, shape: tuple[int, ...], crisp: bool) -> str:
    """Return an image as a data address: its very pixels where they are seen, else as small as it looks the same."""
    image = image_io.from_array(np.frombuffer(pixels, np.uint8).reshape(shape))
    return data_url(image_io.webp(image, exact=crisp))
