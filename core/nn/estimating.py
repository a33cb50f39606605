"""How long a training would take, from a few of its steps."""

import time
from typing import Any

import keras
import numpy as np

from core import pictures
from core.augmentation import Augmentation
from core.batches import Batches
from core.datasets import catalogue, decisions
from core.nn.build import build_model
from core.nn.feed import Feed
from core.nn.optimising import compile_model
from core.prepare import parts
from core.progress import Progress
from core.recipe import Recipe

_SAMPLE = 256
_MEASURED_S = 3.0
_EVALUATED = 1024
# What a trainer spends on its own start, and on saving.
_START_S = 8.0


class _Clock(keras.callbacks.Callback):
    """Measures steps, without the first execution, which builds TensorFlow's graph, and ends the training."""

    def __init__(self, steps: int, progress: Progress) -> None:
        """Measure a training of `steps` steps an epoch."""
        super().__init__()
        self._steps, self._progress = steps, progress
        self._epoch = self._first = 0
        self._begun = 0.0
        self.steps = 0
        self.seconds = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note which epoch it is."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the time; end when it was measured for long enough."""
        now, done = time.perf_counter(), self._epoch * self._steps + batch + 1
        if not self._begun:
            self._begun, self._first = now, done
            return
        self.steps, self.seconds = done - self._first, now - self._begun
        self._progress(
            "measuring steps", min(round(10 * self.seconds), round(10 * _MEASURED_S)), 30, "tenths of a second"
        )
        if self.seconds >= _MEASURED_S:
            self.model.stop_training = True


def estimate(recipe: dict[str, Any], dataset: str, progress: Progress) -> dict[str, float]:
    """Measure some steps of a recipe's training, on a few of its pictures.

    Args:
        recipe: as `Recipe.to_json` gives it.
        dataset: the name of what it trains on.
        progress: called often.

    Returns:
        `seconds` of the whole training, `epoch_seconds` of an epoch with its validation, and the `steps` measured.

    Raises:
        RecipeError: there is nothing to train on, or the layers do not fit the pictures.
        StepError, DatasetError: a picture cannot be brought to the network.
    """
    progress("taking some pictures", 0, 0, "")
    opened = catalogue.open_dataset(dataset)
    made = Recipe.from_json(recipe).for_dataset(opened.about)
    divided = parts(opened, made.split, decisions.decided(opened) if made.split.decisions == "apply" else None)
    ids = divided.train[:: max(1, len(divided.train) // _SAMPLE)][:_SAMPLE]
    begun = time.perf_counter()
    sample = np.stack([pictures.to_array(made.steps.apply(opened.picture(int(index)))) for index in ids])
    preparing = (time.perf_counter() - begun) / len(ids) * len(opened) if opened.about.as_files else 0.0

    progress("building the network", 0, 0, "")
    keras.config.set_dtype_policy(made.fit.precision)
    model = build_model(made.network, sample.shape[1:])
    labels = divided.labels[divided.train]
    compile_model(model, made, labels)
    steps = -(-len(labels) // made.fit.batch_size)
    places = np.resize(np.arange(len(ids)), min(len(labels), steps * made.fit.batch_size))
    feed = Feed(Batches(places, made.fit, made.augmentation or Augmentation()), sample, divided.labels[ids])
    clock = _Clock(steps, progress)
    model.fit(feed.dataset(), epochs=made.fit.epochs + 2, shuffle=False, verbose=0, callbacks=[feed, clock])

    looked = np.resize(np.arange(len(ids)), _EVALUATED)
    model.predict(sample[looked], batch_size=_EVALUATED, verbose=0)
    begun = time.perf_counter()
    model.predict(sample[looked], batch_size=_EVALUATED, verbose=0)
    looking = (time.perf_counter() - begun) / _EVALUATED
    epoch = steps * clock.seconds / clock.steps + looking * len(divided.validation)
    total = _START_S + preparing + made.fit.epochs * epoch + looking * (len(divided.validation) + len(divided.test))
    return {"seconds": total, "epoch_seconds": epoch, "steps": float(clock.steps)}
