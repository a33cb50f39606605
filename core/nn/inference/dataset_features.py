"""Features of a dataset, made by a pretrained network: `core.training.features` keeps them."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from core.datasets.features import label_check
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.nn.layers.own_keras import CONTEXT
from core.nn.training.precision import suited_precision
from core.storage.progress import Progress, quiet
from core.training import features
from core.training.data import shape_after
from core.training.features import Kind


def run(name: str, progress: Progress) -> dict[str, int]:
    """Make and keep the usual features of a dataset, as a job; return how many `images` they are of.

    Raises:
        DatasetError: there is no such dataset, or it is damaged.
        SettingError: the pretrained network cannot be had.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`; what was made until then is taken up the next time.
    """
    return {"images": len(made(catalogue.open_dataset(name), features.usual(), progress))}


def check_labels(name: str, progress: Progress) -> dict[str, int]:
    """Check the labels of a dataset, as a job; return how many `images` were judged, and how many `found` wrong.

    It raises what `run` and `label_check.check` raise.
    """
    dataset = catalogue.open_dataset(name)
    known = features.known(dataset)
    known = made(dataset, features.usual(), progress) if known is None else known
    found = label_check.check(dataset, known, progress).errors
    return {"images": len(found.ids), "found": found.found}


def made(dataset: Dataset, kind: Kind, progress: Progress = quiet) -> np.ndarray:
    """Return a dataset's features as `features.kept` does; they are made where they are not there.

    It raises what `features.make` raises, and SettingError where the pretrained network cannot be had.
    """
    return features.make(dataset, kind, lambda: network(kind, shape_after(dataset, kind.steps)), progress)


def network(kind: Kind, shape: tuple[int, int, int]) -> Callable[[np.ndarray], np.ndarray]:
    """Return what makes features, float32 `(k, d)`, of images after the steps, uint8 `(k, *shape)`.

    Raises:
        SettingError: the pretrained network cannot be had.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(suited_precision(kind.precision))
    try:
        tensor = inputs = keras.Input(shape)
        for layer in kind.layers:
            tensor = layer.keras_for_features(CONTEXT, tensor)
        model = keras.Model(inputs, tensor)
    finally:
        keras.config.set_dtype_policy(before)

    @tf.function(input_signature=[tf.TensorSpec((None, *shape), tf.uint8)])  # type: ignore[untyped-decorator]
    def graph(images: tf.Tensor) -> tf.Tensor:
        return tf.cast(model(images, training=False), tf.float32)

    def ask(images: np.ndarray) -> np.ndarray:
        found: np.ndarray = graph(images).numpy()
        return found

    return ask
