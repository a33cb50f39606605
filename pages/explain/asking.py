"""What a view asks the worker, once for each network and image: a drag of a slider asks nothing again."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
import streamlit as st

from core.prediction.worker import WorkerCall
from core.runs import Run
from core.runs.model_files import model_version
from pages.common.worker_wait import awaited

_Result = TypeVar("_Result")
_MOST = 32
_kept: OrderedDict[Any, Any] = OrderedDict()
_lock = threading.Lock()


def asked(run: Run, function: Callable[..., _Result], *arguments: np.ndarray | int, of: str, height: int) -> _Result:
    """Return what the worker says; a skeleton stands on the page until then, and a click ends the wait.

    Args:
        run: a run that has a model.
        function: of `core.nn.inference`; it takes the run's folder and the arguments.
        arguments: what else it takes: images, and numbers.
        of: what they are, in words that are the same for the same ones.
        height: of the skeleton, in CSS pixels.

    Raises:
        RunError: the network cannot be read or gives no answer.
    """
    content = hashlib.sha256(of.encode())
    for each in arguments:
        content.update(repr(np.shape(each)).encode())
        content.update(np.ascontiguousarray(each).data)
    # Answered or not, it takes a place: what follows would else move up when asked again, and be mounted anew.
    place = st.empty()
    key = (function.__name__, str(run.folder), model_version(run.folder), content.hexdigest())
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return cast(_Result, _kept[key])
    call = WorkerCall(run, function, *arguments)
    try:
        found = awaited(call, place, height)
    finally:
        call.cancel()
        place.empty()
    with _lock:
        _kept[key] = found
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return found
