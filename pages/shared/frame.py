"""The frame around every page: opened through `app.py`, on a prepared server, with errors said in a sentence."""

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import StopException, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

from core.errors import PixelwiseError
from pages.shared import address, late_requests, message_queue

_BEFORE_WARMING_S = 1.5


def opened_through_app() -> None:
    """Note, in `app.py`, that this session's pages come through it."""
    st.session_state["through_app"] = True
    message_queue.keep_whole()
    late_requests.drop()


def page(title: str, lead: str) -> None:
    """Begin a page: its title and a sentence on what it is for.

    Beside a `pages` folder, Streamlit runs the page that is opened first on a fresh server without `app.py`; such a
    page is sent through it here.
    """
    if "through_app" not in st.session_state:
        PagesManager.uses_pages_directory = False
        st.rerun()
    address.begin(title)
    st.title(title, anchor=False)
    st.caption(lead)


@contextmanager
def said_in_words() -> Iterator[None]:
    """Show a `PixelwiseError` of the block as a sentence on the page, which goes on after it."""
    try:
        yield
    except PixelwiseError as error:
        st.error(plain(str(error)), icon=":material/error:")


def attempt(act: Callable[[], object], *, key: str) -> None:
    """Do what a click's callback asks for, or keep why that is refused for `say_refused` with the same key.

    What a callback writes itself would stand above the page's title, and behind a dialog.
    """
    try:
        act()
    except PixelwiseError as error:
        st.session_state[f"{key}_refused"] = str(error)


def say_refused(*, key: str) -> None:
    """Say once, in a sentence, why what was attempted last is refused."""
    if refused := st.session_state.pop(f"{key}_refused", ""):
        st.error(plain(refused), icon=":material/error:")


def end_for_a_click() -> None:
    """End this run when the fragment that is drawn waits to be drawn anew, as after a click in it.

    Streamlit does so for a run of the whole page only: a fragment that waits for something would keep a click waiting.
    It has no way of its own to ask, hence the look into its requests; `st.stop` would drop them.
    """
    context = get_script_run_ctx()
    requests = context.script_requests if context is not None else None
    if (
        requests is not None
        and requests._state == ScriptRequestType.RERUN
        and ThreadState.get().fragment_id in requests._rerun_data.fragment_id_queue
    ):
        raise StopException


def plain(text: str) -> str:
    """Escape a text from outside for Streamlit's Markdown: a file's name must not become a picture or a colour."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()<>#+-.!|$:~&" else letter for letter in text)


def dark() -> bool:
    """Tell whether the page is shown dark."""
    return st.context.theme.type == "dark"


def background() -> str:
    """Return the page's colour, as CSS writes it."""
    return str(st.get_option(f"theme.{'dark' if dark() else 'light'}.backgroundColor"))


@st.cache_resource(show_spinner=False)
def prepare_server() -> threading.Thread:
    """Once a server, in the background after its first page: start the worker, import what pages need, freeze it."""

    def prepare() -> None:
        time.sleep(_BEFORE_WARMING_S)
        from core import figures, worker  # noqa: F401
        from core.datasets import catalogue

        # A data home that cannot be written is said on the page that needs it.
        with suppress(PixelwiseError):
            catalogue.open_dataset("digits")
            worker.warm()
        # What is imported by now lives as long as the server: later collections need not look at it.
        gc.collect()
        gc.freeze()

    thread = threading.Thread(target=prepare, name="prepare-server", daemon=True)
    thread.start()
    return thread
