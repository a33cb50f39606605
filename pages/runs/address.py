"""What stands in the address of the Runs page."""

from collections.abc import Iterator

import streamlit as st

from core.evaluation.predictions import PARTS
from core.runs import comparison
from core.sweeps import folders as sweeps
from pages.common.address import AddressError, Parameter, one_of
from pages.runs.pair import PART
from pages.runs.sweep_view import CHOSEN, SWEEP


def parameters() -> Iterator[Parameter]:
    """Yield all parameters."""
    known = {row.name for row in comparison.rows()}
    found = [sweep.name for sweep in sweeps.all_sweeps()]
    if found:
        yield Parameter("sweep", SWEEP, one_of(found), default="")
    if not known or st.session_state.get(SWEEP):
        return

    # What is not here is left out as the page chooses, so that it never begins with nothing.
    def read(texts: list[str]) -> list[str]:
        if unknown := [text for text in texts if text not in known]:
            raise AddressError(f"there is no run “{unknown[0][:60]}” here.", texts)
        return texts

    yield Parameter("run", CHOSEN, read, list, [])
    yield Parameter("part", PART, one_of(PARTS), default="test")
