"""Choosing the network and the image that an idea is shown on."""

from collections.abc import Iterator

import streamlit as st

from core import runs
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.runs import Run
from pages.common import image_source
from pages.common.address import Parameter
from pages.common.pickers import choose_run
from pages.explain.view import Subject

RUN, SOURCE = "run_explained", "explain_source"
# The shipped network is about pets.
_PHOTO = "chelsea.jpg"


def image_parameters(run: Run) -> Iterator[Parameter]:
    """Yield the parameters of the image: where it comes from, and which of the dataset or of the built-in ones."""
    dataset = _dataset_of(run)
    yield from image_source.source_parameters(SOURCE, of_set=dataset is not None, photo=_PHOTO)
    if dataset is not None and image_source.is_of_set(st.session_state.get(SOURCE, image_source.SET)):
        yield image_source.image_number(dataset, _first_test_image(dataset))


def choose_subject() -> Subject | None:
    """Let the user choose; return `None`, having said why, where there is no image yet or it cannot be read."""
    able = runs.with_model()
    bar = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="row_explain")
    beneath = st.container()
    with bar:
        with st.container(width=360):
            run = choose_run(able, key=RUN)
        dataset = _dataset_of(run)
        source = image_source.choose_source("Image", SOURCE, of_set=dataset is not None)
        if dataset is not None and image_source.is_of_set(source):
            index, image, said = image_source.of_set(dataset, _first_test_image(dataset))
            label = int(dataset.labels[index])
            return Subject(run, image, said, dataset, index, label if label >= 0 else None)
        found = image_source.of_source(source, beneath)
    if found is None:
        return None
    image, said = found
    return Subject(run, image, said, dataset)


def _dataset_of(run: Run) -> Dataset | None:
    try:
        return runs.dataset_of(run)
    except PixelwiseError:
        return None


def _first_test_image(dataset: Dataset) -> int:
    """Return the first image that the network has not learned from, or 0 where all are training images."""
    ids = dataset.select("test")
    return int(ids[0]) if len(ids) else 0
