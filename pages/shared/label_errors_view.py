"""Whose labels are judged on a page: those of pictures that the run did not train on, or, by a job, of those it did."""

import streamlit as st

from core import jobs
from core.evaluation import Predictions
from core.explaining import training_labels
from core.explaining.subject import TRAIN
from core.runs import Run
from pages.shared import address
from pages.shared.job import show_job

_KEY = "labels_of"


def choose(run: Run, part: str, found: Predictions) -> tuple[str, Predictions | None]:
    """Let the user choose whose labels are judged; the choice stands in the address.

    Args:
        run: whose network judges.
        part: `validation` or `test`.
        found: its predictions for that part.

    Returns:
        The part that was chosen, perhaps `train`, and the predictions for it; `None` where the labels of training
        pictures have yet to be judged, which is then offered.

    Raises:
        RunError: the run is damaged.
    """
    options = (part, TRAIN)
    address.adopt(_KEY, "of", lambda texts: TRAIN if TRAIN in texts else part)
    if st.session_state.get(_KEY) not in options:
        st.session_state[_KEY] = part
    titles = {part: f"{part} pictures", TRAIN: "training pictures"}
    chosen = str(
        st.segmented_control(
            "Labels of",
            options,
            key=_KEY,
            required=True,
            format_func=titles.__getitem__,
            label_visibility="collapsed",
            persist_state="session",
        )
    )
    address.note("of", [TRAIN] if chosen == TRAIN else [])
    return chosen, found if chosen == part else _training(run)


def _training(run: Run) -> Predictions | None:
    """Return what was predicted for the training pictures by cross-validation, or offer the job that does it."""
    job, found = jobs.find(training_labels.job_key(run)), training_labels.kept(run)
    going = job is not None and show_job(job, "Judging the labels of training pictures").state == jobs.RUNNING
    if found is not None or going:
        return found
    st.markdown(
        "The run's network trained on these labels and may know them by heart. So others judge: what it makes of the "
        "pictures goes into five logistic regressions, each fitted without the fifth of them that it judges. That "
        "takes a minute or some, goes on when you leave, and is kept with the run."
    )
    if st.button("Judge the training labels", type="primary", icon=":material/rule:", key="judge_labels"):
        training_labels.start(run)
        st.rerun()
    return None
