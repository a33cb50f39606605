"""The server's side of prediction: one worker process, which alone holds TensorFlow."""

import os
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import numpy as np
from loky import get_reusable_executor
from PIL import Image

from core import home, pictures
from core.errors import storing
from core.nn import infer
from core.runs import Run, RunError

_IDLE_S = 3600
_PATIENCE_S = 120
# loky ends a worker that has grown by 300 MB since its first call, as a leak; a network or two is no leak.
_ENVIRONMENT = {"LOKY_MAX_MEMORY_LEAK_SIZE": "2e9", "TF_CPP_MIN_LOG_LEVEL": "2"}


def _executor() -> Any:
    """Return the one executor, loky's, with a living worker to come."""
    log = home.data_home() / "worker.log"
    with storing("the worker's log"):
        log.parent.mkdir(parents=True, exist_ok=True)
    return get_reusable_executor(
        max_workers=1,
        timeout=_IDLE_S,
        initializer=infer.initialise,
        initargs=(os.getpid(), str(log)),
        env=_ENVIRONMENT,
    )


def _submit(function: Any, *arguments: Any) -> "Future[Any]":
    return _executor().submit(function, *arguments)


def warm() -> "Future[Any]":
    """Start the worker in the background; the future is done when it can predict."""
    return _submit(infer.warm)


def predict(run: Run, photos: list[Image.Image]) -> tuple[np.ndarray, list[Image.Image]]:
    """Classify pictures with a run, through the run's own preprocessing.

    Args:
        run: a run that has a model.
        photos: upright RGB pictures of any size, as `read_picture` gives them.

    Returns:
        Probabilities, float32 `(n, classes)`, and the very pictures that the network saw.

    Raises:
        RunError: the run has no model or its model cannot be read.
    """
    seen = [run.recipe.steps.apply(photo) for photo in photos]
    return predict_prepared(run, np.stack([pictures.to_array(picture) for picture in seen])), seen


def predict_prepared(run: Run, batch: np.ndarray) -> np.ndarray:
    """Classify pictures that have the run's preprocessing behind them.

    Args:
        run: a run that has a model.
        batch: uint8 `(n, height, width, channels)`.

    Returns:
        Probabilities, float32 `(n, classes)`.

    Raises:
        RunError: the run has no model or its model cannot be read.
    """
    if not run.has_model:
        raise RunError(f"The run {run.name} has no network yet: it is saved when the training ends.")
    for attempt in (1, 2):
        try:
            predicted: np.ndarray = _submit(infer.predict, str(run.folder), batch).result(_PATIENCE_S)
            return predicted
        except (OSError, ValueError) as error:
            if isinstance(error, TimeoutError):
                raise RunError("The prediction took too long. Try again when the machine is less busy.") from error
            raise RunError(f"The network of the run {run.name} cannot be read. Train it again.") from error
        except BrokenProcessPool as error:
            # The worker was killed, perhaps for memory; the next call starts a new one.
            if attempt == 2:
                raise RunError("The prediction process was ended by the system, perhaps for memory.") from error
    raise AssertionError("unreachable")


def shut_down() -> None:
    """End the worker; a command line that predicted once does not keep it."""
    _executor().shutdown(wait=True, kill_workers=True)
