"""Several ways to look at the subject of a page."""

from collections.abc import Sequence

import streamlit as st

from pages.shared import address


def choose_view(views: Sequence[str], *, key: str) -> str:
    """Let the user choose how a page's subject is looked at; the choice stands in the address.

    Args:
        views: their titles; the first is the usual one and leaves the address as it is.
        key: the widget's key. Another title set in the session's state under it shows that view.
    """
    by_parameter = {view.lower().replace(" ", "-"): view for view in views}
    address.adopt(key, "view", lambda texts: by_parameter.get(texts[0] if texts else "", views[0]))
    st.session_state.setdefault(key, views[0])
    view = str(
        st.segmented_control(
            "View", views, key=key, required=True, label_visibility="collapsed", persist_state="session"
        )
    )
    address.note("view", [] if view == views[0] else [view.lower().replace(" ", "-")])
    return view
