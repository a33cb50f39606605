"""A run's pictures in a gallery, and one of them opened: what it was taken for, and why."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core import evaluation
from core.datasets import catalogue
from core.datasets.store import Dataset, DatasetError
from core.errors import PixelwiseError
from core.evaluation import Predictions
from core.explaining import subject
from core.explaining.subject import TRAIN
from core.runs import Run
from pages.shared.card import show_card
from pages.shared.frame import plain
from pages.shared.pictures_view import Look, Told

_SIDE_PX = 100  # Room for two classes' names beneath.


def dataset_or_why_not(run: Run) -> Dataset | None:
    """Return a run's data set; where it is gone or has changed, say so, and what still works, and return `None`."""
    try:
        if run.about.name not in catalogue.available():
            raise DatasetError(f"The data set {run.about.title} of this run is not on this machine any more.")
        return subject.dataset_of(run)
    except PixelwiseError as error:
        st.warning(
            f"{plain(str(error))} The numbers, the matrix, Classes and Calibration are still true; only pictures "
            "cannot be shown.",
            icon=":material/image_not_supported:",
        )
        return None


def look_of(run: Run, told: Callable[[Dataset, int], Told]) -> Look:
    """Return how a run's pictures are shown: opened, with the run's answer and its card.

    Args:
        run: whose pictures they are.
        told: as for `Look`.
    """

    def said(index: int) -> str:
        found = evaluation.load(run, part) if (part := _part_of(run, index)) != TRAIN else None
        position = None if found is None else found.position(index)
        if found is None or position is None:
            return "trained on"
        name = plain(run.about.class_names[found.predicted[position]])
        return f"{part}: predicted **{name}** {found.confidences[position]:.1%}"

    return Look(told, said, lambda index: show_card(run, _part_of(run, index), index), _SIDE_PX)


def answers_told(run: Run, found: Predictions) -> Callable[[Dataset, int], Told]:
    """Return what tells of a picture what it was taken for; it must be among the predictions."""
    names = run.about.class_names

    def told(_dataset: Dataset, index: int) -> Told:
        (position,) = np.flatnonzero(found.ids == index)
        true, predicted = names[found.labels[position]], names[found.predicted[position]]
        sure = f"{found.confidences[position]:.0%}"
        caption = f"{true} {sure}" if found.right[position] else f"{true}\n→ {predicted} {sure}"
        return Told(caption, f"Picture {index}: a {true}, predicted {predicted} with {sure}")

    return told


def _part_of(run: Run, index: int) -> str:
    """Return the part of a run that a picture belongs to."""
    parts = (part for part in evaluation.parts(run) if evaluation.load(run, part).position(index) is not None)
    return next(parts, TRAIN)
