"""Prediction, in the worker's process: models are loaded once and kept while their files stay as they are."""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from core.evaluation import ood
from core.evaluation.explaining.heat import HeatMaps
from core.nn.tensorflow_import import import_keras
from core.runs.model_files import MODEL, model_version
from core.storage import processes
from core.storage.checked import DamagedError

if TYPE_CHECKING:
    from core.nn.inference.grad_cam import Probe

# So many pixels are computed with at a time, at least some images: 256 images of 32×32.
_PIXELS_AT_ONCE = 256 * 32 * 32
_FEWEST_AT_ONCE = 8


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
    import_keras()
    import keras

    from core.nn.inference.grad_cam import Probe

    inputs = keras.Input((8, 8, 1))
    outputs = keras.layers.Dense(2)(keras.layers.Flatten()(keras.layers.Conv2D(1, 3)(inputs)))
    Probe(keras.Model(inputs, outputs)).heat_maps(np.zeros((8, 8, 1), np.uint8), [0])


def predict(folder: str, images: np.ndarray) -> np.ndarray:
    """Return a run's probabilities, float32 `(n, classes)`.

    Args:
        folder: the run's folder.
        images: uint8 `(n, height, width, channels)`, after the run's own preprocessing.

    Raises:
        OSError, ValueError: the model is not there or cannot be read, or the images are of another shape.
    """
    graph = _graph(*_version(folder))
    try:
        return np.concatenate([np.asarray(graph(portion), np.float32) for portion in portions(images)])
    except TypeError as error:
        raise ValueError("the network takes images of another shape") from error


def portions(images: np.ndarray) -> Iterator[np.ndarray]:
    """Yield some images after the others: what a network makes of large ones takes gigabytes."""
    at_once = max(_FEWEST_AT_ONCE, _PIXELS_AT_ONCE // (images.shape[1] * images.shape[2]))
    for begin in range(0, max(1, len(images)), at_once):
        yield images[begin : begin + at_once]


class Given(NamedTuple):
    """What a run's network gives for an image.

    Attributes:
        probabilities: float32 `(classes,)`.
        known: whether the image is like those that the run learned from; yes where the run never could tell, no where
            what told is damaged.
    """

    probabilities: np.ndarray
    known: bool


def answers(folder: str, images: Sequence[np.ndarray]) -> list[Given | None]:
    """Return what a run's network gives for each image; `None` where its shape does not fit.

    Each is computed by itself: TensorFlow rounds differently for batches of different sizes, and what a photo is
    answered must not depend, to the last digit, on what else is asked.

    Args:
        folder: the run's folder.
        images: each uint8 `(height, width, channels)`, after the run's own preprocessing.

    Raises:
        OSError, ValueError: the model is not there or cannot be read.
    """
    shape, answer = _one_at_a_time(*_version(folder), ood.changed_ns(Path(folder)))
    return [answer(image[np.newaxis]) if image.shape == shape else None for image in images]


def features(folder: str, images: np.ndarray) -> np.ndarray:
    """Return what a run's last layer is given, float32 `(n, d)`. Arguments and errors are those of `predict`."""
    probe = _probe(*_version(folder))
    return np.concatenate([probe.features(portion) for portion in portions(images)])


def heat_maps(folder: str, image: np.ndarray, classes: Sequence[int]) -> HeatMaps:
    """Return where a run's network looks for each of some classes.

    Args:
        folder: the run's folder.
        image: uint8 `(height, width, channels)`, after the run's own preprocessing.
        classes: at least one.

    Raises:
        OSError, ValueError: the model is not there or cannot be read.
    """
    return _probe(*_version(folder)).heat_maps(image, classes)


def load(folder: str) -> Any:
    """Return a run's Keras model. Arguments and errors are those of `predict`."""
    return _model(*_version(folder))


def _version(folder: str) -> tuple[Path, tuple[int, int]]:
    return Path(folder) / MODEL, model_version(Path(folder))


@lru_cache(maxsize=4)
def _model(path: Path, _version: tuple[int, int]) -> Any:
    import_keras()
    import keras

    return keras.saving.load_model(path, compile=False, safe_mode=True)


@lru_cache(maxsize=4)
def _graph(path: Path, version: tuple[int, int]) -> Callable[[np.ndarray], Any]:
    """Return a model as a graph, which keeps no layer's output longer than the next ones need it."""
    import tensorflow as tf

    model = _model(path, version)
    batch = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)
    return tf.function(lambda images: model(images, training=False), input_signature=[batch])


@lru_cache(maxsize=4)
def _one_at_a_time(
    path: Path,
    version: tuple[int, int],
    _novelty_changed_ns: int,
) -> tuple[tuple[int, ...], Callable[[np.ndarray], Given]]:
    """Return the shape of an image that a model takes, and what answers a batch of one, by a graph."""
    import tensorflow as tf

    from core.nn.inference.channel_statistics import with_statistics

    model = _model(path, version)
    shape = tuple(model.input_shape[1:])
    able = True
    try:
        kept = ood.load(path.parent)
    except DamagedError:
        # What could tell is lost: without it, nothing is known.
        kept, able = None, False
    if kept is not None:
        model = with_statistics(model)
    # A graph takes a fraction of the time that a call takes layer by layer.
    graph = tf.function(
        lambda batch: model(batch, training=False), input_signature=[tf.TensorSpec((1, *shape), tf.uint8)]
    )
    graph.get_concrete_function()

    def answer(batch: np.ndarray) -> Given:
        if kept is None:
            return Given(np.asarray(graph(batch), np.float32)[0], known=able)
        statistics, probabilities = graph(batch)
        return Given(np.asarray(probabilities, np.float32)[0], known=bool(kept.known(np.asarray(statistics))[0]))

    return shape, answer


@lru_cache(maxsize=4)
def _probe(path: Path, version: tuple[int, int]) -> "Probe":
    from core.nn.inference.grad_cam import Probe

    return Probe(_model(path, version))
