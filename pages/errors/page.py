"""Errors: what a run got wrong, from the number to the images."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import runs
from core.evaluation import predictions
from core.evaluation.intervals import wilson_interval
from core.evaluation.predictions import Predictions
from core.runs import Run
from core.storage import data_home
from pages.common.address import fragment
from pages.common.explanation_card import prepare_cards
from pages.common.messages import escape_markdown, show_errors
from pages.common.page_frame import page
from pages.common.pickers import choose_run, full_title, train_first
from pages.common.run_curves import show_curves
from pages.common.single_choice import single_choice
from pages.common.view_switch import choose_view
from pages.errors.address import (
    CALIBRATION,
    CLASSES,
    IMAGES,
    LABEL_ERRORS,
    PART,
    RUN,
    VIEW,
    VIEWS,
    evaluated_runs,
    parameters,
)
from pages.errors.calibration import show_calibration
from pages.errors.classes import show_classes
from pages.errors.confusion import show_matrix_and_images
from pages.errors.label_errors import show_label_errors
from pages.errors.map import show_map


def choose_part(parts: tuple[str, ...]) -> str:
    """Let the user choose which images' predictions are looked at, where there are several parts."""
    if len(parts) == 1:
        st.caption(
            "Test images only: this run has no separate validation set."
            if parts[0] == "test"
            else "Validation images only: this run is a trial of a sweep and is not measured on test images."
        )
        return parts[0]
    return single_choice("Split", parts, key=PART, first="test", persist_state="session")


def show_result(part: str, found: Predictions) -> None:
    """Show the accuracy with its interval, the number of errors and the loss."""
    images, wrong = len(found.labels), int((~found.right).sum())
    low, high = wilson_interval(images - wrong, images)
    with st.container(horizontal=True, gap="medium"):
        st.metric(
            f"{part.capitalize()} accuracy",
            f"{found.accuracy:.2%}",
            f"95% CI {low:.2%} to {high:.2%}",
            delta_color="off",
            delta_arrow="off",
            help="Below: 95% confidence interval (Wilson).",
            width="content",
        )
        st.metric("Errors", f"{wrong:,} of {images:,}", width="content")
        st.metric(f"{part.capitalize()} loss", f"{np.mean(found.losses):.4f}", width="content")


def show(run: Run, part_choice: DeltaGenerator, result: DeltaGenerator) -> None:
    """Show one run's errors; the choice of the part and the result go into the places given."""
    with part_choice:
        part = choose_part(predictions.parts(run))
    found = predictions.load(run, part)
    with result:
        show_result(part, found)
    if not found.are_numbers:
        st.warning(
            "Some predictions are NaN: training diverged. Train again with a lower learning rate.",
            icon=":material/warning:",
        )
    if run in runs.shipped():
        show_its_curves(run)
    show_view(run, part, found)


def show_its_curves(run: Run) -> None:
    """Show how a run was trained that the Runs page does not have: it comes with Pixelwise."""
    folded = st.expander("How it was trained", key="errors_curves", on_change="rerun", icon=":material/show_chart:")
    with folded:
        if folded.open:
            show_curves([run])


@fragment
def show_view(run: Run, part: str, found: Predictions) -> None:
    """Show the predictions in the way that is chosen. A fragment: a click on a number draws only what depends on it."""
    with show_errors():
        view = choose_view(VIEWS.values(), key=VIEW)
        if view == IMAGES:
            show_matrix_and_images(run, part, found)
        elif view == CLASSES:
            show_classes(run, found, open_images)
        elif view == CALIBRATION:
            show_calibration(run, part, found, open_images)
        elif view == LABEL_ERRORS:
            show_label_errors(run, part, found)
        else:
            show_map(run, part, found)


def say_when_unevaluated(asked: str | None) -> None:
    """Say why the run that a link asks for is not the one that is shown."""
    if asked in set(data_home.folders_in(runs.runs_folder())) - {run.name for run in evaluated}:
        st.info(
            f"“{escape_markdown(full_title(asked or ''))}” has no predictions yet (they are saved "
            "when training ends). Showing another run instead."
        )


def open_images() -> None:
    """Show images from the next rerun on."""
    st.session_state[VIEW] = IMAGES


page("Errors", "See what a run got wrong, from the overall accuracy down to single images.", parameters())
own, evaluated = runs.with_evaluation(), evaluated_runs()
if not own:
    other = " Until then, here are those of a network that comes with Pixelwise." if evaluated else ""
    train_first(f"No run of yours has finished yet. Train one, and its errors will be here.{other}")
if evaluated:
    run_choice, part_choice, result = st.columns([3, 1.4, 3], gap="medium")
    say_when_unevaluated(st.query_params.get("run"))
    with run_choice:
        run = choose_run(evaluated, key=RUN)
    with show_errors():
        show(run, part_choice, result)
    prepare_cards(run)
