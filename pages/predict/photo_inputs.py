"""Ways to bring photos: files, the camera, samples, and for runs on drawn characters a pad."""

import random
from collections.abc import Callable
from contextlib import suppress

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.evaluation import threshold
from core.evaluation.threshold import DecisionThreshold
from core.images import handwriting, image_io, samples
from core.images.image_io import read_image
from core.prediction import photo_predictions
from core.runs import Run
from pages.common import session_photos
from pages.common.example_photos import choose_example
from pages.common.messages import escape_markdown, show_errors
from pages.common.pickers import dataset_titles
from pages.common.single_choice import single_choice
from pages.components.drawing_pad import drawing_pad
from pages.components.gallery import Item, gallery, image_url
from pages.components.paste_images import paste_images
from pages.predict.answer import show_details, show_verdict
from pages.streamlit_patches.uploads_on_disk import content

DRAW, UPLOAD, CAMERA, SAMPLES = "Draw", "Upload", "Camera", "Examples"
WAYS = {"draw": DRAW, "upload": UPLOAD, "camera": CAMERA, "samples": SAMPLES}
WAY = "way"
_SAMPLED = 12


def ways_of(run: Run) -> list[str]:
    """Return the ways to bring photos to a run; drawing comes first where the run knows drawn characters."""
    return [DRAW, UPLOAD, CAMERA, SAMPLES][run.about.ink_box is None :]


def choose_way(run: Run) -> str:
    """Let the user choose a way to bring photos."""
    return single_choice("Input", ways_of(run), key=WAY, persist_state="session")


def bring(way: str, run: Run) -> None:
    """Draw one of the ways; what is brought is given to the session."""
    if way == DRAW:
        _draw(run, threshold.decision_threshold(run))
    elif way == UPLOAD:
        # Any file may come: read_image tells what is wrong with one better than a refusal by its name. One by size
        # would go unseen where other files come with it, for they empty the widget.
        _inlet("uploads", lambda key, taken: st.file_uploader(
            "Drop photos here (JPEG, PNG, WebP, GIF or BMP)",
            accept_multiple_files=True, key=key, on_change=taken,
        ))  # fmt: skip
        paste_images(take=lambda data: session_photos.give([("pasted image", data)]), key="predict_paste")
        if not session_photos.photos():
            st.caption("Or try one of these:")
            with st.container(width=420):
                choose_example("", take=lambda name, data: session_photos.give([(name, data)]), key="predict_examples")
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
        session_photos.give([(name, content(file)) for name, file in zip(names, files, strict=True)])

    draw(key, taken)


def _samples(run: Run) -> None:
    """Let the user try test images of a dataset, or the built-in photos."""
    names = catalogue.available()
    fitting = [name for name in names if _fits(run, name)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=240):
            name = st.selectbox(
                "Test images of",
                names,
                index=names.index(fitting[0]) if fitting else None,
                key=f"samples_of_{run.about.name}",
                format_func=dataset_titles(names).__getitem__,
                placeholder="a dataset",
            )
        seed = st.session_state.setdefault("samples_seed", 0)
        st.button(
            "Other examples", icon=":material/shuffle:", on_click=lambda: st.session_state.update(samples_seed=seed + 1)
        )
        for file, title in sorted(samples.PHOTOS.items(), key=lambda item: item[0] not in samples.PETS):
            if st.button(title, key=f"sample_{file}"):
                session_photos.give([(file, samples.photo(file))])
    if not fitting and run.about.name in catalogue.CATALOGUE:
        title = escape_markdown(run.about.title)
        st.page_link(
            "pages/datasets/page.py", label=f"Get {title} for more of what it knows", icon=":material/database:"
        )
    if name is None:
        return
    dataset = catalogue.open_dataset(name)
    ids = dataset.select("test")
    if not len(ids):
        ids = dataset.select()
    drawn = sorted(random.Random(seed).sample(ids.tolist(), min(_SAMPLED, len(ids))))  # noqa: S311 no secret
    clicked = gallery([_item(dataset, index) for index in drawn], dataset, key="samples")
    if clicked is not None:
        session_photos.give([(_said(dataset, clicked), _data(dataset, clicked))])


def _said(dataset: Dataset, index: int) -> str:
    return f"{dataset.about.title}, image {index}: {dataset.class_of(index)}"


def _item(dataset: Dataset, index: int) -> Item:
    return Item(index, _said(dataset, index), dataset.class_of(index), image_url(dataset, index))


def _data(dataset: Dataset, index: int) -> bytes:
    return dataset.file_bytes(index) if dataset.about.as_files else image_io.png(dataset.image(index))


def _fits(run: Run, name: str) -> bool:
    """Tell whether a dataset is a run's own, or of the same classes."""
    if name == run.about.name:
        return True
    with suppress(PixelwiseError):
        return catalogue.open_dataset(name).about.is_like(run.about)
    return False


@st.fragment
def _draw(run: Run, booked: DecisionThreshold) -> None:
    """Let the user draw, and answer while the drawing grows."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        drawn = drawing_pad(key="pad")
        st.caption(f"Your drawing is cropped and centered like the images in {escape_markdown(run.about.title)}.")
    with right, show_errors():
        if drawn is None or run.about.ink_box is None:
            st.info("Draw a digit. The prediction updates as you draw.")
            return
        framed = handwriting.frame_ink(read_image(drawn), run.about.ink_box)
        with st.spinner("Classifying… (the first prediction takes a few seconds)", show_time=True):
            answer = photo_predictions.predict_drawing(run, framed)
        show_verdict(run, answer, booked)
        show_details(run, answer, key="drawn")
        if st.button("Add to photos", icon=":material/add_photo_alternate:"):
            session_photos.give([("drawing.png", image_io.png(framed))])
            st.rerun()
