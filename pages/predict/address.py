"""What stands in the address of the Predict page: photos are the user's own, and stand in none."""

from collections.abc import Iterator

import streamlit as st

from core import runs
from pages.common.address import Parameter, one_of, text_of
from pages.common.pickers import run_parameter
from pages.predict.photo_inputs import WAY, WAYS, ways_of

RUN, FRAMED = "run_predicting", "framed"


def parameters() -> Iterator[Parameter]:
    """Yield all parameters."""
    able = {run.name: run for run in runs.with_model()}
    if not able:
        return
    yield from run_parameter(list(able.values()), key=RUN)
    first, *others = ways_of(able[st.session_state[RUN]])
    ways = {text: way for text, way in WAYS.items() if way in (first, *others)}
    yield Parameter("way", WAY, one_of(ways), text_of(ways), first)
    yield Parameter("framed", FRAMED, one_of({"yes": True}), lambda framed: ["yes"] * bool(framed), False)
