"""Choosing a picture to try things on: of a data set, an upload, the camera, or one of the two built-in photos."""

import random
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core import pictures
from core.datasets import catalogue
from core.datasets.store import Dataset
from core.pictures import PictureError
from pages.shared import address
from pages.shared.controls import choose_dataset
from pages.shared.frame import plain

_SET, _UPLOAD, _CAMERA, _BUILT_IN = "Data set", "Upload", "Camera", "Built-in photos"
_SOURCES = {"set": _SET, "upload": _UPLOAD, "camera": _CAMERA, "photos": _BUILT_IN}
_PHOTOS = {"china.jpg": "A temple in China", "flower.jpg": "A flower"}
_SOURCE, _GIVEN, _PHOTO = "photo_source", "photo_given", "photo_built_in"


@dataclass(frozen=True)
class Photo:
    """The chosen picture.

    Attributes:
        picture: mode L or RGB, upright.
        said: what it is, in words.
        dataset: the chosen data set, which it need not come from.
    """

    picture: Image.Image
    said: str
    dataset: Dataset


def choose_photo() -> Photo | None:
    """Let the user choose; the choice holds for the session, and one of a data set stands in the address."""
    address.adopt(_SOURCE, "source", lambda texts: _SOURCES.get(texts[0] if texts else "", _SET))
    st.session_state.setdefault(_SOURCE, _SET)
    bar = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    beneath = st.container()
    with bar:
        source = str(
            st.segmented_control(
                "Picture", list(_SOURCES.values()), key=_SOURCE, required=True, persist_state="session", width="content"
            )
        )
        with st.container(width=240):
            dataset = catalogue.open_dataset(choose_dataset(catalogue.available()))
        found = _of_set(dataset) if source == _SET else _built_in() if source == _BUILT_IN else _given(source, beneath)
    address.note("source", [name for name, title in _SOURCES.items() if title == source and title != _SET])
    return found and Photo(*found, dataset)


def _of_set(dataset: Dataset) -> tuple[Image.Image, str]:
    key, last = f"photo_of_{dataset.about.name}", len(dataset) - 1

    def asked(texts: list[str]) -> int:
        if not texts or (texts[0].isdecimal() and int(texts[0]) <= last):
            return int(texts[0]) if texts else 0
        st.session_state["photo_refused"] = (
            f"There is no picture {plain(texts[0][:40])}: {plain(dataset.about.title)} has pictures 0 to {last:,}."
        )
        return 0

    address.adopt(key, "picture", asked)
    st.session_state.setdefault(key, 0)
    with st.container(width=150):
        index = int(st.number_input("Number", 0, last, key=key, persist_state="session"))

    def draw() -> None:
        st.session_state[key] = random.randint(0, last)  # noqa: S311 no secret

    st.button("Random", icon=":material/shuffle:", on_click=draw)
    if refused := st.session_state.pop("photo_refused", None):
        st.warning(refused)
    address.note("picture", [str(index)])
    label = dataset.about.class_names[dataset.labels[index]]
    return _decoded(dataset, index), f"picture {index:,} of {dataset.about.title}: {label}"


@lru_cache(maxsize=16)
def _decoded(dataset: Dataset, index: int) -> Image.Image:
    return dataset.picture(index)


def _given(source: str, beneath: DeltaGenerator) -> tuple[Image.Image, str] | None:
    """Let the user upload or take a photo, the first one `beneath`; the newest is kept for the session."""
    shown = st.session_state.get(_GIVEN, {}).get(source)
    first = beneath.container(width=480) if shown is None else None
    with first or st.popover("Another photo", icon=":material/add_a_photo:"):
        if source == _CAMERA:
            file: UploadedFile | None = st.camera_input("Take a photo", key="photo_camera")
        else:
            # Any file may come: read_picture tells what is wrong with one better than a refusal by its name.
            file = st.file_uploader(
                "JPEG, PNG, WebP, GIF or BMP", key="photo_upload", max_upload_size=pictures.MAX_MEGABYTES
            )
    if file is not None:
        st.session_state.setdefault(_GIVEN, {})[source] = shown = (file.name, file.getvalue())
        if first:
            st.rerun()
    if shown is None:
        return None
    name, data = shown
    try:
        return _read(data), name if source == _UPLOAD else "a photo by the camera"
    except PictureError as error:
        beneath.error(f"{plain(name)}: {plain(str(error))}", icon=":material/broken_image:")
        return None


@lru_cache(maxsize=4)
def _read(data: bytes) -> Image.Image:
    return pictures.read_picture(data)


def _built_in() -> tuple[Image.Image, str]:
    with st.container(width=200):
        name = st.selectbox(
            "Photo", list(_PHOTOS), format_func=_PHOTOS.__getitem__, key=_PHOTO, persist_state="session"
        )
    return _sample(name), _PHOTOS[name]


@lru_cache(maxsize=2)
def _sample(name: str) -> Image.Image:
    from sklearn.datasets import load_sample_image

    return Image.fromarray(load_sample_image(name))
