"""Waiting for the worker on a page: a skeleton stands in the answer's place, and a click ends the wait."""

from typing import TypeVar

from streamlit.delta_generator import DeltaGenerator

from core.prediction.worker import WorkerCall
from core.runs import RunError
from pages.common.page_frame import end_for_a_click

_Result = TypeVar("_Result")

_POLL_S, _PATIENCE_S = 0.1, 120
# Each so many polls, since the browser draws more anew than the skeleton.
_REDRAWN = 10


def awaited(asked: "WorkerCall[_Result]", place: DeltaGenerator, height: int) -> _Result:
    """Wait for the worker, a skeleton in its place; a click meanwhile ends this.

    Args:
        asked: what the worker was asked.
        place: an `st.empty()`; the caller puts the answer there.
        height: of the skeleton, in CSS pixels.

    Raises:
        RunError: as `WorkerCall.within`, or it took too long.
    """
    for poll in range(round(_PATIENCE_S / _POLL_S)):
        if (found := asked.within(_POLL_S)) is not None:
            return found
        end_for_a_click()
        if poll % _REDRAWN == 0:
            place.skeleton(height=height)  # Here Streamlit ends this run for one of the whole page.
    raise RunError("The prediction timed out. Try again when the computer is less busy.")
