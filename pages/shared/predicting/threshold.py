"""From which probability an answer is acted on: set by a slider, while what it leads to is seen."""

import streamlit as st

from core import booking, booking_figures
from core.booking import Booking, Forecast
from core.errors import PixelwiseError
from core.runs import Run
from pages.shared.components.live_slider import Slider, live_sliders
from pages.shared.frame import dark, plain, said_in_words


def choose_threshold(run: Run) -> None:
    """Let the user set a run's threshold, which is kept."""
    booked = booking.booking(run)
    # The slider begins anew at each full run of the page, with what is kept.
    st.session_state[_key(run)] = booked.threshold
    st.markdown("**How sure is sure enough?**")
    _slider(run, booked)


@st.fragment
def _slider(run: Run, booked: Booking) -> None:
    key, lowest = _key(run), booking.lowest(run.about.class_names)
    default = booking.default(run).threshold
    dragging = live_sliders(
        {
            "": [
                Slider(
                    key, "Act on answers from", lowest, 1.0, default, booking.STEP, format="percent", help=_help(run)
                )
            ]
        },
        key=f"{key}_slider",
    )
    threshold = float(st.session_state[key])
    try:
        made = booking.forecast(run)
    except PixelwiseError as error:
        st.caption(f"What it leads to cannot be told. {plain(str(error))}")
    else:
        _show(run, made, threshold)
    if threshold == booked.threshold:
        st.caption(plain(booked.reason))
    elif not dragging:
        with said_in_words():
            if threshold == default:
                booking.forget(run)
            else:
                booking.keep(run, threshold)
            st.rerun()


def _show(run: Run, made: Forecast, threshold: float) -> None:
    outcome = made.at(threshold)
    clinic = booking.is_clinic(run.about.class_names)
    wrong, asked = ("booked wrong", "asked about at the desk") if clinic else ("answered wrong", "asked about")
    st.markdown(
        f"Of {outcome.pictures:,} {made.part} pictures **{outcome.wrong:,}** would be {wrong} "
        f"({outcome.wrong / outcome.pictures:.1%}) and **{outcome.asked:,}** {asked} "
        f"({outcome.asked / outcome.pictures:.1%})."
    )
    st.plotly_chart(
        booking_figures.asked_against_wrong(made, threshold, wrong, dark=dark()),
        key=f"booking_chart_{run.name}",
        config={"displayModeBar": False},
        alt=f"Share {wrong} against share asked: {outcome.wrong / outcome.pictures:.1%} at "
        f"{outcome.asked / outcome.pictures:.1%}",
    )


def _help(run: Run) -> str:
    if booking.is_clinic(run.about.class_names):
        return "A photo that is answered less surely is not booked: the desk is asked. Double click: the default."
    return "What is answered less surely counts as no answer: somebody is asked. Double click: the default."


def _key(run: Run) -> str:
    return f"booking_{run.name}"
