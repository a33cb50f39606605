"""A choice of one among several, which is never none."""

from collections.abc import Sequence
from typing import Any, TypeVar

import streamlit as st

_Option = TypeVar("_Option")


def single_choice(
    label: str, options: Sequence[_Option], *, key: str, first: _Option | None = None, **settings: Any
) -> _Option:
    """Let the user choose one of several.

    That one is required holds in the browser only. Where a quick click broke a drawing off, the browser may have lost
    what is chosen, and says that nothing is.

    Args:
        label: what is chosen.
        options: what there is to choose from.
        key: the widget's. An option set in the session's state under it is chosen.
        first: chosen until the user chooses another, and where what was chosen is not offered; without it, the first.
        settings: as of `st.segmented_control`.
    """
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0] if first is None else first
    st.segmented_control(label, options, key=key, required=True, **settings)
    chosen: _Option = st.session_state[key]
    return chosen
