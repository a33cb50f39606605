"""What a view asks the worker, once for each network and image: a drag of a slider asks nothing again."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar, cast

import streamlit as st

from core.prediction.worker import WorkerCall
from core.runs import Run
from core.runs.model_files import model_version
from pages.common.worker_wait import awaited

_Result = TypeVar("_Result")
_KEPT, _MOST = "explain_answers", 12


def asked(run: Run, function: Callable[..., _Result], *arguments: Any, of: str, height: int) -> _Result:
    """Return what the worker says; a skeleton stands on the page until then, and a click ends the wait.

    Args:
        run: a run that has a model.
        function: of `core.nn.inference`; it takes the run's folder and the arguments.
        arguments: what else it takes.
        of: what tells these arguments from others.
        height: of the skeleton, in CSS pixels.

    Raises:
        RunError: the network cannot be read or gives no answer.
    """
    kept: OrderedDict[Any, Any] = st.session_state.setdefault(_KEPT, OrderedDict())
    key = (function.__name__, run.name, model_version(run.folder), of)
    if key not in kept:
        place = st.empty()
        call = WorkerCall(run, function, *arguments)
        try:
            kept[key] = awaited(call, place, height)
        finally:
            call.cancel()
            place.empty()
        while len(kept) > _MOST:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return cast(_Result, kept[key])
