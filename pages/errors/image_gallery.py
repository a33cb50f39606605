"""A run's images in a gallery, and one of them opened: what it was taken for, and why."""

from collections.abc import Callable

import streamlit as st

from core import runs
from core.datasets.sources import catalogue
from core.datasets.store import Dataset, DatasetError
from core.errors import PixelwiseError
from core.evaluation import predictions
from core.evaluation.explaining.subject import TRAIN
from core.evaluation.predictions import Predictions
from core.runs import Run
from pages.common.explanation_card import show_card
from pages.common.image_pages import ImageDisplay, Told
from pages.common.messages import escape_markdown

_SIDE_PX = 100  # Room for two classes' names beneath.


def dataset_or_why_not(run: Run) -> Dataset | None:
    """Return a run's dataset; where it is gone or has changed, say so, and what still works, and return `None`."""
    try:
        if run.about.name not in catalogue.available() and run not in runs.shipped():
            raise DatasetError(f"The dataset {run.about.title} of this run is not on this machine any more.")
        return runs.dataset_of(run)
    except PixelwiseError as error:
        st.warning(
            f"{escape_markdown(str(error).rstrip('.'))}. The numbers, the matrix, Classes and Calibration are still "
            "true; only images cannot be shown.",
            icon=":material/image_not_supported:",
        )
        if run.about.name in catalogue.CATALOGUE and run.about.name not in catalogue.available():
            title = escape_markdown(run.about.title)
            st.page_link("pages/datasets/page.py", label=f"Get {title}", icon=":material/download:")
        return None


def look_of(run: Run, told: Callable[[Dataset, int], Told]) -> ImageDisplay:
    """Return how a run's images are shown: opened, with the run's answer and its card.

    Args:
        run: whose images they are.
        told: as for `ImageDisplay`.
    """

    def said(index: int) -> str:
        found = predictions.load(run, part) if (part := _part_of(run, index)) != TRAIN else None
        position = None if found is None else found.position(index)
        if found is None or position is None:
            return "training image"
        name = escape_markdown(run.about.class_names[found.predicted[position]])
        return f"{part}: predicted **{name}** {found.confidences[position]:.1%}"

    return ImageDisplay(told, said, lambda index: show_card(run, _part_of(run, index), index), _SIDE_PX)


def answers_told(run: Run, found: Predictions) -> Callable[[Dataset, int], Told]:
    """Return what tells of an image what it was taken for; it must be among the predictions."""
    names = run.about.class_names

    def told(_dataset: Dataset, index: int) -> Told:
        position = found.positions[index]
        true, predicted = names[found.labels[position]], names[found.predicted[position]]
        sure = f"{found.confidences[position]:.0%}"
        caption = f"{true} {sure}" if found.right[position] else f"{true}\n→ {predicted} {sure}"
        return Told(caption, f"Image {index}: true class {true}, predicted {predicted} ({sure})")

    return told


def _part_of(run: Run, index: int) -> str:
    """Return the part of a run that an image belongs to."""
    parts = (part for part in predictions.parts(run) if predictions.load(run, part).position(index) is not None)
    return next(parts, TRAIN)
