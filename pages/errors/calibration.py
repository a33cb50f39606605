"""Whether a network is as often right as it is sure, on a page."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.charts import evaluation_figures
from core.evaluation import calibration
from core.evaluation.calibration import Calibration, Reliability
from core.evaluation.predictions import Predictions
from core.runs import Run
from pages.errors.filters import show_confidence

_QUIET = {"displayModeBar": False}
_THRESHOLD = "errors_threshold"


def show_calibration(run: Run, part: str, found: Predictions, open_images: Callable[[], None]) -> None:
    """Show reliability before and after temperature scaling, and what answering only when sure brings.

    Args:
        run: whose predictions they are.
        part: of which they are.
        found: the predictions.
        open_images: lets the page show images from the next rerun on.

    Raises:
        RunError: the predictions are not numbers.
    """
    fitted = calibration.of(run)
    calibrated = fitted.apply(found.probabilities).max(axis=1)
    before, after = (calibration.reliability(sure, found.right) for sure in (found.confidences, calibrated))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**Before calibration** · expected calibration error (ECE) {before.error:.2%}")
        _show_bars(run, part, before, open_images)
    with right:
        st.markdown(f"**After temperature scaling (T = {fitted.temperature:.2f})** · ECE {after.error:.2%}")
        st.plotly_chart(
            evaluation_figures.reliability_diagram(after),
            key=f"calibrated_{run.name}_{part}",
            config=_QUIET,
            alt=f"Reliability diagram after temperature scaling: expected calibration error {after.error:.2%}",
        )
    st.caption(
        "Bars: accuracy of the predictions in each confidence range, with their number. Orange: mean "
        "confidence; above the bar means overconfident. Click a bar on the left to see its images. "
        + _fitted_on(fitted, part)
    )
    _show_answering(calibrated, found.right)


def _show_bars(run: Run, part: str, bins: Reliability, open_images: Callable[[], None]) -> None:
    key = f"reliability_{run.name}_{part}"

    def clicked() -> None:
        chosen = st.session_state.get(key)
        if chosen is not None and (points := chosen["selection"]["points"]):
            bar = points[0]["point_index"]
            show_confidence(run, (round(float(bins.edges[bar]), 6), round(float(bins.edges[bar + 1]), 6)))
            open_images()

    st.plotly_chart(
        evaluation_figures.reliability_diagram(bins),
        key=key,
        on_select=clicked,
        selection_mode="points",
        config=_QUIET,
        alt=f"Reliability diagram as trained: expected calibration error {bins.error:.2%}",
    )


def _fitted_on(fitted: Calibration, part: str) -> str:
    """Say what the temperature was fitted on, and what follows from that."""
    if fitted.temperature == 1.0:
        return f"No errors on the {fitted.pictures:,} {fitted.fitted_on} images, so there is nothing to calibrate."
    said = f"The temperature was fitted on {fitted.pictures:,} {fitted.fitted_on} images and is saved with the run"
    if part != fitted.fitted_on:
        return f"{said}; these {part} images had no part in it."
    return f"{said}. These are the same images, so the right-hand chart is slightly optimistic."


@st.fragment
def _show_answering(confidences: np.ndarray, right: np.ndarray) -> None:
    """Let the user choose how sure an answer must be, and say what that brings."""
    st.markdown("**Reject low-confidence predictions**")
    answers = calibration.answering(confidences, right)
    chart, beside = st.columns([3, 2], gap="large", vertical_alignment="center")
    with beside:
        percent = st.slider("Minimum confidence", 0, 99, 80, format="%d%%", key=_THRESHOLD, persist_state="session")
        share, accuracy = answers.at(percent / 100)
        if accuracy is None:
            st.markdown("No image would reach this confidence.")
        else:
            st.markdown(
                f"Coverage **{share:.1%}**, accuracy **{accuracy:.2%}** (without a threshold: "
                f"{float(np.mean(right)):.2%}). The remaining {1 - share:.1%} would go to a person."
            )
        st.caption("Confidence is the calibrated probability. The steeper the curve, the more a threshold helps.")
    with chart:
        st.plotly_chart(
            evaluation_figures.accuracy_by_share(answers, percent / 100),
            key="answering",
            config=_QUIET,
            alt="Accuracy of the answers by the share of images answered",
        )
