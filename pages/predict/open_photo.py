"""The open photo: the photo itself, its answer, why, and what the user says it shows."""

import html
import io
from dataclasses import dataclass

import streamlit as st
from PIL import Image

from core.charts.palette import IMAGE_EDGE
from core.evaluation.threshold import DecisionThreshold
from core.images import handwriting, image_io
from core.prediction import photo_predictions
from core.prediction.photo_predictions import Prediction
from core.runs import Run
from core.storage.memory_cache import bounded
from pages.common import session_photos
from pages.common.explanation_card import explain_answer
from pages.common.messages import escape_markdown
from pages.common.session_photos import SessionPhoto
from pages.components.pixel_image import crisp, data_url
from pages.predict.answer import show_details, show_verdict

_SIDE_PX = 900
_SMALL_PX = 128
_SMALL_SHOWN_PX = 320
_MOST_PILLS = 12
_STYLE = f"max-width:100%;max-height:min(60vh,460px);border-radius:4px;outline:1px solid {IMAGE_EDGE}"


@dataclass(frozen=True)
class _Shown:
    """A photo as the page shows it: its bytes at that size, its own size, and whether its edge is light as paper is."""

    data: bytes
    size: tuple[int, int]
    light: bool


def show_photo(run: Run, photo: SessionPhoto, answer: Prediction, booked: DecisionThreshold, *, framed: bool) -> None:
    """Show a photo with its answer.

    Args:
        run: whose answer it is.
        photo: which was answered.
        answer: what it was answered.
        booked: from which probability an answer is acted on.
        framed: whether its ink was framed.
    """
    shown = _shown(photo)
    show_verdict(run, answer, booked)
    left, right = st.columns(2, gap="large")
    with left:
        if max(shown.size) <= _SMALL_PX:
            crisp(Image.open(io.BytesIO(shown.data)), photo.name, _SMALL_SHOWN_PX)
        else:
            st.html(f"<img src='{data_url(shown.data)}' alt='{html.escape(photo.name, quote=True)}' style='{_STYLE}'>")
        st.caption(f"{escape_markdown(photo.name)} · {shown.size[0]:,}×{shown.size[1]:,} pixels")
        hint = st.empty()
        if run.about.ink_box is not None and not framed and shown.light:
            hint.info(
                "This photo has a light background, but the network learned white ink on black. Try the switch above."
            )
    with right:
        show_details(run, answer, key="opened")
        _say_truth(run, photo)


@st.fragment
def show_why(run: Run, photo: SessionPhoto, answer: Prediction) -> None:
    """Show where the network looked, what it takes for alike, and how the answer holds when the photo is changed."""
    explain_answer(run, answer, photo_predictions.certainty(run), key=f"{photo.id}_{run.name}")


def _say_truth(run: Run, photo: SessionPhoto) -> None:
    """Let the user say what the photo shows."""
    names, said = run.about.class_names, session_photos.truth(photo)
    key = f"truth_{photo.id}_{run.name}"

    def changed() -> None:
        session_photos.say_truth(photo, st.session_state[key])

    # Not set from the session: a browser that missed it would show, and then send, that nothing was said.
    with st.container(key="truth"):
        if len(names) <= _MOST_PILLS:
            default = said if said in names else None
            st.pills("Correct label", names, key=key, default=default, format_func=escape_markdown, on_change=changed)
        else:
            index = names.index(said) if said in names else None
            st.selectbox("Correct label", names, index=index, key=key, placeholder="Choose a class", on_change=changed)


@bounded(30_000_000, lambda shown: len(shown.data))
def _shown(photo: SessionPhoto) -> _Shown:
    """Return a photo that can be read as it is shown."""
    image = image_io.read_image(photo.data)
    size, light = image.size, handwriting.is_light(image)
    if max(size) <= _SMALL_PX:
        return _Shown(image_io.png(image), size, light)
    image.thumbnail((_SIDE_PX, _SIDE_PX))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88)
    return _Shown(file.getvalue(), size, light)
