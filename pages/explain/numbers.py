"""An image is numbers: a magnifier over the image, and the numbers beneath it."""

import numpy as np
import streamlit as st

from core.images import image_io
from pages.common.address import fragment
from pages.components.live_slider import Slider, live_sliders
from pages.components.pixel_image import crisp
from pages.explain.view import Subject, View

_SIDE = 8
_IMAGE_PX = 420
_ACROSS, _DOWN = "numbers_across", "numbers_down"


def _show(subject: Subject | None) -> None:
    assert subject is not None  # noqa: S101 the view asks for an image
    seen = subject.seen
    left, right = st.columns(2, gap="medium")
    with left:
        crisp(image_io.from_array(seen), f"What the network sees of {subject.said}", _IMAGE_PX)

    @fragment
    def live() -> bool:
        with left:
            dragging = live_sliders({"": _sliders(*seen.shape[:2])}, key="numbers_sliders")
        column, row = st.session_state[_ACROSS], st.session_state[_DOWN]
        part = seen[row : row + _SIDE, column : column + _SIDE]
        with right:
            st.dataframe(part.mean(axis=2).round().astype(np.uint8), hide_index=False, height="content")
        return not dragging

    live()


def _sliders(height: int, width: int) -> list[Slider]:
    return [
        Slider(_ACROSS, "Column", 0, max(0, width - _SIDE), max(0, (width - _SIDE) // 2), 1, "px"),
        Slider(_DOWN, "Row", 0, max(0, height - _SIDE), max(0, (height - _SIDE) // 2), 1, "px"),
    ]


VIEW = View(
    "numbers",
    "Numbers",
    "An image is a table of numbers from 0, black, to 255, white. Move the window and see which ones make an edge.",
    _show,
)
