"""Several ways to look at the subject of a page."""

from collections.abc import Iterable

import streamlit as st


def choose_view(views: Iterable[str], *, key: str) -> str:
    """Let the user choose how a page's subject is looked at.

    Args:
        views: their titles; `address.view` declares how they stand in the address.
        key: the widget's key. Another title set in the session's state under it shows that view.
    """
    options = list(views)
    # Where a quick click broke a drawing off, the browser may say that nothing is chosen.
    if st.session_state.get(key) is None:
        st.session_state[key] = options[0]
    return str(
        st.segmented_control(
            "View", options, key=key, required=True, label_visibility="collapsed", persist_state="session"
        )
    )
