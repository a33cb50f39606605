"""Components of our own, each a Python file with its script and style beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st


def source(*names: str) -> str:
    """Return the text of a script or style in this folder, or of several as one: scripts here cannot import."""
    return "\n".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in names)


def taking(key: str, name: str, take: Callable[[Any], None]) -> Callable[[], None]:
    """Return a callback for what a component sends under a name; it hands that to `take`.

    What was sent just as the user left the page comes to nothing: Streamlit calls back when the component is gone.
    """

    def called() -> None:
        sent = st.session_state.get(key, {}).get(name)
        if sent is not None:
            take(sent)

    return called
