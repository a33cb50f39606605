"""Noise → images, in a process with TensorFlow: by a network that trains, or one that is kept in a run's folder."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.generation.generators import GENERATORS, Generator
from core.generation.noise import noise, one_hot, walk
from core.nn.tensorflow_import import import_keras
from core.runs.model_files import GENERATOR
from core.settings import specification
from core.storage import data_home


def made(
    generator: Generator, network: Callable[..., Any], drawn: np.ndarray, labels: np.ndarray, classes: int
) -> np.ndarray:
    """Return images, uint8 `(n, height, width, channels)`.

    Args:
        generator: what the network is of.
        network: the first of its networks, or a graph of it, that takes its inputs in a list.
        drawn: noise, float32 `(n, …)`.
        labels: the class that each shall show, int `(n,)`; −1: any.
        classes: how many there are.

    Raises:
        ValueError: the network takes other noise or classes, or gives no image.
    """
    *_, last = _stages(generator, network, drawn, labels, classes)
    return last


def _stages(
    generator: Generator, network: Callable[..., Any], drawn: np.ndarray, labels: np.ndarray, classes: int
) -> Iterator[np.ndarray]:
    """Yield what noise is on its way to the images of `made`, whose arguments and errors these are, and the images."""
    told = one_hot(np.maximum(labels, 0), classes) * (np.asarray(labels) >= 0)[:, None].astype(np.float32)
    for values in generator.stages(lambda *inputs: np.asarray(network(list(inputs)), np.float32), drawn, told):
        if values.ndim != 4 or len(values) != len(drawn):
            raise ValueError("the network gives no images")
        # What is no number is drawn in black.
        yield np.rint(255 * np.clip(np.nan_to_num(values, nan=-1.0) / 2 + 0.5, 0, 1)).astype(np.uint8)


def of_seeds(folder: str, generator: dict[str, Any], classes: int, seeds: Sequence[int], label: int) -> np.ndarray:
    """Return a sample of the noise of each seed by the network of a run, uint8 `(n, height, width, channels)`.

    Args:
        folder: the run's folder.
        generator: as `Generator.to_json` gives it.
        classes: how many there are.
        seeds: of the noise, at least one.
        label: the class that all shall show; −1: any.

    Raises:
        OSError, ValueError: the network is not there or cannot be read, or does not fit the generator.
    """
    shape = _graph(*_version(folder))[1]
    drawn = np.concatenate([noise(seed, 1, shape) for seed in seeds])
    return _by_run(folder, generator, classes, drawn, label)


def on_the_way(
    folder: str, generator: dict[str, Any], classes: int, ends: tuple[int, int], label: int, count: int
) -> np.ndarray:
    """Return samples on the way from the noise of one seed to that of another, ends included, as `of_seeds` does."""
    shape = _graph(*_version(folder))[1]
    first, last = (noise(seed, 1, shape)[0] for seed in ends)
    return _by_run(folder, generator, classes, walk(first, last, count), label)


def forming(folder: str, generator: dict[str, Any], classes: int, seed: int, label: int) -> np.ndarray:
    """Return what one noise is on its way to an image, `(stages, height, width, channels)`, else as `of_seeds`."""
    graph, shape = _graph(*_version(folder))
    known = specification("generator", GENERATORS, generator)
    return np.concatenate([*_stages(known, graph, noise(seed, 1, shape), np.array([label]), classes)])


def _by_run(folder: str, generator: dict[str, Any], classes: int, drawn: np.ndarray, label: int) -> np.ndarray:
    graph, _ = _graph(*_version(folder))
    known = specification("generator", GENERATORS, generator)
    return made(known, graph, drawn, np.full(len(drawn), label), classes)


def _version(folder: str) -> tuple[Path, tuple[int, int]]:
    path = Path(folder) / GENERATOR
    return path, data_home.version(path)


@lru_cache(maxsize=4)
def _graph(path: Path, _version: tuple[int, int]) -> tuple[Callable[[list[np.ndarray]], Any], tuple[int, ...]]:
    """Return a network as a graph for batches of any size, and the shape of the noise that it makes an image of."""
    import_keras()
    import keras
    import tensorflow as tf

    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    inputs = [tf.TensorSpec((None, *each.shape[1:]), tf.float32) for each in model.inputs]
    graph = tf.function(lambda given: model(given, training=False), input_signature=[inputs])
    return graph, tuple(model.inputs[0].shape[1:])
