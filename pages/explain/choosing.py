"""Small choices above what a view shows."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

_Option = TypeVar("_Option", int, str)
_WIDTH_PX = 88


def choose(
    label: str,
    options: Sequence[_Option],
    *,
    key: str,
    usual: int = 0,
    on_change: Callable[[], None] | None = None,
    said: Callable[[_Option], str] = str,
    width: int = _WIDTH_PX,
) -> _Option:
    """Let the user choose one of few options, in a narrow box; the choice is kept for the session.

    Args:
        label: what is chosen.
        options: at least one.
        key: the widget's key.
        usual: the place of the option that is chosen at first.
        on_change: called when another one is chosen.
        said: how an option is shown.
        width: of the box in CSS pixels.
    """
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[usual]
    with st.container(width=width):
        return st.selectbox(label, options, key=key, format_func=said, on_change=on_change, persist_state="session")
