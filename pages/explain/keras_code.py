"""The lines of Keras that do what a view shows."""

import streamlit as st


def as_keras(code: str, note: str = "") -> None:
    """Offer them; they open over the view, which stays as high as the screen.

    Args:
        code: Python.
        note: a caption beneath it, Markdown.
    """
    with st.popover("As Keras", icon=":material/code:", width="content"):
        st.code(code, language="python", wrap_lines=True)
        if note:
            st.caption(note)
