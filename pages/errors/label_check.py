"""Whose labels are judged on a page: those of images that the run did not train on, or, by a job, of those it did."""

import streamlit as st

from core import runs
from core.evaluation.explaining import training_labels
from core.evaluation.explaining.subject import TRAIN
from core.evaluation.predictions import Predictions
from core.runs import Run
from pages.common.job_progress import offer_job

LABELS_OF = "labels_of"


def choose(run: Run, part: str, found: Predictions) -> tuple[str, Predictions | None]:
    """Let the user choose whose labels are judged.

    Args:
        run: whose network judges.
        part: `validation` or `test`.
        found: its predictions for that part.

    Returns:
        The part that was chosen, perhaps `train`, and the predictions for it; `None` where the labels of training
        images have yet to be judged, which is then offered.

    Raises:
        RunError: the run is damaged.
    """
    # What is found on training images is kept with the run, and nothing is written to one that comes with Pixelwise.
    options = (part,) if run in runs.shipped() else (part, TRAIN)
    if st.session_state.get(LABELS_OF) not in options:
        st.session_state[LABELS_OF] = part
    titles = {part: f"{part} images", TRAIN: "training images"}
    chosen = str(
        st.segmented_control(
            "Labels of",
            options,
            key=LABELS_OF,
            required=True,
            format_func=titles.__getitem__,
            label_visibility="collapsed",
            persist_state="session",
        )
    )
    return chosen, found if chosen == part else _training(run)


def _training(run: Run) -> Predictions | None:
    """Return what was predicted for the training images by cross-validation, or offer the job that does it."""
    found = training_labels.load(run)
    if found is None:
        offer_job(
            training_labels.JOB,
            run,
            "Judging the labels of training images",
            cost="The network trained on these labels and may have memorized them. So they are checked by five-fold "
            "cross-validation: logistic regression on the network's features, each fold judged by a model that never "
            "saw it. This takes a few minutes, continues in the background, and is saved with the run.",
            label="Check training labels",
            icon=":material/rule:",
            key="judge_labels",
        )
    return found
