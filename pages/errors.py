"""Errors: what a run got wrong, from the number to the pictures."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import evaluation, runs
from core.evaluation import Predictions
from core.runs import Run
from pages.shared import address
from pages.shared.card import prepare_cards
from pages.shared.controls import choose_run, full_title, train_first
from pages.shared.errors.calibration import show_calibration
from pages.shared.errors.classes import show_classes
from pages.shared.errors.labels import show_label_errors
from pages.shared.errors.map import show_map
from pages.shared.errors.pictures import show_matrix_and_pictures
from pages.shared.frame import page, plain, said_in_words
from pages.shared.views import choose_view

_VIEW, _PART = "errors_view", "part"
_PICTURES, _CLASSES, _CALIBRATION, _LABELS, _MAP = "Pictures", "Classes", "Calibration", "Label errors", "Map"
_VIEWS = (_PICTURES, _CLASSES, _CALIBRATION, _LABELS, _MAP)


def choose_part(parts: tuple[str, ...]) -> str:
    """Let the user choose which pictures' predictions are looked at, where there are several parts."""
    if len(parts) == 1:
        st.caption(f"Only {parts[0]} pictures: this run has no validation pictures beside them.")
        return parts[0]
    address.adopt(_PART, "part", lambda texts: texts[0] if texts and texts[0] in parts else "test")
    if st.session_state.get(_PART) not in parts:
        st.session_state[_PART] = "test"
    part = str(st.segmented_control("Part", parts, key=_PART, required=True, persist_state="session"))
    address.note("part", [] if part == "test" else [part])
    return part


def show_result(part: str, found: Predictions) -> None:
    """Show the accuracy with its interval, the number of errors and the loss."""
    pictures, wrong = len(found.labels), int((~found.right).sum())
    low, high = evaluation.wilson_interval(pictures - wrong, pictures)
    with st.container(horizontal=True, gap="medium"):
        st.metric(
            f"{part.capitalize()} accuracy",
            f"{found.accuracy:.2%}",
            f"{low:.2%} to {high:.2%}",
            delta_color="off",
            delta_arrow="off",
            help="Beneath: the range that holds the accuracy on ever more such pictures, in 95 of 100 cases (Wilson).",
            width="content",
        )
        st.metric("Wrong", f"{wrong:,} of {pictures:,}", width="content")
        st.metric(f"{part.capitalize()} loss", f"{np.mean(found.losses):.4f}", width="content")


def show(run: Run, part_choice: DeltaGenerator, result: DeltaGenerator) -> None:
    """Show one run's errors; the choice of the part and the result go into the places given."""
    with part_choice:
        part = choose_part(evaluation.parts(run))
    found = evaluation.load(run, part)
    with result:
        show_result(part, found)
    if not found.are_numbers:
        st.warning(
            "Some of the network's answers are no numbers (NaN): its training diverged. Train it again with a smaller "
            "learning rate.",
            icon=":material/warning:",
        )
    show_view(run, part, found)


@st.fragment
def show_view(run: Run, part: str, found: Predictions) -> None:
    """Show the predictions in the way that is chosen. A fragment: a click on a number draws only what depends on it."""
    with said_in_words():
        view = choose_view(_VIEWS, key=_VIEW)
        if view == _PICTURES:
            show_matrix_and_pictures(run, part, found)
        elif view == _CLASSES:
            show_classes(run, found, open_pictures)
        elif view == _CALIBRATION:
            show_calibration(run, part, found, open_pictures)
        elif view == _LABELS:
            show_label_errors(run, part, found)
        else:
            show_map(run, part, found)
    address.write()


def say_when_unevaluated(asked: str | None) -> None:
    """Say why the run that a link asks for is not the one that is shown."""
    if asked in {run.name for run in runs.all_runs()} - {run.name for run in evaluated}:
        st.info(
            f"The run “{plain(full_title(asked or ''))}” has no predictions: they are made when a training ends, or is "
            "stopped after its first batch. Shown is another run."
        )


def open_pictures() -> None:
    """Show pictures from the next rerun on."""
    st.session_state[_VIEW] = _PICTURES


page("Errors", "What a run got wrong, from one number to the pictures behind it.")
address.resume(without=("run", "picture"))
evaluated = runs.with_evaluation()
if not evaluated:
    train_first("No run has finished yet. Train one, and its errors will be here.")
else:
    run_choice, part_choice, result = st.columns([3, 1.4, 3], gap="medium")
    say_when_unevaluated(st.query_params.get("run"))
    with run_choice:
        run = choose_run(evaluated, key="run_evaluated")
    with said_in_words():
        show(run, part_choice, result)
    address.write()
    prepare_cards(run)
