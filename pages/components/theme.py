"""Whether the page is shown light or dark, and its colour."""

import streamlit as st


def dark() -> bool:
    """Tell whether the page is shown dark."""
    return st.context.theme.type == "dark"


def background() -> str:
    """Return the page's colour, as CSS writes it."""
    return str(st.get_option(f"theme.{'dark' if dark() else 'light'}.backgroundColor"))
