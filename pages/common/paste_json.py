"""A place to paste settings as JSON, as a recipe or another page shows them."""

from collections.abc import Callable

import streamlit as st

from pages.common.messages import attempt, show_refusal


def paste_json(what: str, take: Callable[[str], None], *, key: str) -> None:
    """Let the user paste settings.

    Args:
        what: what they are for, such as "Steps".
        take: called with the text before the rerun; what it raises as `PixelwiseError` is said beneath the text.
        key: of the controls.
    """

    def take_it() -> None:
        take(st.session_state[key])
        st.session_state[key] = ""

    with st.popover("Paste JSON", icon=":material/content_paste:", width="content"):
        st.text_area(f"{what} JSON, or a complete recipe", key=key, height=160, max_chars=100_000)
        st.button("Apply", key=f"{key}_use", type="primary", on_click=attempt, args=(take_it,), kwargs={"key": key})
        show_refusal(key=key)
