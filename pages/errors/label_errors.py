"""Images whose label a network finds implausible."""

import numpy as np
import streamlit as st

from core.evaluation import label_errors
from core.evaluation.explaining.subject import TRAIN
from core.evaluation.label_errors import LabelErrors
from core.evaluation.predictions import Predictions
from core.runs import Run
from pages.common.image_pages import Told, show_images, show_open, take_up
from pages.common.single_choice import single_choice
from pages.errors import label_check
from pages.errors.cleaned_run import clean_up
from pages.errors.image_gallery import dataset_or_why_not, look_of

FOUND_LABELS, ALL_LABELS = "found", "all"
LABELS = "errors_labels"
_CALLED = {"validation": "validation", "test": "test", TRAIN: "training"}


def show_label_errors(run: Run, part: str, found: Predictions) -> None:
    """Show the images of a part, or those that trained, the one whose label is most implausible first."""
    dataset = dataset_or_why_not(run)
    if dataset is None:
        return
    part, judged = label_check.choose(run, part, found)
    if judged is None:
        return
    implausible = label_errors.find(judged.ids, judged.labels, judged.probabilities)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(
            f"**{implausible.found:,} of the {len(judged.ids):,} {_CALLED[part]} images** have a label that is less "
            "than half as probable as another class.",
            width="content",
        )
        ids = _choose(implausible)
    st.caption(
        "The most implausible label comes first. Either the label is wrong, and so was the error, or the network is, "
        "and a weak one often is: open an image to relabel (L), exclude (X) or keep (K) it, and go on with the arrows."
    )
    chosen = run.name, part, "labels", len(ids)
    take_up(dataset, chosen)
    clean_up(run, dataset, ids)
    look = look_of(run, lambda _dataset, index: _told(run, implausible, index))
    if len(ids):
        show_images(dataset, ids, chosen, look)
    else:
        st.success("No likely label errors found.")
        show_open(dataset, ids, look)


def _choose(implausible: LabelErrors) -> np.ndarray:
    """Let the user choose whether only the images that were found are shown; return their ids."""
    chosen = single_choice(
        "Images",
        (FOUND_LABELS, ALL_LABELS),
        key=LABELS,
        format_func={FOUND_LABELS: "Likely errors", ALL_LABELS: "All images, most suspicious first"}.__getitem__,
        label_visibility="collapsed",
        persist_state="session",
    )
    return implausible.ids if chosen == ALL_LABELS else implausible.ids[: implausible.found]


def _told(run: Run, implausible: LabelErrors, index: int) -> Told:
    names = run.about.class_names
    place = implausible.positions[index]
    label, likely = names[implausible.labels[place]], names[implausible.likely[place]]
    return Told(f"{label}\n{likely}?", f"Image {index}: labeled {label}, more likely {likely}")
