"""The tour's bar: on every page while the tour is on, with what to do there and the way to the next step."""

import streamlit as st

from core.errors import PixelwiseError
from core.lessons.tour import STEPS, leave_at, left_at
from pages.common.messages import escape_markdown

_STEP = "tour_step"


def start_tour() -> None:
    """Begin the tour, or take it up where it was left."""
    _go_to(left_at() or 0)


def tour_label() -> str:
    """Return what the button says that does so."""
    left = left_at()
    return "Take the tour" if left is None else f"Continue the tour ({left + 1} of {len(STEPS)})"


def show_tour(page: str) -> None:
    """Show the bar, if the tour is on.

    Args:
        page: the title of the page that is drawn.
    """
    at = st.session_state.get(_STEP)
    if at is None:
        return
    step = STEPS[at]
    with st.container(key="tour", border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{at + 1} of {len(STEPS)} · {step.title}.** {step.said}", width="stretch")
        if page.lower() != step.page and st.button("Go there", key="tour_there", icon=":material/arrow_forward:"):
            _go_to(at)
        if at and st.button("Back", key="tour_back"):
            _go_to(at - 1)
        if at + 1 < len(STEPS):
            if st.button("Next", key="tour_next", type="primary"):
                _go_to(at + 1)
        elif st.button("Finish", key="tour_finish", type="primary"):
            _keep(None)
            st.session_state[_STEP] = None
            st.rerun()
        if st.button("Leave", key="tour_leave", type="tertiary"):
            st.session_state[_STEP] = None
            st.rerun()


def _go_to(at: int) -> None:
    _keep(at)
    st.session_state[_STEP] = at
    step = STEPS[at]
    st.switch_page(f"pages/{step.page}/page.py", query_params=step.asks)


def _keep(at: int | None) -> None:
    try:
        leave_at(at)
    except PixelwiseError as error:
        # The tour goes on; only after a restart it begins anew.
        st.toast(escape_markdown(str(error)))
