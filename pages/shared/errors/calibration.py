"""Whether a network is as often right as it is sure, on a page."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core import calibration, evaluation_figures
from core.calibration import Calibration, Reliability
from core.evaluation import Predictions
from core.runs import Run
from pages.shared.errors.choosing import show_confidence

_QUIET = {"displayModeBar": False}
_THRESHOLD = "errors_threshold"


def show_calibration(run: Run, part: str, found: Predictions, open_pictures: Callable[[], None]) -> None:
    """Show reliability before and after temperature scaling, and what answering only when sure brings.

    Args:
        run: whose predictions they are.
        part: of which they are.
        found: the predictions.
        open_pictures: lets the page show pictures from the next rerun on.

    Raises:
        RunError: the predictions are not numbers.
    """
    fitted = calibration.of(run)
    calibrated = fitted.apply(found.probabilities).max(axis=1)
    before, after = (calibration.reliability(sure, found.right) for sure in (found.confidences, calibrated))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**As trained** · expected calibration error {before.error:.2%}")
        _show_bars(run, part, before, open_pictures)
    with right:
        st.markdown(
            f"**Divided by a temperature of {fitted.temperature:.2f}** · expected calibration error {after.error:.2%}"
        )
        st.plotly_chart(
            evaluation_figures.reliability_diagram(after),
            key=f"calibrated_{run.name}_{part}",
            config=_QUIET,
            alt=f"Reliability diagram after temperature scaling: expected calibration error {after.error:.2%}",
        )
    st.caption(
        "Bars: how often the answers that were so sure are right, and their number. Orange lines: how sure they were; "
        "above its bar a network was too sure. Click a bar on the left for its pictures. " + _fitted_on(fitted, part)
    )
    _show_answering(calibrated, found.right)


def _show_bars(run: Run, part: str, bins: Reliability, open_pictures: Callable[[], None]) -> None:
    key = f"reliability_{run.name}_{part}"

    def clicked() -> None:
        chosen = st.session_state.get(key)
        if chosen is not None and (points := chosen["selection"]["points"]):
            bar = points[0]["point_index"]
            show_confidence(run, (round(float(bins.edges[bar]), 6), round(float(bins.edges[bar + 1]), 6)))
            open_pictures()

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
        return f"No answer on the {fitted.pictures:,} {fitted.fitted_on} pictures is wrong: there is nothing to scale."
    said = f"The temperature was fitted on the {fitted.pictures:,} {fitted.fitted_on} pictures and is kept with the run"
    if part != fitted.fitted_on:
        return f"{said}; these {part} pictures had no part in it."
    return f"{said}: on these same pictures, the right side looks a little better than it is on others."


@st.fragment
def _show_answering(confidences: np.ndarray, right: np.ndarray) -> None:
    """Let the user choose how sure an answer must be, and say what that brings."""
    st.markdown("**Answer only when sure**")
    answers = calibration.answering(confidences, right)
    chart, beside = st.columns([3, 2], gap="large", vertical_alignment="center")
    with beside:
        percent = st.slider(
            "Answer when at least so sure", 0, 99, 80, format="%d%%", key=_THRESHOLD, persist_state="session"
        )
        share, accuracy = answers.at(percent / 100)
        if accuracy is None:
            st.markdown("No picture would be answered.")
        else:
            st.markdown(
                f"**{share:.1%}** of the pictures are answered, and **{accuracy:.2%}** of the answers are right, "
                f"against {float(np.mean(right)):.2%} of all. The other {1 - share:.1%} would be left to a person."
            )
        st.caption("Sure: the answer's probability after temperature scaling. Look for how fast the curve falls.")
    with chart:
        st.plotly_chart(
            evaluation_figures.accuracy_by_share(answers, percent / 100),
            key="answering",
            config=_QUIET,
            alt="Accuracy of the answers by the share of pictures answered",
        )
