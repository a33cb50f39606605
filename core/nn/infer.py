"""Prediction, in the worker's process: models are loaded once and kept while their files stay as they are."""

import contextlib
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core import processes
from core.explaining.heat import HeatMaps

if TYPE_CHECKING:
    from core.nn.probe import Probe

_DIRECT_BATCH = 64


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
    """Do what the first answers would spend seconds on: import TensorFlow, start its threads, look into a network."""
    import keras

    from core.nn.probe import Probe

    inputs = keras.Input((8, 8, 1))
    outputs = keras.layers.Dense(2)(keras.layers.Flatten()(keras.layers.Conv2D(1, 3)(inputs)))
    Probe(keras.Model(inputs, outputs)).heat_maps(np.zeros((8, 8, 1), np.uint8), [0])


def predict(folder: str, pictures: np.ndarray) -> np.ndarray:
    """Return a run's probabilities, float32 `(n, classes)`.

    Args:
        folder: the run's folder.
        pictures: uint8 `(n, height, width, channels)`, after the run's own preprocessing.

    Raises:
        OSError, ValueError: the model is not there or cannot be read.
    """
    model = _model(*_version(folder))
    if len(pictures) <= _DIRECT_BATCH:
        # `predict` sets up a data pipeline: 77 ms for one picture against 2 ms.
        return np.asarray(model(pictures, training=False), np.float32)
    return np.asarray(model.predict(pictures, batch_size=256, verbose=0), np.float32)


def features(folder: str, pictures: np.ndarray) -> np.ndarray:
    """Return what a run's last layer is given, float32 `(n, d)`. Arguments and errors are those of `predict`."""
    return _probe(*_version(folder)).features(pictures)


def heat_maps(folder: str, picture: np.ndarray, classes: Sequence[int]) -> HeatMaps:
    """Return where a run's network looks for each of some classes.

    Args:
        folder: the run's folder.
        picture: uint8 `(height, width, channels)`, after the run's own preprocessing.
        classes: at least one.

    Raises:
        OSError, ValueError: the model is not there or cannot be read.
    """
    return _probe(*_version(folder)).heat_maps(picture, classes)


def _version(folder: str) -> tuple[Path, int]:
    path = Path(folder) / "model.keras"
    return path, path.stat().st_mtime_ns


@lru_cache(maxsize=4)
def _model(path: Path, _changed_ns: int) -> Any:
    import keras

    return keras.saving.load_model(path, compile=False, safe_mode=True)


@lru_cache(maxsize=4)
def _probe(path: Path, changed_ns: int) -> "Probe":
    from core.nn.probe import Probe

    return Probe(_model(path, changed_ns))
