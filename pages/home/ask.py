"""Ask about a pet: a photo, the answer of the network that comes along, and where it looked."""

import html

import streamlit as st
from PIL import Image

from core import runs
from core.charts.palette import CLASS_COLOURS, IMAGE_EDGE
from core.images import image_io
from core.prediction.photo_predictions import Prediction, Refusal
from core.prediction.photo_question import PhotoQuestion
from core.runs import Run
from pages.common import session_photos
from pages.common.example_photos import choose_example
from pages.common.messages import escape_markdown
from pages.components.paste_images import paste_images
from pages.components.pixel_image import data_url
from pages.components.score_bars import Bar, score_bars
from pages.streamlit_patches.uploads_on_disk import content

_RUN = "pets"
_QUESTION, _TURN = "home_question", "home_upload_turn"
_POLL_S = 0.25


def show_asking() -> None:
    """Show photos to choose from, a place for one's own, and what is answered."""
    st.header("Ask about your pet", anchor=False)
    run = next((each for each in runs.shipped() if each.name == _RUN), None)
    if run is None:
        st.info("The classifier of cats and dogs is missing from this installation. Install Pixelwise again.")
        return
    question: PhotoQuestion | None = st.session_state.get(_QUESTION)
    chosen = question.name if question is not None else ""
    choose_example(chosen, take=lambda name, photo: _ask(run, name, photo), key="home_examples")
    _bring(run)
    with st.container(key="home_answer"):
        if question is None:
            _show_parts(run, "Cat, dog or neither? Choose a photo.")
        else:
            going = question.is_going()
            st.fragment(_show_answer, run_every=_POLL_S if going else None)(run, question, going)
    if st.button("Open in Predict", key="home_predict", icon=":material/draw:"):
        if question is not None and isinstance(question.answer, Prediction):
            session_photos.give([(question.name, question.photo)])
        st.switch_page("pages/predict/page.py", query_params={"run": _RUN})


def _ask(run: Run, name: str, photo: bytes) -> None:
    st.session_state[_QUESTION] = PhotoQuestion(run, name, photo)


def _bring(run: Run) -> None:
    """Take a photo that is dropped, chosen, pasted or taken by the camera; the widget is empty again then."""
    turn = st.session_state.setdefault(_TURN, 0)
    upload, shot = f"home_upload_{turn}", f"home_shot_{turn}"

    def came(key: str, name: str = "") -> None:
        file = st.session_state.get(key)
        if file is not None and st.session_state[_TURN] == turn:
            st.session_state[_TURN] = turn + 1
            _ask(run, name or file.name, content(file))

    # Any file may come: what is wrong with one is said better than a refusal by its name would.
    st.file_uploader(
        "A photo of your pet",
        key=upload,
        on_change=came,
        args=(upload,),
        label_visibility="collapsed",
        max_upload_size=image_io.MAX_MEGABYTES,
    )
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        paste_images(take=lambda data: _ask(run, "pasted image", data), key="home_paste")
        # The browser asks for the camera only once this is open.
        with st.popover(
            "Camera", icon=":material/photo_camera:", type="tertiary", key=f"home_camera_{turn}", on_change="rerun"
        ) as camera:
            if camera.open:
                st.camera_input("Take a photo", key=shot, on_change=came, args=(shot, "camera photo"))


def _show_answer(run: Run, question: PhotoQuestion, polling: bool) -> None:
    """Show what is known by now; to be drawn anew by itself until all is."""
    if polling != question.is_going():
        st.rerun()
    answer = question.answer
    if question.problem or isinstance(answer, Refusal):
        said = answer.sentence if isinstance(answer, Refusal) else question.problem
        st.error(f"{escape_markdown(question.name)}: {escape_markdown(said)}", icon=":material/broken_image:")
    if isinstance(answer, Prediction):
        _show_parts(run, answer.in_words(run.about.class_names), answer, question.seen, question.heat)
    elif polling:
        _show_parts(run, "Classifying…")


def _show_parts(
    run: Run,
    said: str,
    answer: Prediction | None = None,
    seen: Image.Image | None = None,
    heat: Image.Image | None = None,
) -> None:
    """Show the answer's parts, each empty in its place as long as it is not there: nothing moves as they come."""
    names = run.about.class_names
    shares = [0.0] * len(names) if answer is None else answer.probabilities.tolist()
    bars = [Bar(*each) for each in zip(names, shares, CLASS_COLOURS, strict=False)]
    score_bars(said, bars, sure=answer is not None and answer.known, key="home_bars")
    supported = "What supports it" if answer is None else f"What supports {names[answer.label]}"
    st.html(
        "<div style='display:grid;grid-template-columns:1fr 1fr;gap:10px'>"
        f"{_figure(seen, 'Network input')}{_figure(heat, supported)}</div>"
    )


def _figure(image: Image.Image | None, title: str) -> str:
    """Return an image with its title as HTML; without one a frame."""
    title = html.escape(title, quote=True)
    style = f"width:100%;aspect-ratio:1;object-fit:cover;border-radius:4px;outline:1px solid {IMAGE_EDGE}"
    made = f"<div style='{style};background:{IMAGE_EDGE};opacity:.3'></div>"
    if image is not None:
        made = f"<img src='{data_url(image_io.png(image))}' alt='{title}' style='{style}'>"
    caption = f"<figcaption style='font-size:.8rem;line-height:1.3'>{title}</figcaption>"
    return f"<figure style='margin:0'>{made}{caption}</figure>"
