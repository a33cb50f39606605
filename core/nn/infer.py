"""Prediction, in the worker's process: models are loaded once and kept while their files stay as they are."""

import contextlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core import processes

_DIRECT_BATCH = 32


def initialise(parent: int, log: str) -> None:
    """Prepare the worker's process; end it when its parent process is gone, however that ended.

    Args:
        parent: the number of the process that it works for.
        log: the file for what it prints: TensorFlow's messages do not belong in the terminal of the app.
    """
    with contextlib.suppress(OSError), Path(log).open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    processes.end_with(parent)


def warm() -> None:
    """Do what the first prediction would spend seconds on: import TensorFlow, start its threads, build a layer."""
    import keras

    convolution = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 3)])
    convolution(np.zeros((1, 8, 8, 1), np.uint8), training=False)


def predict(folder: str, pictures: np.ndarray) -> np.ndarray:
    """Return a run's probabilities, float32 `(n, classes)`.

    Args:
        folder: the run's folder.
        pictures: uint8 `(n, height, width, channels)`, after the run's own preprocessing.

    Raises:
        OSError, ValueError: the model is not there or cannot be read.
    """
    path = Path(folder) / "model.keras"
    model = _model(path, path.stat().st_mtime_ns)
    if len(pictures) <= _DIRECT_BATCH:
        # `predict` sets up a data pipeline: 77 ms for one picture against 2 ms.
        return np.asarray(model(pictures, training=False), np.float32)
    return np.asarray(model.predict(pictures, batch_size=256, verbose=0), np.float32)


@lru_cache(maxsize=4)
def _model(path: Path, _changed_ns: int) -> Any:
    import keras

    return keras.saving.load_model(path, compile=False, safe_mode=True)
