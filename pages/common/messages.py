"""What pages say: errors in a sentence, refusals of clicks, and texts from outside letter by letter."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import PixelwiseError

_WORD_JOINER = "\u2060"
# Within https://, :material/x:, a@b, www.x, ->, >=, --.
_LOOKED_FOR = re.compile(r"(?<=:)(?=[a-z/])|(?<=@)(?=\S)|(?<=www)(?=\.)|(?<=[<>=~-])(?=[<>=~-])", re.IGNORECASE)


@contextmanager
def show_errors() -> Iterator[None]:
    """Show a `PixelwiseError` of the block as a sentence on the page, which goes on after it."""
    try:
        yield
    except PixelwiseError as error:
        st.error(escape_markdown(str(error)), icon=":material/error:")


def attempt(act: Callable[[], object], *, key: str) -> None:
    """Do what a click's callback asks for, or keep why that is refused for `show_refusal` with the same key.

    What a callback writes itself would stand above the page's title, and behind a dialog.
    """
    try:
        act()
    except PixelwiseError as error:
        st.session_state[f"{key}_refused"] = str(error)


def show_refusal(*, key: str) -> None:
    """Say once, in a sentence, why what was attempted last is refused."""
    if refused := st.session_state.pop(f"{key}_refused", ""):
        st.error(escape_markdown(refused), icon=":material/error:")


def escape_markdown(text: str) -> str:
    """Escape a text from outside for Streamlit's Markdown: a file's name must not become an image, a link or an icon.

    What Streamlit looks for after it has taken the backslashes away (addresses, icons, arrows) is broken up by
    characters without width, which also keep a line together.
    """
    broken = _LOOKED_FOR.sub(_WORD_JOINER, text)
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()<>#+-.!|$:~&" else letter for letter in broken)
