"""What stands in the address of the Explain page: the idea, the network, the image, and what the idea's view adds."""

from collections.abc import Iterator, Sequence

import streamlit as st

from core import runs
from pages.common.address import Parameter, view
from pages.common.pickers import run_parameter
from pages.explain.subject import RUN, image_parameters
from pages.explain.views import BY_TITLE
from pages.explain.views import VIEWS as ALL_VIEWS

VIEW = "explain_view"
VIEWS = {each.name: each.title for each in ALL_VIEWS}


def parameters() -> Iterator[Parameter | Sequence[Parameter]]:
    """Yield all parameters."""
    yield view(VIEW, VIEWS)
    shown = BY_TITLE[st.session_state.get(VIEW, next(iter(BY_TITLE)))]
    if shown.asks_image and (able := runs.with_model()):
        yield from run_parameter(able, key=RUN)
        yield from image_parameters(runs.find(st.session_state[RUN], able))
    yield from shown.parameters()
