"""Ways to bring photos: files, the camera, samples, and for runs on drawn characters a pad."""

import random
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core import answers, booking, drawing, pictures
from core.booking import Booking
from core.datasets import catalogue
from core.datasets.store import Dataset
from core.pictures import read_picture
from core.runs import Run
from pages.shared.components.drawing_pad import drawing_pad
from pages.shared.components.gallery import Item, gallery, picture_url
from pages.shared.frame import plain, said_in_words
from pages.shared.predicting import given
from pages.shared.predicting.answer import show_details, show_verdict

DRAW, UPLOAD, CAMERA, SAMPLES = "Draw", "Upload", "Camera", "Samples"
_SAMPLED = 12
_BUILT_IN = {"china.jpg": "A temple in China", "flower.jpg": "A flower"}


def choose_way(run: Run) -> str:
    """Let the user choose a way to bring photos; drawing comes first where the run knows drawn characters."""
    ways = [DRAW, UPLOAD, CAMERA, SAMPLES][run.about.ink_box is None :]
    if st.session_state.get("way") not in ways:
        st.session_state["way"] = ways[0]
    return str(st.segmented_control("Photos", ways, key="way", required=True, persist_state="session"))


def bring(way: str, run: Run) -> None:
    """Draw one of the ways; what is brought is given to the session."""
    if way == DRAW:
        _draw(run, booking.booking(run))
    elif way == UPLOAD:
        # Any file may come: read_picture tells what is wrong with one better than a refusal by its name. One by size
        # would go unseen where other files come with it, for they empty the widget.
        _inlet("uploads", lambda key, taken: st.file_uploader(
            "JPEG, PNG, WebP, GIF or BMP; as many as you like",
            accept_multiple_files=True, key=key, on_change=taken,
        ))  # fmt: skip
    elif way == CAMERA:
        with st.container(width=520):
            _inlet("shots", lambda key, taken: st.camera_input("Take a photo", key=key, on_change=taken))
    else:
        _samples(run)


def _inlet(kind: str, draw: Callable[[str, Callable[[], None]], object]) -> None:
    """Draw a widget that files come through; it is empty again when they are taken, and Streamlit keeps no copy."""
    turn = f"{kind}_turn"
    number = st.session_state.setdefault(turn, 0)
    key = f"{kind}_{number}"

    def taken() -> None:
        if st.session_state[turn] != number:
            return  # A browser that has not yet drawn the empty widget sends the files again with the next click.
        found: list[UploadedFile] | UploadedFile | None = st.session_state[key]
        files = found if isinstance(found, list) else [found] if found else []
        st.session_state[turn] = number + 1
        names = [f"photo {number + 1}.jpg" if kind == "shots" else file.name for file in files]
        given.give([(name, file.getvalue()) for name, file in zip(names, files, strict=True)])

    draw(key, taken)


def _samples(run: Run) -> None:
    """Let the user try test pictures of a data set, or the built-in photos."""
    names = catalogue.available()
    own = names.index(run.about.name) if run.about.name in names else 0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=240):
            name = st.selectbox(
                "Test pictures of", names, index=own, key=f"samples_of_{run.about.name}", format_func=catalogue.title
            )
        seed = st.session_state.setdefault("samples_seed", 0)
        st.button("Others", icon=":material/shuffle:", on_click=lambda: st.session_state.update(samples_seed=seed + 1))
        for file, title in _BUILT_IN.items():
            if st.button(title, key=f"sample_{file}"):
                given.give([(file, _built_in(file))])
    dataset = catalogue.open_dataset(name)
    ids = dataset.select("test")
    if not len(ids):
        ids = dataset.select()
    drawn = sorted(random.Random(seed).sample(ids.tolist(), min(_SAMPLED, len(ids))))  # noqa: S311 no secret
    clicked = gallery([_item(dataset, index) for index in drawn], dataset, key="samples")
    if clicked is not None:
        given.give([(_said(dataset, clicked), _data(dataset, clicked))])


def _said(dataset: Dataset, index: int) -> str:
    return f"{dataset.about.title}, picture {index}: {dataset.about.class_names[dataset.labels[index]]}"


def _item(dataset: Dataset, index: int) -> Item:
    return Item(
        index, _said(dataset, index), dataset.about.class_names[dataset.labels[index]], picture_url(dataset, index)
    )


def _data(dataset: Dataset, index: int) -> bytes:
    return dataset.file(index).read_bytes() if dataset.about.as_files else pictures.png(dataset.picture(index))


@lru_cache(maxsize=2)
def _built_in(name: str) -> bytes:
    import sklearn

    return (Path(sklearn.__file__).parent / "datasets" / "images" / name).read_bytes()


@st.fragment
def _draw(run: Run, booked: Booking) -> None:
    """Let the user draw, and answer while the drawing grows."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        drawn = drawing_pad(key="pad")
        st.caption(f"Your drawing is framed as {plain(run.about.title)} frames its own before the run's preprocessing.")
    with right, said_in_words():
        if drawn is None or run.about.ink_box is None:
            st.info("Draw a digit on the black pad: the answer follows your hand.")
            return
        framed = drawing.frame_ink(read_picture(drawn), run.about.ink_box)
        with st.spinner("Asking the network; the first answer after a start takes some seconds.", show_time=True):
            answer = answers.answer_drawing(run, framed)
        show_verdict(run, answer, booked)
        show_details(run, answer, key="drawn")
        if st.button("Keep it among the photos", icon=":material/add_photo_alternate:"):
            given.give([("drawing.png", pictures.png(framed))])
            st.rerun()
