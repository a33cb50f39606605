"""A recipe's optimiser, schedule, loss and averaging → a compiled Keras model."""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.nn.layers.build import all_layers
from core.nn.layers.own_keras import OPTIMIZERS
from core.recipes.fit import Fit
from core.recipes.recipe import Recipe

# One execution of several steps takes about this many multiplications and additions, tens of milliseconds on a
# laptop: long enough to hide what Python spends between executions, short enough to stop at once.
_EXECUTION_OPERATIONS = 5e8
_MAX_STEPS = 64


class Rate(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rate of each step: the schedule's factor on a rate that may be changed while the network trains."""

    def __init__(self, recipe: Recipe, steps: int) -> None:
        """Follow a recipe's optimiser and schedule; an epoch has `steps` steps."""
        super().__init__()
        self._base = recipe.optimiser.learning_rate
        self._variable = tf.Variable(self._base, dtype=tf.float32, trainable=False)
        self._epochs, self._schedule = recipe.fit.epochs, recipe.schedule
        entries = 1 if recipe.schedule.stays else steps * recipe.fit.epochs
        self._factors = tf.constant([self.factor(step / steps) for step in range(entries)], tf.float32)

    def __call__(self, step: Any) -> Any:
        """Return the rate of a step, counted from 0."""
        return self._variable * tf.gather(self._factors, tf.minimum(tf.cast(step, tf.int32), len(self._factors) - 1))

    @property
    def base(self) -> float:
        """The rate before the schedule."""
        return self._base

    @base.setter
    def base(self, rate: float) -> None:
        self._base = rate
        self._variable.assign(rate)

    def factor(self, done: float) -> float:
        """Return what the schedule makes of the rate after so many epochs."""
        return self._schedule.factor(done, self._epochs)

    def at(self, done: float) -> float:
        """Return the rate after so many epochs."""
        return self.base * self.factor(done)


def class_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return how much an image of each class counts so that all classes count alike, float32 `(classes,)`.

    They are n / (classes · count), as scikit-learn's "balanced"; a class without images gets 0.

    Args:
        labels: of the training images, `(n,)`.
        classes: how many there are.
    """
    counts = np.bincount(labels, minlength=classes)
    weights = np.divide(len(labels), classes * counts, out=np.zeros(classes), where=counts > 0)
    return weights.astype(np.float32)


def _objective(fit: Fit, labels: np.ndarray, classes: int) -> str | Callable[[Any, Any], Any]:
    """Return the loss: categorical cross-entropy on whole-number labels, smoothed and weighted as wanted."""
    if fit.label_smoothing == 0 and fit.class_weights == "none":
        # The same as categorical cross-entropy on one-hot labels, without making them.
        return "sparse_categorical_crossentropy"
    weights = class_weights(labels, classes) if fit.class_weights == "balanced" else np.ones(classes, np.float32)

    def smoothed_and_weighted(true: Any, probabilities: Any) -> Any:
        true = keras.ops.cast(keras.ops.reshape(true, (-1,)), "int32")
        losses = keras.losses.categorical_crossentropy(
            keras.ops.one_hot(true, classes), probabilities, label_smoothing=fit.label_smoothing
        )
        return losses * keras.ops.take(weights, true)

    return smoothed_and_weighted


def compile_model(model: keras.Model, recipe: Recipe, labels: np.ndarray) -> Rate:
    """Make a model ready for `fit` with whole-number labels; its optimiser has all its variables from now on.

    Its logs hold `loss`, what is minimised, `accuracy`, and, where more than the cross-entropy is minimised, that as
    `crossentropy`: only that can be compared with a validation's.

    Args:
        model: as `build_model` makes it.
        recipe: its optimiser, schedule and fit settings count.
        labels: of the training images, `(n,)`.

    Returns:
        The learning rate, to be read and changed while the model trains.
    """
    steps = math.ceil(len(labels) / recipe.fit.batch_size)
    rate = Rate(recipe, steps)
    objective = _objective(recipe.fit, labels, model.output_shape[-1])
    penalised = any(layer.is_penalised for layer in recipe.network.layers)
    plain = objective == "sparse_categorical_crossentropy" and not penalised
    crossentropy = [] if plain else [keras.metrics.SparseCategoricalCrossentropy(name="crossentropy")]
    average = {"use_ema": recipe.fit.averaging > 0, "ema_momentum": recipe.fit.averaging}
    optimiser = recipe.optimiser.keras(OPTIMIZERS, rate, model.layers[-1].name, average)
    optimiser.build(model.trainable_variables)
    model.compile(
        optimizer=optimiser,
        loss=objective,
        metrics=["accuracy", *crossentropy],
        steps_per_execution=min(steps_per_execution(model, recipe.fit.batch_size), steps),
    )
    # A graph that makes variables, as the metrics do when they first count, is built twice.
    model.compute_metrics(None, labels[:1], np.ones((1, model.output_shape[-1]), np.float32))
    model.reset_metrics()
    return rate


def steps_per_execution(model: keras.Model, batch_size: int) -> int:
    """Return how many steps of a built model to run before Python looks: many for small steps, one for large ones."""
    multiplications = sum(map(_multiplications, all_layers(model)))
    per_step = 2 * 3 * max(multiplications, 1) * batch_size  # multiply and add; forward, and backward twice
    return int(min(max(_EXECUTION_OPERATIONS / per_step, 1), _MAX_STEPS))


def _multiplications(layer: keras.layers.Layer) -> int:
    """Return the multiplications of one image's forward pass through the layer's kernels; 0 where it has none."""
    if isinstance(layer, keras.Model):
        return 0  # Those within it are asked themselves.
    positions = math.prod(layer.output.shape[1:-1]) if len(layer.output.shape) > 2 else 1
    return int(positions * sum(math.prod(weights.shape) for weights in layer.weights if len(weights.shape) > 1))
