"""What a network makes of images while it trains, fast and in bounded memory."""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.evaluation.predictions import Predictions
from core.nn.inference.test_time_augmentation import views_of
from core.nn.layers.build import all_layers
from core.runs import Seen

WORST = 24
FILTERS = 12
# Images at a time: few enough that what the largest layer makes of them stays within this.
_LAYER_BYTES = 128_000_000
_MOST_AT_ONCE = 1024


class Evaluator:
    """A model's view of the images of a dataset."""

    def __init__(self, model: keras.Model, prepared: np.ndarray, labels: np.ndarray) -> None:
        """Look with `model` at `prepared`, all images after the steps or their features, with classes `labels`."""
        self._prepared, self._labels = prepared, labels
        signature = tf.TensorSpec((None, *prepared.shape[1:]), tf.as_dtype(prepared.dtype))
        # `model.predict` sets up a data pipeline at each call, which small validation sets would pay at each epoch.
        self._predict = tf.function(_predicting(model), input_signature=[signature, tf.TensorSpec((None,), tf.int32)])
        values = views_of(model) * max(math.prod(layer.output.shape[1:]) for layer in all_layers(model))
        self._at_once = max(1, min(_MOST_AT_ONCE, _LAYER_BYTES // (4 * values)))
        self._convolution = next((layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)), None)
        if self._convolution is not None:
            first = keras.Model(model.input, self._convolution.output)
            self._maps = tf.function(lambda images: first(images, training=False), input_signature=[signature])

    def measure(self, ids: np.ndarray, check: Callable[[], None] = lambda: None) -> tuple[Predictions, float]:
        """Predict images of the dataset, and return the mean cross-entropy with it, in nats.

        That is Keras's, from the logits: also of a true class whose probability is too small for a float.

        Args:
            ids: which, int64 `(n,)`.
            check: called again and again; it may raise.
        """
        probabilities, losses = [], []
        for start in range(0, len(ids), self._at_once):
            check()
            some = ids[start : start + self._at_once]
            made = self._predict(self._prepared[some], self._labels[some].astype(np.int32))
            probabilities.append(made[0].numpy())
            losses.append(made[1].numpy())
        loss = float(np.mean(np.concatenate(losses), dtype=np.float64))
        return Predictions(ids, self._labels[ids], np.concatenate(probabilities)), loss

    def seen(self, epoch: int, predictions: Predictions) -> Seen:
        """Return what there is to show after an epoch: the worst of the predictions, and the first convolution."""
        wrong = predictions.predicted != predictions.labels
        worst = np.lexsort((-predictions.losses, ~wrong))[:WORST]
        # Features have no place.
        height, width, channels = self._prepared.shape[1:] if self._prepared.ndim > 2 else (1, 1, 1)
        map_id = int(predictions.ids[0])
        filters, maps = np.zeros((0, 1, 1, channels), np.float32), np.zeros((0, height, width), np.uint8)
        if self._convolution is not None:
            filters = np.moveaxis(self._convolution.kernel.numpy(), -1, 0)[:FILTERS]
            made = self._maps(self._prepared[map_id : map_id + 1]).numpy()
            maps = _as_images(np.moveaxis(made[0].astype(np.float32), -1, 0)[:FILTERS])
        chosen = (predictions.ids[worst], predictions.labels[worst], predictions.probabilities[worst])
        return Seen(epoch, *chosen, filters, map_id, maps)


def _predicting(model: keras.Model) -> Callable[[Any, Any], tuple[Any, Any]]:
    def predict(images: Any, labels: Any) -> tuple[Any, Any]:
        probabilities = model(images, training=False)
        return probabilities, keras.losses.sparse_categorical_crossentropy(labels, probabilities)

    return predict


def _as_images(maps: np.ndarray) -> np.ndarray:
    """Return maps as uint8, each from its smallest to its largest value."""
    low, high = (extreme(maps, axis=(1, 2), keepdims=True) for extreme in (np.min, np.max))
    return np.round(255 * (maps - low) / np.maximum(high - low, 1e-12)).astype(np.uint8)
