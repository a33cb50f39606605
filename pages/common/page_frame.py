"""The frame around every page: on a prepared server, with errors said in a sentence."""

import gc
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import StopException, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

from core.charts.palette import WARNING
from core.errors import PixelwiseError
from core.storage import data_home, processes
from pages.common import address
from pages.common.address import Parameter
from pages.common.damage_notice import say_damaged
from pages.common.messages import escape_markdown, show_errors
from pages.common.sign_in import show_account
from pages.common.terms import with_terms
from pages.common.tour import show_tour
from pages.components.theme import background

_BEFORE_WARMING_S = 1.5
_STYLE = Path(__file__).with_suffix(".css")


def page(title: str, lead: str, parameters: Iterable[Parameter | Sequence[Parameter]] = ()) -> None:
    """Begin a page: its title, a sentence on what it is for, what its address asks for, what is damaged at home.

    Args:
        title: of the page.
        lead: that sentence.
        parameters: the table of all that stands in its address, as for `address.begin`.

    Where that cannot be read at all, a sentence says so, and the page ends.
    """
    colours = f"--danger: {WARNING}; --background: {background()};"
    st.html(f"<style>:root {{ {colours} }}\n{_STYLE.read_text(encoding='utf-8')}</style>")
    name_tab(title)
    with st.container(key="page_head"):
        st.title(title, anchor=False)
        st.caption(with_terms(lead))
        show_account()
    with show_errors():
        data_home.look_at()
        for sentence in address.begin(title, parameters):
            st.warning(escape_markdown(sentence), icon=":material/link_off:")
        say_damaged()
        show_tour(title)
        return
    st.stop()


def name_tab(page: str, subject: str = "") -> None:
    """Name the browser's tab after a page and what it shows, so that several can be told apart.

    Args:
        page: its title.
        subject: what it shows, such as a dataset's title; empty: the page alone.
    """
    st.set_page_config(" · ".join(dict.fromkeys(each for each in (subject, page, "Pixelwise") if each)))


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


@st.cache_resource(show_spinner=False)
def prepare_server() -> threading.Thread:
    """Once a server, in the background after its first page: start the worker, import what pages need, freeze it."""

    def prepare() -> None:
        # In nobody's home, where there are several.
        with data_home.at(data_home.common()):
            prepare_in_common()

    def prepare_in_common() -> None:
        time.sleep(_BEFORE_WARMING_S)
        from core.charts import figures  # noqa: F401
        from core.datasets.integrity import verification
        from core.datasets.sources import catalogue
        from core.prediction import photo_predictions, worker
        from core.runs import shipped

        data_home.sweep_all()
        # A data home that cannot be written is said on the page that needs it.
        with suppress(PixelwiseError):
            catalogue.open_dataset("digits")
            worker.warm()
            for run in shipped():
                photo_predictions.warm(run)
        # What is imported by now lives as long as the server: later collections need not look at it.
        gc.collect()
        gc.freeze()
        with suppress(PixelwiseError):
            verification.verify_all()

    processes.give_back_memory_often()
    thread = threading.Thread(target=prepare, name="prepare-server", daemon=True)
    thread.start()
    return thread
