"""The open photo: the photo itself, its answer, why, and what the user says it shows."""

import html
import io
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st
from PIL import Image

from core import answers, drawing, pictures
from core.answers import Answer
from core.booking import Booking
from core.runs import Run
from pages.shared.card import explain_answer
from pages.shared.components.crisp import crisp, data_url
from pages.shared.frame import plain
from pages.shared.predicting import given
from pages.shared.predicting.answer import show_details, show_verdict
from pages.shared.predicting.given import Photo

_SIDE_PX = 900
_SMALL_PX = 128
_SMALL_SHOWN_PX = 320
_MOST_PILLS = 12
_STYLE = "max-width:100%;max-height:min(60vh,460px);border-radius:4px;outline:1px solid rgba(128,128,128,.3)"


@dataclass(frozen=True)
class _Shown:
    """A photo as the page shows it: its bytes at that size, its own size, and whether its edge is light as paper is."""

    data: bytes
    size: tuple[int, int]
    light: bool


def show_photo(run: Run, photo: Photo, answer: Answer, booked: Booking, *, framed: bool) -> None:
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
        st.caption(f"{plain(photo.name)} · {shown.size[0]:,}×{shown.size[1]:,} pixels")
        hint = st.empty()
        if run.about.ink_box is not None and not framed and shown.light:
            hint.info(
                "This picture is light at its edges; the network learned light ink on black. Try the switch above."
            )
    with right:
        show_details(run, answer, key="opened")
        _say_truth(run, photo)


@st.fragment
def show_why(run: Run, photo: Photo, answer: Answer) -> None:
    """Show where the network looked, what it takes for alike, and how the answer holds when the photo is changed."""
    explain_answer(run, answer.seen, answers.certainty(run), key=f"{photo.id}_{run.name}")


def _say_truth(run: Run, photo: Photo) -> None:
    """Let the user say what the photo shows."""
    names, said = run.about.class_names, given.truth(photo)
    key = f"truth_{photo.id}_{run.name}"

    def changed() -> None:
        given.say_truth(photo, st.session_state[key])

    # Not set from the session: a browser that missed it would show, and then send, that nothing was said.
    with st.container(key="truth"):
        if len(names) <= _MOST_PILLS:
            default = said if said in names else None
            st.pills("It shows", names, key=key, default=default, format_func=plain, on_change=changed)
        else:
            index = names.index(said) if said in names else None
            st.selectbox("It shows", names, index=index, key=key, placeholder="Choose the class", on_change=changed)


@lru_cache(maxsize=16)
def _shown(photo: Photo) -> _Shown:
    """Return a photo that can be read as it is shown."""
    picture = pictures.read_picture(photo.data)
    size, light = picture.size, drawing.is_light(picture)
    if max(size) <= _SMALL_PX:
        return _Shown(pictures.png(picture), size, light)
    picture.thumbnail((_SIDE_PX, _SIDE_PX))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=88)
    return _Shown(file.getvalue(), size, light)
