"""Noise → images, in a process with TensorFlow: by a network that trains, or one that is kept in a run's folder."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.generation.generators import GENERATORS, Generator
from core.generation.noise import one_hot
from core.nn.tensorflow_import import import_keras
from core.settings import specification
from core.storage import data_home

# The file of a run's folder that holds the network which makes images.
FILE = "generator.keras"


def made(
    generator: Generator, network: Callable[..., Any], noise: np.ndarray, labels: np.ndarray, classes: int
) -> np.ndarray:
    """Return images, uint8 `(n, height, width, channels)`.

    Args:
        generator: what the network is of.
        network: the first of its networks, or a graph of it, that takes its inputs in a list.
        noise: float32 `(n, …)`.
        labels: the class that each shall show, int `(n,)`; −1: any.
        classes: how many there are.

    Raises:
        ValueError: the network takes other noise or classes, or gives no image.
    """
    told = one_hot(np.maximum(labels, 0), classes) * (np.asarray(labels) >= 0)[:, None].astype(np.float32)
    values = generator.images(lambda *inputs: np.asarray(network(list(inputs)), np.float32), noise, told)
    if values.ndim != 4 or len(values) != len(noise):
        raise ValueError("the network gives no images")
    # What is no number is drawn in black.
    return np.rint(255 * np.clip(np.nan_to_num(values, nan=-1.0) / 2 + 0.5, 0, 1)).astype(np.uint8)


def samples(folder: str, generator: dict[str, Any], noise: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return images by the network of a run; arguments and images are those of `made`.

    Args:
        folder: the run's folder.
        generator: as `Generator.to_json` gives it.
        noise: see `made`.
        labels: see `made`.
        classes: see `made`.

    Raises:
        OSError, ValueError: the network is not there or cannot be read, or does not fit the generator.
    """
    path = Path(folder) / FILE
    known = specification("generator", GENERATORS, generator)
    return made(known, _graph(path, data_home.version(path)), noise, labels, classes)


@lru_cache(maxsize=4)
def _graph(path: Path, _version: tuple[int, int]) -> Callable[[list[np.ndarray]], Any]:
    """Return a network as a graph for batches of any size."""
    import_keras()
    import keras
    import tensorflow as tf

    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    inputs = [tf.TensorSpec((None, *each.shape[1:]), tf.float32) for each in model.inputs]
    return tf.function(lambda given: model(given, training=False), input_signature=[inputs])
