"""An image is numbers: a magnifier over the image, and what scaling the numbers does to a first layer."""

import hashlib

import numpy as np
import streamlit as st

from core.charts.scaling_figures import output_sizes
from core.lessons import scaling
from core.lessons.scaling import Outputs
from pages.common.address import Parameter, fragment
from pages.common.messages import show_errors
from pages.components.magnifier import magnifier
from pages.explain.collapse import show_collapse
from pages.explain.convolution import place_text, read_place
from pages.explain.keras_code import as_keras
from pages.explain.view import Subject, View

_SIDE = 8
_FRAME = "numbers_frame"


def _show(subject: Subject | None) -> None:
    assert subject is not None  # noqa: S101 the view asks for an image
    seen = subject.seen
    _magnified(subject)
    _scaled(seen, hashlib.sha256(seen.tobytes()).hexdigest() + str(seen.shape))
    with show_errors():
        show_collapse()


@fragment
def _magnified(subject: Subject) -> None:
    def moved(to: tuple[int, int] | None) -> None:
        st.session_state[_FRAME] = to

    magnifier(subject.seen, _SIDE, st.session_state.get(_FRAME), moved, of=subject.key, key="numbers_magnifier")


@st.cache_data(max_entries=20, show_spinner=False)
def _outputs(_image: np.ndarray, image_hash: str) -> dict[str, Outputs]:  # noqa: ARG001 the cache's key
    return {way: scaling.first_outputs(_image, way) for way in scaling.TITLES}


def _scaled(seen: np.ndarray, image_hash: str) -> None:
    """Show what an untrained first layer makes of the image as it is, scaled, and standardised."""
    found = _outputs(seen, image_hash)
    rows = [
        f"| {scaling.TITLES[way]} | {_range(each.input_range)} | {_range(each.range)} | {each.deviation:.3g} |"
        for way, each in found.items()
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**What scaling does to a first layer**", width="content")
        st.caption(
            f"{scaling.FILTERS} untrained filters of 3×3 on this image. What learns from their outputs learns well "
            "from numbers about 1.",
            width="stretch",
        )
        as_keras("layers.Rescaling(1 / 255)\n\nscale = layers.Normalization(axis=-1)\nscale.adapt(images)")
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown("\n".join(["| Input | Its range | Outputs | Deviation |", "| --- | ---: | ---: | ---: |", *rows]))
    with right:
        said = ", ".join(f"{scaling.TITLES[way]}: deviation {each.deviation:.2g}" for way, each in found.items())
        st.plotly_chart(
            output_sizes({scaling.TITLES[way]: each.sizes for way, each in found.items()}, scaling.SIZE_BINS),
            key="numbers_outputs",
            config={"displayModeBar": False},
            alt=f"How large the outputs are by input: {said}",
        )


def _range(limits: tuple[float, float]) -> str:
    low, high = (f"{each:.3g}".replace("-", "−") for each in limits)
    return f"{low} to {high}"


VIEW = View(
    "numbers",
    "Numbers",
    "An image is a table of numbers from 0, black, to 255, white, one table a channel. Move the frame and see which "
    "numbers make an edge.",
    _show,
    lambda: (Parameter("frame", _FRAME, read_place, place_text),),
)
