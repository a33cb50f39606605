"""How fast a network trains and predicts on this machine, from a few steps."""

import time
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import psutil

from core.augmentation import Augmentation
from core.nn.layers.build import build_model
from core.nn.training.compile import compile_model
from core.nn.training.evaluator import Evaluator
from core.nn.training.input_pipeline import Feed
from core.nn.training.precision import suited_precision
from core.recipes.recipe import Recipe
from core.training.batches import Batches

# Steps are measured for at least so long, after the first execution, which builds TensorFlow's graph.
_MEASURE_S = 1.5
_MOST_EPOCHS = 100


@dataclass(frozen=True)
class Pace:
    """What was measured.

    Attributes:
        trained_per_second: images, augmentation included.
        predicted_per_second: images.
        memory_mb: of this process by then, in millions of bytes.
        parameters: of the network.
        precision: what it computed with, as `Fit.precision` names it.
        measuring_s: how long the steps took that a training would count as its own.
    """

    trained_per_second: float
    predicted_per_second: float
    memory_mb: float
    parameters: int
    precision: str
    measuring_s: float


def measured(recipe: Recipe, sample: np.ndarray, classes: int) -> Pace:
    """Train a recipe's network on a sample for a moment.

    Args:
        recipe: sizes following its dataset.
        sample: images after the steps, uint8 `(n, height, width, channels)`.
        classes: how many there are; the sample's images get some at random.

    Raises:
        RecipeError: the layers do not fit the images.
    """
    precision = suited_precision(recipe.fit.precision)
    keras.config.set_dtype_policy(precision)
    model = build_model(recipe.network, sample.shape[1:], recipe.fit)
    labels = np.random.default_rng(0).integers(0, classes, len(sample)).astype(np.int16)
    compile_model(model, recipe, labels)
    ids = np.arange(len(sample))
    feed = Feed(Batches(ids, recipe.fit, recipe.augmentation or Augmentation()), sample, labels)
    clock, begun = _Clock(len(sample), recipe.fit.batch_size), time.perf_counter()
    model.fit(feed.dataset(), epochs=_MOST_EPOCHS, callbacks=[feed, clock], shuffle=False, verbose=0)
    measuring_s = time.perf_counter() - begun

    look = Evaluator(model, sample, labels)
    look.measure(ids)
    begun = time.perf_counter()
    look.measure(ids)
    predict_s = time.perf_counter() - begun
    memory_mb = round(psutil.Process().memory_info().rss / 1e6, 1)
    speed, parameters = clock.speed, model.count_params()
    return Pace(speed, len(sample) / predict_s, memory_mb, parameters, precision, measuring_s)


class _Clock(keras.callbacks.Callback):
    """Measures executions, all but the first of the training, and ends it when they suffice."""

    def __init__(self, images: int, batch_size: int) -> None:
        super().__init__()
        self._images, self._batch_size = images, batch_size
        self._begun: float | None = None
        self._trained = 0
        self.speed = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._seen = 0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        seen, now = min((batch + 1) * self._batch_size, self._images), time.perf_counter()
        if self._begun is None:
            self._begun = now
        else:
            self._trained += seen - self._seen
            self.speed = self._trained / (now - self._begun)
            self.model.stop_training = now - self._begun >= _MEASURE_S
        self._seen = seen
