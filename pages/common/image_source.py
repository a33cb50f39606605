"""Choosing an image to try things on: of a dataset, an upload, the camera, or one of the built-in photos."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.images import image_io, samples
from core.images.conversion import plain
from core.images.image_io import ImageError
from core.storage.memory_cache import bounded, image_bytes
from pages.common.address import AddressError, Parameter, one_of, text_of, whole
from pages.common.messages import escape_markdown
from pages.common.pickers import choose_dataset, dataset_parameter
from pages.common.single_choice import single_choice
from pages.streamlit_patches.uploads_on_disk import content

SET, _UPLOAD, _CAMERA, _BUILT_IN = "Dataset", "Upload", "Camera", "Sample photos"
_SOURCES = {"set": SET, "upload": _UPLOAD, "camera": _CAMERA, "photos": _BUILT_IN}
# One photo of 50 megapixels, or some of a camera's.
_KEPT_BYTES = 200_000_000
_FIRST_PHOTO = next(iter(samples.PHOTOS))
SOURCE, _GIVEN, _PHOTO = "photo_source", "photo_given", "photo_built_in"


@dataclass(frozen=True)
class SourceImage:
    """The chosen image.

    Attributes:
        image: mode L or RGB, upright.
        said: what it is, in words.
        dataset: the chosen dataset, which it need not come from.
    """

    image: Image.Image
    said: str
    dataset: Dataset


def source_parameters(key: str, *, of_set: bool = True, photo: str = _FIRST_PHOTO) -> Iterator[Parameter]:
    """Yield the parameters of where an image comes from, and of a built-in photo.

    Args:
        key: of the control, as for `choose_source`.
        of_set: whether images of a dataset are offered; they are the usual ones then.
        photo: the built-in one that is shown at first.
    """
    options = _options(of_set)
    usual = next(iter(options.values())) if of_set else _BUILT_IN
    if st.session_state.get(key) not in options.values():
        st.session_state[key] = usual
    yield Parameter("source", key, one_of(options), text_of(options), usual)
    if st.session_state.get(key) == _BUILT_IN:
        st.session_state.setdefault(_PHOTO, photo)
        yield Parameter("photo", _PHOTO, one_of(list(samples.PHOTOS)), default=photo)


def _options(of_set: bool) -> dict[str, str]:
    return {text: source for text, source in _SOURCES.items() if of_set or source != SET}


def photo_parameters() -> Iterator[Parameter]:
    """Yield the parameters of `choose_photo`."""
    yield from source_parameters(SOURCE)
    yield from dataset_parameter()
    if is_of_set(st.session_state.get(SOURCE, SET)):
        yield image_number(catalogue.open_dataset(st.session_state["dataset"]))


def image_number(dataset: Dataset, usual: int = 0) -> Parameter:
    """Return the parameter of the number of an image of a dataset; without one it is the usual one."""
    last = len(dataset) - 1

    def read(texts: list[str]) -> int:
        index = whole(texts, last, None)
        if index is None:
            raise AddressError(
                f"{dataset.about.title} has no image {texts[0][:40]}. Choose a number from 0 to {last:,}."
            )
        return index

    # An address without one, as by the link to this page, leaves the image as it was.
    return Parameter("picture", _number_key(dataset), read, default=usual, stays=True, resumed=False, spelled=True)


def _number_key(dataset: Dataset) -> str:
    return f"photo_of_{dataset.about.name}"


def choose_photo() -> SourceImage | None:
    """Let the user choose; the choice holds for the session, and one of a dataset or built in stands in the address."""
    bar = st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="row_photo")
    beneath = st.container()
    with bar:
        source = choose_source("Image", SOURCE)
        with st.container(width=240):
            dataset = catalogue.open_dataset(choose_dataset(catalogue.available()))
        found = of_set(dataset)[1:] if source == SET else of_source(source, beneath)
    return found and SourceImage(*found, dataset)


def choose_source(label: str, key: str, *, of_set: bool = True) -> str:
    """Let the user choose where an image comes from.

    Args:
        label: what comes from there.
        key: of the control.
        of_set: whether images of a dataset are offered.
    """
    ways, first = list(_options(of_set).values()), SET if of_set else _BUILT_IN
    return single_choice(label, ways, key=key, first=first, persist_state="session", width="content")


def is_of_set(source: str) -> bool:
    """Tell whether images come from the dataset."""
    return source == SET


def of_source(source: str, beneath: DeltaGenerator) -> tuple[Image.Image, str] | None:
    """Let the user choose an image that is of no dataset; return it, upright, and what it is, in words.

    Args:
        source: from `choose_source`.
        beneath: where a first photo is asked for, and what is wrong with one is said.
    """
    return _built_in() if source == _BUILT_IN else _given(source, beneath)


def of_set(dataset: Dataset, usual: int = 0) -> tuple[int, Image.Image, str]:
    """Let the user choose an image of a dataset; return its number, the image, upright, and what it is, in words.

    Args:
        dataset: whose images are offered.
        usual: the number that is chosen at first.
    """
    key, last = _number_key(dataset), len(dataset) - 1
    st.session_state.setdefault(key, usual)
    with st.container(width=150):
        index = int(st.number_input("Image number", 0, last, key=key, persist_state="session"))

    def draw() -> None:
        st.session_state[key] = random.randint(0, last)  # noqa: S311 no secret

    st.button("Random image", icon=":material/shuffle:", on_click=draw)
    label = dataset.class_of(index)
    return index, _decoded(dataset, index), f"image {index:,} of {dataset.about.title}: {label}"


@bounded(_KEPT_BYTES, image_bytes)
def _decoded(dataset: Dataset, index: int) -> Image.Image:
    return dataset.image(index)


def _given(source: str, beneath: DeltaGenerator) -> tuple[Image.Image, str] | None:
    """Let the user upload or take a photo, the first one `beneath`; the newest is kept for the session."""
    shown = st.session_state.get(_GIVEN, {}).get(source)
    first = beneath.container(width=480) if shown is None else None
    with first or st.popover("Choose another photo", icon=":material/add_a_photo:"):
        if source == _CAMERA:
            file: UploadedFile | None = st.camera_input("Take a photo", key="photo_camera")
        else:
            # Any file may come: read_image tells what is wrong with one better than a refusal by its name.
            file = st.file_uploader(
                "JPEG, PNG, HEIC, WebP, AVIF, TIFF, GIF, BMP",
                key="photo_upload",
                max_upload_size=image_io.MAX_MEGABYTES,
            )
    if file is not None:
        st.session_state.setdefault(_GIVEN, {})[source] = shown = (file.name, content(file))
        if first:
            st.rerun()
    if shown is None:
        return None
    name, data = shown
    try:
        return _read(data), name if source == _UPLOAD else "camera photo"
    except ImageError as error:
        beneath.error(f"{escape_markdown(name)}: {escape_markdown(str(error))}", icon=":material/broken_image:")
        return None


@bounded(_KEPT_BYTES, image_bytes)
def _read(data: bytes) -> Image.Image:
    return image_io.read_image(plain(data))


def _built_in() -> tuple[Image.Image, str]:
    with st.container(width=200):
        name = st.selectbox(
            "Photo",
            list(samples.PHOTOS),
            format_func=samples.PHOTOS.__getitem__,
            key=_PHOTO,
            persist_state="session",
        )
    return _read(samples.photo(name)), samples.PHOTOS[name]
