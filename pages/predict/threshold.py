"""From which probability an answer is acted on: set by a slider, while what it leads to is seen."""

import streamlit as st

from core.charts import threshold_figures
from core.errors import PixelwiseError
from core.evaluation import threshold as booking
from core.evaluation.threshold import DecisionThreshold, Forecast, Outcome
from core.runs import Run
from core.storage.progress import counted
from pages.common.messages import escape_markdown, show_errors
from pages.components.live_slider import Slider, live_sliders
from pages.components.theme import dark


def choose_threshold(run: Run, *, folded: bool) -> None:
    """Let the user set a run's threshold, which is kept.

    Args:
        run: whose answers it decides on.
        folded: whether it is seen only when it is asked for.
    """
    booked = booking.decision_threshold(run)
    # The slider begins anew at each full run of the page, with what is kept.
    st.session_state[_key(run)] = booked.threshold
    with st.expander(f"Confidence threshold: {booked.threshold:.1%}", expanded=not folded):
        _slider(run, booked)


@st.fragment
def _slider(run: Run, booked: DecisionThreshold) -> None:
    key, lowest = _key(run), booking.lowest(run.about.class_names)
    default = booking.default(run).threshold
    dragging = live_sliders(
        {
            "": [
                Slider(
                    key,
                    "Accept predictions from",
                    lowest,
                    1.0,
                    default,
                    booking.STEP,
                    format="percent",
                    help=_help(run),
                )
            ]
        },
        key=f"{key}_slider",
    )
    threshold = float(st.session_state[key])
    try:
        made = booking.forecast(run)
    except PixelwiseError as error:
        st.caption(f"What it leads to cannot be told. {escape_markdown(str(error))}")
    else:
        _show(run, made, threshold)
    if threshold == booked.threshold:
        st.caption(escape_markdown(booked.reason))
    elif not dragging:
        with show_errors():
            if threshold == default:
                booking.reset(run)
            else:
                booking.save(run, threshold)
            st.rerun()


def _show(run: Run, made: Forecast, threshold: float) -> None:
    outcome = made.at(threshold)
    clinic = booking.is_clinic(run.about.class_names)
    wrong, asked = ("booked wrong", "asked about at the desk") if clinic else ("answered wrong", "asked about")
    st.markdown(
        f"Of {counted(outcome.images, f'{made.part} image')} **{outcome.wrong:,}** would be {wrong} "
        f"({outcome.wrong / outcome.images:.1%}) and **{outcome.asked:,}** {asked} "
        f"({outcome.asked / outcome.images:.1%}).{_elsewhere(outcome)}"
    )
    st.plotly_chart(
        threshold_figures.asked_against_wrong(made, threshold, wrong, dark=dark()),
        key=f"booking_chart_{run.name}",
        config={"displayModeBar": False},
        alt=f"Share {wrong} against share asked: {outcome.wrong / outcome.images:.1%} at "
        f"{outcome.asked / outcome.images:.1%}",
    )


def _elsewhere(outcome: Outcome) -> str:
    """Say what that tells of other images."""
    answered = outcome.right + outcome.wrong
    if not answered:
        return ""
    low, high = outcome.right_elsewhere
    return (
        f" So {outcome.right / answered:.1%} of the answers are right. Of answers to other images like these, expect "
        f"**{low:.1%} to {high:.1%}**: each end holds with {booking.SURE:.0%} certainty (Clopper–Pearson), as do those "
        "of the band in the chart."
    )


def _help(run: Run) -> str:
    if booking.is_clinic(run.about.class_names):
        return "Less confident photos are not booked; the front desk decides. Double-click to reset."
    return "Less confident predictions are rejected and sent for review. Double-click to reset."


def _key(run: Run) -> str:
    return f"booking_{run.name}"
