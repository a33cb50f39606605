"""The third column: photos and the camera, answered by what is known now."""

import numpy as np
import streamlit as st

from core.charts import palette
from core.errors import PixelwiseError
from core.evaluation.explaining.heat import laid_over
from core.images import image_io
from core.images.image_io import ImageError
from core.storage.memory_cache import bounded
from core.teaching import learner as learners
from core.teaching.learner import Answer, Learned, Learner
from core.teaching.project import seen
from pages.common.messages import escape_markdown, show_errors
from pages.components.camera import live_camera
from pages.components.paste_images import paste_images
from pages.components.pixel_image import crisp
from pages.components.score_bars import Bar, score_bars
from pages.streamlit_patches.uploads_on_disk import content
from pages.teach import state

_FILES, _LIVE = "Input", "Camera"
_FRAME = "teach_frame"
_SHOWN_PX = 150
_HEAT = "teach_heat"


def show_trying(learner: Learner) -> None:
    """Let the user try what is known."""
    learned = learner.learned
    if learned is None:
        st.caption("Photos and the camera are answered here as soon as two classes have images.")
        return
    way = st.segmented_control("Try it with", [_FILES, _LIVE], key="teach_way", default=_FILES, required=True)
    if way == _LIVE:
        _live(learner)
        return
    turn = st.session_state.setdefault("teach_try_turn", 0)
    widget = f"teach_try_{turn}"

    def came() -> None:
        if st.session_state["teach_try_turn"] == turn:
            st.session_state["teach_try_turn"] = turn + 1
            state.give([(file.name, content(file)) for file in st.session_state[widget]])

    st.file_uploader(
        "Photos to try", accept_multiple_files=True, key=widget, on_change=came, label_visibility="collapsed"
    )
    paste_images(take=lambda data: state.give([("pasted image", data)]), key="teach_paste")
    photos = state.photos()
    if photos:
        _show_photos(learned, photos)
        st.button("Clear", icon=":material/close:", key="teach_clear", on_click=state.clear)


def _show_photos(learned: Learned, photos: list[tuple[str, str, bytes]]) -> None:
    readable = []
    for sha256, name, data in photos:
        try:
            readable.append((sha256, name, _seen(data)))
        except ImageError as error:
            st.error(f"{escape_markdown(name)}: {escape_markdown(str(error))}", icon=":material/broken_image:")
    if not readable:
        return
    with show_errors(), st.spinner("Classifying"):
        answers = _answered(learned, tuple(sha256 for sha256, _, _ in readable), [image for _, _, image in readable])
        for (sha256, name, image), answer in zip(readable, answers, strict=True):
            left, right = st.columns([2, 3], gap="small")
            with left:
                heat = st.session_state.get(_HEAT) == sha256
                shown = image_io.from_array(image)
                if heat:
                    label = int(answer.probabilities.argmax())
                    shown = laid_over(image, learned.heat_map(image, label).maps[0], 224)
                crisp(shown, name, _SHOWN_PX)
                st.button(
                    "Photo" if heat else "Heatmap",
                    key=f"teach_heat_{sha256}",
                    help="Bright: what speaks for the class that is answered.",
                    on_click=lambda sha=sha256, on=heat: st.session_state.update({_HEAT: None if on else sha}),
                )
            with right:
                _show_answer(learned, answer, f"teach_bars_{sha256}")


def _show_answer(learned: Learned, answer: Answer | None, key: str) -> None:
    if answer is None:
        score_bars("", [], key=key)
        return
    names, shares = learned.class_names, answer.probabilities
    said = names[int(shares.argmax())] if answer.known else "None of these"
    colours = [palette.CLASS_COLOURS[at % len(palette.CLASS_COLOURS)] for at in range(len(names))]
    bars = [Bar(*each) for each in zip(names, shares.tolist(), colours, strict=True)]
    score_bars(said, bars, sure=answer.known, key=key)


@st.fragment
def _live(learner: Learner) -> None:
    """Answer what the camera sees, an image after the other."""
    number, frame = st.session_state.get(_FRAME, (0, b""))

    def take(number: int, image: bytes) -> None:
        st.session_state[_FRAME] = (number, image)

    live_camera(number, take=take, key="teach_live")
    learned, answer = learner.learned, None
    if learned is None:
        return
    if frame:
        try:
            (answer,) = learners.ask(learned, [seen(frame)])
        except PixelwiseError as error:
            st.error(escape_markdown(str(error)))
    _show_answer(learned, answer, "teach_live_bars")


@bounded(20_000_000, lambda image: image.nbytes)
def _seen(data: bytes) -> np.ndarray:
    return seen(data)


def _answered(learned: Learned, hashes: tuple[str, ...], images: list[np.ndarray]) -> list[Answer]:
    """Return the answers to photos; kept while neither photos nor what is known change."""
    kept = st.session_state.get("teach_answers")
    if kept is None or kept[0] is not learned or kept[1] != hashes:
        kept = (learned, hashes, learners.ask(learned, images))
        st.session_state["teach_answers"] = kept
    found: list[Answer] = kept[2]
    return found
